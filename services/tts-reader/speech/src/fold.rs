//! Folding: what one character of the text becomes for an engine that reads ASCII English only.
//!
//! The engine drops accents ("café" is read "caf"), loses `€` and joins words at long dashes, so
//! every character is first turned into ASCII that it reads well. The caller keeps, for each piece,
//! which bytes of the text it came from.

use unicode_normalization::UnicodeNormalization as _;

/// What stands for one character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Folded {
    /// Letters, digits or punctuation of the word it stands in.
    Text(String),
    /// A word of its own, such as "and" for `&`.
    Word(&'static str),
    /// A break between words with this punctuation before it, such as a comma for a long dash.
    Break(&'static str),
    /// A money sign next to its amount; the word is said after the amount.
    Currency(&'static str),
    /// Belongs to the character before it and is silent (combining marks, joiners).
    Silent,
    /// Cannot be said: another script, a picture. Separates words.
    Unspeakable,
}

/// Folds the character at `at` of a run without white space.
pub(crate) fn fold(run: &[char], at: usize) -> Folded {
    let c = run[at];
    let around = Around { run, at };
    match c {
        '0'..='9' | 'a'..='z' | 'A'..='Z' => Folded::Text(c.to_string()),
        _ if c.is_ascii() => fold_ascii_sign(c, &around),
        _ => fold_beyond_ascii(c, &around),
    }
}

/// The neighbours of a character.
struct Around<'a> {
    run: &'a [char],
    at: usize,
}

impl Around<'_> {
    fn before(&self, distance: usize) -> Option<char> {
        self.at.checked_sub(distance).and_then(|i| self.run.get(i)).copied()
    }

    fn after(&self, distance: usize) -> Option<char> {
        self.run.get(self.at + distance).copied()
    }

    fn digit_before(&self) -> bool {
        self.before(1).is_some_and(|c| c.is_ascii_digit())
    }

    fn digit_after(&self) -> bool {
        self.after(1).is_some_and(|c| c.is_ascii_digit())
    }

    fn between_digits(&self) -> bool {
        self.digit_before() && self.digit_after()
    }

    /// Inside a name such as `example.com`: two letters on each side, unlike `e.g.` or `U.S.`.
    fn inside_name(&self) -> bool {
        let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        letter(self.before(2))
            && self.before(1).is_some_and(char::is_alphabetic)
            && self.after(1).is_some_and(char::is_alphabetic)
            && letter(self.after(2))
    }
}

fn fold_ascii_sign(c: char, around: &Around<'_>) -> Folded {
    let text = || Folded::Text(c.to_string());
    match c {
        '.' if around.inside_name() => {
            // "ended.Next" lacks its space; "example.com" is a name.
            if around.after(1).is_some_and(char::is_uppercase)
                && around.before(1).is_some_and(char::is_lowercase)
            {
                Folded::Break(".")
            } else {
                Folded::Word("dot")
            }
        }
        ',' | ';' | '!' | '?' if !around.between_digits() && around.after(1).is_some() => {
            // Missing space ("one,two"), or closing punctuation such as `!)`: a break is right in
            // the first case and changes nothing in the second.
            if around.after(1).is_some_and(char::is_alphanumeric) {
                punctuation_break(c)
            } else {
                text()
            }
        }
        '-' if around.after(1) == Some('-') || around.before(1) == Some('-') => Folded::Break(","),
        '-' if around.at == 0 && around.after(1) == Some('$') => Folded::Word("minus"),
        '$' if around.digit_after() => text(),
        '$' => Folded::Word("dollars"),
        '%' if around.digit_before() => text(),
        '%' => Folded::Word("percent"),
        '&' => Folded::Word("and"),
        '+' if around.digit_after() && around.before(1).is_none() => text(),
        '+' => Folded::Word("plus"),
        '=' => Folded::Word("equals"),
        '@' => Folded::Word("at"),
        '#' if around.digit_after() => Folded::Word("number"),
        '#' => Folded::Word("hash"),
        '/' if around.between_digits() => text(),
        ':' if around.between_digits() || around.after(1).is_none() => text(),
        '"' | '\'' | '`' | '(' | ')' | '[' | ']' | '{' | '}' | '.' | ',' | ';' | '!' | '?'
        | '-' => text(),
        // Slashes, stars, underscores, markup: they separate words.
        _ => Folded::Break(""),
    }
}

