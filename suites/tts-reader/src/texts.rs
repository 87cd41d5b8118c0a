//! What users have spoken: thousands of different texts, mostly as short as real ones.

use crate::prose::Prose;

/// The shortest text, unless a length is asked for.
pub const SHORTEST: usize = 52;
/// The longest text that counts as short; seven of ten are.
pub const LONGEST_SHORT: usize = 231;
/// The longest text that counts as medium.
pub const LONGEST_MEDIUM: usize = 1_000;
/// The longest text, unless a length is asked for: costs three credits.
pub const LONGEST: usize = 2_400;
/// What the contract takes at most.
const MOST: usize = 100_000;
/// Below this no sentence fits.
const LEAST: usize = 20;

/// How long texts are, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Length {
    /// Seven of ten short, two medium, one long, so that requests of one, two and three credits
    /// occur.
    #[default]
    Mixed,
    /// [`SHORTEST`] to [`LONGEST_SHORT`].
    Short,
    /// To [`LONGEST_MEDIUM`].
    Medium,
    /// To [`LONGEST`].
    Long,
    /// Just so many.
    Exactly(usize),
}

impl Length {
    /// Reads `mixed`, `short`, `medium`, `long` or a number of characters.
    ///
    /// # Errors
    /// A sentence on what would be right.
    pub fn parse(text: &str) -> Result<Self, String> {
        match (text, text.parse()) {
            ("mixed", _) => Ok(Self::Mixed),
            ("short", _) => Ok(Self::Short),
            ("medium", _) => Ok(Self::Medium),
            ("long", _) => Ok(Self::Long),
            (_, Ok(characters)) if (LEAST..=MOST).contains(&characters) => {
                Ok(Self::Exactly(characters))
            }
            (_, Ok(characters)) => {
                Err(format!("{characters}: a text has {LEAST} to {MOST} characters"))
            }
            _ => Err(format!("{text}: write mixed, short, medium, long or a number of characters")),
        }
    }
}

/// The text with this number and length; the same number gives the same text.
pub fn speech_text(number: u64, length: Length) -> String {
    let mut prose = Prose::new(number);
    let length = match (length, prose.number(0..10)) {
        (Length::Mixed, 0..7) => Length::Short,
        (Length::Mixed, 7..9) => Length::Medium,
        (Length::Mixed, _) => Length::Long,
        (asked, _) => asked,
    };
    let (shortest, longest) = match length {
        Length::Exactly(characters) => return exactly(&mut prose, characters),
        Length::Medium => (LONGEST_SHORT, LONGEST_MEDIUM),
        Length::Long => (LONGEST_MEDIUM, LONGEST),
        Length::Short | Length::Mixed => (SHORTEST, LONGEST_SHORT),
    };
    let target = prose.number(shortest as u32..longest as u32);
    let mut text = prose.passage(target as usize);
    while text.len() < SHORTEST {
        text.push(' ');
        text.push_str(&prose.sentence());
    }
    text
}

/// Sentences, the last of them cut so that it ends where it must.
fn exactly(prose: &mut Prose, characters: usize) -> String {
    let mut text = prose.sentence();
    while text.len() < characters {
        text.push(' ');
        text.push_str(&prose.sentence());
    }
    text.truncate(characters - 1);
    if !text.ends_with(|last: char| last.is_ascii_alphanumeric()) {
        text.pop();
        text.push('e');
    }
    text.push('.');
    text
}
