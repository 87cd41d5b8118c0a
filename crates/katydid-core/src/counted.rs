//! Numbers of things, as people say them.

use std::fmt::Display;

/// A number with its noun, which is given in the singular: `1 user`, `2 users`, `0 classes`.
///
/// ```
/// use katydid_core::counted;
///
/// assert_eq!(counted(1_u32, "user"), "1 user");
/// assert_eq!(counted(3_usize, "process"), "3 processes");
/// ```
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let ending = match noun {
        _ if count == N::from(1) => "",
        noun if noun.ends_with('s') => "es",
        _ => "s",
    };
    format!("{count} {noun}{ending}")
}
