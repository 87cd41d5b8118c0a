//! What users have spoken: thousands of different texts, mostly as short as real ones.

use crate::prose::Prose;

/// The shortest text.
pub const SHORTEST: usize = 52;
/// The longest text that counts as short; seven of ten are.
pub const LONGEST_SHORT: usize = 231;
/// The longest text: costs three credits.
pub const LONGEST: usize = 2_400;

/// The text with this number; the same number gives the same text.
///
/// Seven of ten have [`SHORTEST`] to [`LONGEST_SHORT`] characters, two of ten up to 1,000 and one of
/// ten more, so that requests of one, two and three credits occur.
pub fn speech_text(number: u64) -> String {
    let mut prose = Prose::new(number);
    let target = match prose.number(0..10) {
        0..7 => prose.number(SHORTEST as u32..LONGEST_SHORT as u32),
        7..9 => prose.number(LONGEST_SHORT as u32..1_000),
        _ => prose.number(1_000..LONGEST as u32),
    };
    let mut text = prose.passage(target as usize);
    while text.len() < SHORTEST {
        text.push(' ');
        text.push_str(&prose.sentence());
    }
    text
}
