//! Exit codes of a run. They are an interface: scripts and CI read them.

/// All targets met; without targets: no request failed.
pub const PASS: u8 = 0;
/// Requests or tasks failed and no target judges them (as Locust; `--exit-code-on-error`).
pub const FAILED: u8 = 1;
/// Wrong use: command line, configuration, missing files.
pub const USAGE: u8 = 2;
/// The run says nothing about the target.
pub const INVALID: u8 = 3;
/// Katydid itself failed, e.g. a report could not be written.
pub const TOOL: u8 = 70;
/// A target was missed (k6's number).
pub const TARGET_MISSED: u8 = 99;
/// Ended by the user.
pub const INTERRUPTED: u8 = 130;

/// The one of several codes that counts: 130, 3, 99, 70, then 1.
pub fn worst(codes: impl IntoIterator<Item = u8>) -> u8 {
    const ORDER: [u8; 6] = [INTERRUPTED, INVALID, TARGET_MISSED, TOOL, USAGE, FAILED];
    let rank = |code: &u8| match ORDER.iter().position(|known| known == code) {
        _ if *code == PASS => usize::MAX,
        Some(rank) => rank,
        // A code of the user's own (`--exit-code-on-error 5`) stands where 1 stands.
        None => ORDER.len(),
    };
    codes.into_iter().min_by_key(rank).unwrap_or(PASS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_wins() {
        assert_eq!(worst([]), PASS);
        assert_eq!(worst([FAILED, TOOL, PASS]), TOOL);
        assert_eq!(worst([TOOL, TARGET_MISSED]), TARGET_MISSED);
        assert_eq!(worst([TARGET_MISSED, INVALID]), INVALID);
        assert_eq!(worst([INVALID, INTERRUPTED]), INTERRUPTED);
        assert_eq!(worst([PASS, 5]), 5);
    }
}
