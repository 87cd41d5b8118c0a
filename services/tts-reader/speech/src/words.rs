//! Words: cuts a text into the pieces that are said, each with the part of the text it stands for.

use std::ops::Range;

use crate::fold::{Folded, fold};

/// Longest name handed to the engine in one piece: its time grows with the square of the length.
const LONGEST_NAME: usize = 100;

/// One word of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// What the engine reads for it, in order; ASCII and never empty.
    pub(crate) spoken: Vec<String>,
    /// Opening punctuation in ASCII.
    pub(crate) opening: String,
    /// Closing punctuation in ASCII.
    pub(crate) closing: String,
    /// Bytes of the text that the word covers, without punctuation.
    pub(crate) bytes: Range<usize>,
    /// The same with its punctuation.
    pub(crate) outer: Range<usize>,
    /// The white space before it.
    pub(crate) gap: Gap,
}

/// White space before a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Gap {
    /// None, or spaces.
    Space,
    /// One line break; `short` if the line it ended is shorter than wrapped lines are.
    Line { short: bool },
    /// An empty line or the beginning of the text.
    Paragraph,
}

/// A text cut into words.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) words: Vec<Word>,
    /// Characters that carry meaning and cannot be said.
    pub(crate) skipped: usize,
}

/// Cuts `text` into words.
pub(crate) fn words(text: &str) -> Words {
    let mut out = Words::default();
    let mut gap = Gap::Paragraph;
    let mut line_start = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let space = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
        if space > 0 {
            let ended = text[line_start..at].trim_end().chars().count();
            let seen = gap_of(&rest[..space], ended);
            gap = gap.max(seen);
            if seen > Gap::Space {
                line_start = at + space;
            }
            at += space;
            continue;
        }
        let end = rest.find(is_space).unwrap_or(rest.len());
        let before = out.words.len();
        run(&rest[..end], at, gap, &mut out);
        if out.words.len() > before {
            gap = Gap::Space;
        }
        at += end;
    }
    move_currency_behind_millions(&mut out.words);
    out
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

fn gap_of(space: &str, line_length: usize) -> Gap {
    /// Lines of wrapped text are longer than this.
    const WRAPPED: usize = 60;
    let breaks = space.replace("\r\n", "\n");
    let breaks = breaks.chars().filter(|c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}'));
    match breaks.count() {
        _ if space.contains(['\u{2029}', '\u{c}']) => Gap::Paragraph,
        0 => Gap::Space,
        1 => Gap::Line { short: line_length < WRAPPED },
        _ => Gap::Paragraph,
    }
}

/// One folded ASCII character and the bytes of the text it came from.
#[derive(Debug, Clone)]
struct Glyph {
    ascii: char,
    from: Range<usize>,
}

/// Folds a run without white space and cuts it into words.
fn run(run: &str, offset: usize, mut gap: Gap, out: &mut Words) {
    let chars: Vec<char> = run.chars().collect();
    let mut piece = Piece::default();
    for (index, (at, c)) in run.char_indices().enumerate() {
        let from = offset + at..offset + at + c.len_utf8();
        match fold(&chars, index) {
            Folded::Text(text) => {
                for ascii in text.chars() {
                    if ascii == ' ' {
                        piece.flush(&mut gap, out);
                    } else {
                        piece.glyphs.push(Glyph { ascii, from: from.clone() });
                    }
                }
            }
            Folded::Word(word) => {
                piece.flush(&mut gap, out);
                piece.glyphs.extend(word.chars().map(|ascii| Glyph { ascii, from: from.clone() }));
                piece.flush(&mut gap, out);
            }
            Folded::Break(punctuation) => {
                let glyphs = punctuation.chars().map(|ascii| Glyph { ascii, from: from.clone() });
                piece.glyphs.extend(glyphs);
                piece.flush(&mut gap, out);
            }
            Folded::Currency(word) => {
                piece.currency.get_or_insert(word);
                piece.money_sign(from);
            }
            Folded::Silent => piece.extend_last(from.end),
            Folded::Unspeakable => {
                out.skipped += 1;
                piece.flush(&mut gap, out);
            }
        }
    }
    piece.flush(&mut gap, out);
}

/// The word being collected.
#[derive(Debug, Default)]
struct Piece {
    glyphs: Vec<Glyph>,
    currency: Option<&'static str>,
    /// Bytes of the money sign, which belong to the word.
    sign: Option<Range<usize>>,
}

impl Piece {
    fn money_sign(&mut self, from: Range<usize>) {
        let start = self.sign.as_ref().map_or(from.start, |sign| sign.start);
        self.sign = Some(start..from.end);
    }

