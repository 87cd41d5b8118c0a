//! Words: cuts a text into the pieces that are said, each with the part of the text it stands for.

use std::ops::Range;

use crate::fold::{Folded, fold};
use crate::markup;

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
        if let Some(tag) = markup::tag(rest) {
            gap = gap.max(if tag.is_block { Gap::Paragraph } else { Gap::Space });
            at += tag.length;
            continue;
        }
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
        let end = end_of_run(rest);
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

/// Where the run of characters that begins `rest` ends: at white space or a tag.
fn end_of_run(rest: &str) -> usize {
    rest.char_indices()
        .find(|(at, c)| is_space(*c) || *c == '<' && markup::tag(&rest[*at..]).is_some())
        .map_or(rest.len(), |(at, _)| at)
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
        let Some(name) = name_within(&glyphs) else {
            close_previous(&glyphs, out);
            return;
        };
        let (opening, closing) = (ascii(&glyphs[..name.start]), ascii(&glyphs[name.end..]));
        let outer = hull(&glyphs);
        let parts = parts(&glyphs[name]);
        for (index, part) in parts.iter().enumerate() {
            let (first, last) = (index == 0, index + 1 == parts.len());
            let text = ascii(part);
            let mut word = Word {
                spoken: vec![plain_number(&text)],
                opening: if first { opening.clone() } else { String::new() },
                closing: if last { closing.clone() } else { String::new() },
                bytes: hull(part),
                outer: hull(part),
                gap: std::mem::replace(gap, Gap::Space),
            };
            if first {
                word.outer.start = outer.start;
            }
            if last {
                word.outer.end = outer.end;
                word.spoken.extend(currency.map(|unit| unit_for(&text, unit).to_owned()));
            }
            if let Some(sign) = &sign {
                // The money sign stands on one side of the amount and belongs to that end of it.
                if first && sign.start < word.bytes.start {
                    word.bytes.start = sign.start;
                }
                if last && sign.end > word.bytes.end {
                    word.bytes.end = sign.end;
                }
                word.outer.start = word.outer.start.min(word.bytes.start);
                word.outer.end = word.outer.end.max(word.bytes.end);
            }
            out.words.push(word);
        }
    }
}

/// Cuts a long name, never within what one character of the text became.
fn parts(mut name: &[Glyph]) -> Vec<&[Glyph]> {
    let mut out = Vec::new();
    while name.len() > LONGEST_NAME {
        let is_within = |at: &usize| name[*at].from.start < name[*at - 1].from.end;
        let cut = (1..=LONGEST_NAME).rev().find(|at| !is_within(at)).unwrap_or(LONGEST_NAME);
        let (part, rest) = name.split_at(cut);
        out.push(part);
        name = rest;
    }
    out.push(name);
    out
}

/// The part of `glyphs` that is said: from the first letter or digit to the last, with the signs
/// that the engine reads as part of a number (`-5`, `$5`, `.5`, `5%`).
fn name_within(glyphs: &[Glyph]) -> Option<Range<usize>> {
    let is_name = |glyph: &Glyph| glyph.ascii.is_ascii_alphanumeric();
    let mut first = glyphs.iter().position(is_name)?;
    let mut end = glyphs.iter().rposition(is_name)? + 1;
    let at = |index: usize| glyphs.get(index).map(|glyph| glyph.ascii);
    let before = |index: usize| index.checked_sub(1).and_then(at);
    if at(first).is_some_and(|c| c.is_ascii_digit()) {
        if before(first) == Some('.') {
            first -= 1;
        }
        if matches!(before(first), Some('-' | '+' | '$')) {
            first -= 1;
        }
    }
    if at(end) == Some('%') {
        end += 1;
    }
    Some(first..end)
}

fn ascii(glyphs: &[Glyph]) -> String {
    glyphs.iter().map(|glyph| glyph.ascii).collect()
}

/// The bytes of the text from the first to the last of `glyphs`, of which there is at least one.
fn hull(glyphs: &[Glyph]) -> Range<usize> {
    let (first, last) = (&glyphs[0], &glyphs[glyphs.len() - 1]);
    first.from.start..last.from.end
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