fn punctuation_break(c: char) -> Folded {
    Folded::Break(match c {
        ';' => ";",
        '!' => "!",
        '?' => "?",
        _ => ",",
    })
}

fn fold_beyond_ascii(c: char, around: &Around<'_>) -> Folded {
    let text = |s: &str| Folded::Text(s.to_owned());
    match c {
        '‘' | '’' | '‚' | '‛' | '′' | 'ʼ' | '´' => text("'"),
        '“' | '”' | '„' | '‟' | '«' | '»' | '‹' | '›' | '″' => text("\""),
        '‐' | '‑' | '−' => text("-"),
        '–' | '‒' if around.between_digits() => text("-"),
        '–' | '‒' | '—' | '―' | '⸺' | '⸻' | '、' | '，' => Folded::Break(","),
        '…' => Folded::Break("..."),
        '。' | '．' => Folded::Break("."),
        '！' => Folded::Break("!"),
        '？' => Folded::Break("?"),
        '¿' | '¡' | '•' | '·' | '‣' | '◦' | '▪' | '→' | '←' | '↑' | '↓' | '†' | '‡' | '¶' => {
            Folded::Break("")
        }
        '×' => Folded::Word("times"),
        '÷' => Folded::Word("over"),
        '±' => Folded::Word("plus-minus"),
        '°' => Folded::Word("degrees"),
        '©' => Folded::Word("copyright"),
        '®' => Folded::Word("registered"),
        '™' => Folded::Word("trademark"),
        '§' => Folded::Word("section"),
        '№' => Folded::Word("number"),
        _ => match currency(c) {
            Some(word) if around.digit_after() || around.digit_before() => Folded::Currency(word),
            Some(word) => Folded::Word(word),
            None => fold_letter(c, around),
        },
    }
}

/// The plural of a money sign's name.
fn currency(c: char) -> Option<&'static str> {
    Some(match c {
        '€' => "euros",
        '£' => "pounds",
        '¥' => "yen",
        '₹' => "rupees",
        '₽' => "rubles",
        '₩' => "won",
        '₺' => "lira",
        '₿' => "bitcoin",
        '¢' => "cents",
        _ => return None,
    })
}

fn fold_letter(c: char, around: &Around<'_>) -> Folded {
    let special = match c {
        'ß' => "ss",
        'ẞ' => "SS",
        'æ' => "ae",
        'Æ' => "Ae",
        'œ' => "oe",
        'Œ' => "Oe",
        'ø' => "o",
        'Ø' => "O",
        'đ' | 'ð' => "d",
        'Đ' | 'Ð' => "D",
        'ł' => "l",
        'Ł' => "L",
        'þ' => "th",
        'Þ' => "Th",
        'ı' => "i",
        'ħ' => "h",
        'Ħ' => "H",
        _ => "",
    };
    if !special.is_empty() {
        return Folded::Text(special.to_owned());
    }
    if is_silent(c) {
        return Folded::Silent;
    }
    // Accents, ligatures, full-width and styled letters: keep the ASCII of the decomposition.
    let mut ascii = String::new();
    for part in std::iter::once(c).nfkd() {
        match part {
            '\u{2044}' => ascii.push('/'),
            _ if part.is_ascii_alphanumeric() => ascii.push(part),
            _ => {}
        }
    }
    if ascii.is_empty() {
        return Folded::Unspeakable;
    }
    if ascii.contains('/') && around.digit_before() {
        // "2½" is two and a half, not twenty-one halves.
        ascii.insert(0, ' ');
    }
    Folded::Text(ascii)
}

/// Combining marks, joiners, variation selectors, directional marks, soft hyphen.
fn is_silent(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0000}'..='\u{e007f}')
}