    fn extend_last(&mut self, end: usize) {
        if let Some(last) = self.glyphs.last_mut() {
            last.from.end = end;
        }
    }

    /// Ends the word: strips its punctuation and adds it, or what there is of it, to the output.
    fn flush(&mut self, gap: &mut Gap, out: &mut Words) {
        let Piece { glyphs, currency, sign } = std::mem::take(self);
        let is_name = |glyph: &Glyph| glyph.ascii.is_ascii_alphanumeric();
        let (Some(first), Some(last)) =
            (glyphs.iter().position(is_name), glyphs.iter().rposition(is_name))
        else {
            close_previous(&glyphs, out);
            return;
        };
        // Signs that the engine reads as part of the number or the word.
        let first = (first > 0 && matches!(glyphs[first - 1].ascii, '$' | '-' | '+' | '.'))
            .then(|| first - 1)
            .filter(|&i| glyphs[i].ascii != '.' || glyphs[first].ascii.is_ascii_digit())
            .map_or(first, |i| if i > 0 && glyphs[i - 1].ascii == '-' { i - 1 } else { i });
        let percent = glyphs.get(last + 1).is_some_and(|glyph| glyph.ascii == '%');
        let last = last + usize::from(percent);
        let text = |glyphs: &[Glyph]| glyphs.iter().map(|glyph| glyph.ascii).collect::<String>();
        let mut word = Word {
            spoken: Vec::new(),
            opening: text(&glyphs[..first]),
            closing: text(&glyphs[last + 1..]),
            bytes: 0..0,
            outer: 0..0,
            gap: *gap,
        };
        let name = &glyphs[first..=last];
        let outer = glyphs[0].from.start..glyphs[glyphs.len() - 1].from.end;
        if let Some(unit) = currency {
            let amount = text(name);
            let sign = sign.unwrap_or(outer.clone());
            word.bytes =
                name[0].from.start.min(sign.start)..name[name.len() - 1].from.end.max(sign.end);
            word.outer = outer.start.min(sign.start)..outer.end.max(sign.end);
            word.spoken = vec![plain_number(&amount), unit_for(&amount, unit).to_owned()];
            push(word, gap, out);
            return;
        }
        for (index, part) in name.chunks(LONGEST_NAME).enumerate() {
            let is_first = index == 0;
            let is_last = (index + 1) * LONGEST_NAME >= name.len();
            let bytes = part[0].from.start..part[part.len() - 1].from.end;
            let start = if is_first { outer.start } else { bytes.start };
            let end = if is_last { outer.end } else { bytes.end };
            let piece = Word {
                spoken: vec![plain_number(&text(part))],
                opening: if is_first { word.opening.clone() } else { String::new() },
                closing: if is_last { word.closing.clone() } else { String::new() },
                outer: start..end,
                bytes,
                gap: *gap,
            };
            push(piece, gap, out);
        }
    }
}

fn push(word: Word, gap: &mut Gap, out: &mut Words) {
    out.words.push(word);
    *gap = Gap::Space;
}

/// Punctuation without a word closes the word before it.
fn close_previous(glyphs: &[Glyph], out: &mut Words) {
    if let (Some(word), Some(last)) = (out.words.last_mut(), glyphs.last()) {
        let closing =
            glyphs.iter().map(|glyph| glyph.ascii).filter(|c| ".,;:!?\"')]}".contains(*c));
        // Rows of dots or stars are decoration; the first few say all there is to say.
        word.closing.extend(closing.take(3));
        word.closing.truncate(8);
        word.outer.end = last.from.end;
    }
}

/// "1,234.5" without its commas, which the engine only reads in whole numbers.
fn plain_number(name: &str) -> String {
    let grouped = name.contains(',') && name.contains('.');
    let numeric = name.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '-' | '+'));
    if grouped && numeric { name.replace(',', "") } else { name.to_owned() }
}

fn unit_for(amount: &str, plural: &'static str) -> &'static str {
    if amount != "1" {
        return plural;
    }
    match plural {
        "euros" => "euro",
        "pounds" => "pound",
        "rupees" => "rupee",
        "rubles" => "ruble",
        "cents" => "cent",
        other => other,
    }
}

/// "€5 million" is said "five million euros".
fn move_currency_behind_millions(words: &mut [Word]) {
    for index in 1..words.len() {
        let (before, after) = words.split_at_mut(index);
        let (amount, scale) = (&mut before[index - 1], &mut after[0]);
        let is_scale = scale.spoken[0].to_ascii_lowercase().ends_with("illion");
        if is_scale && amount.spoken.len() == 2 && amount.closing.is_empty() {
            scale.spoken.extend(amount.spoken.pop());
        }
    }
}
