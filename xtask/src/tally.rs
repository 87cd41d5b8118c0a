//! What Rust's tests printed: how many passed and failed, and what was said of those that failed.

/// How much of one test program's failures is repeated at the end: who has the end of a log alone
/// has to see what failed, and one broken thing fails a hundred tests.
const TOLD: usize = 60;

/// Counts tests line by line.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    /// What the harness printed of the tests that failed.
    pub(crate) told: Vec<String>,
    telling: Option<usize>,
}

impl Tally {
    /// Reads one line of the harness' output.
    pub(crate) fn line(&mut self, line: &str) {
        if let Some((good, bad)) = counts(line) {
            self.passed += good;
            self.failed += bad;
            self.telling = None;
            return;
        }
        if line == "failures:" && self.telling.is_none() {
            self.telling = Some(0);
        } else if let Some(lines) = &mut self.telling {
            // The names come last, and all of them are told: they are short.
            let name = line.starts_with("    ") && !line.trim_start().contains(' ');
            *lines += 1;
            if !line.is_empty() && (name || *lines <= TOLD) {
                self.told.push(line.to_owned());
            }
        }
    }

    /// The program that printed this has ended. One that broke off has no counts.
    pub(crate) fn end(&mut self, success: bool) {
        if !success && self.failed == 0 {
            self.failed = 1;
            self.told.push("a test program did not build or ended early".to_owned());
        }
    }

    /// Both together.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.told.extend(other.told);
    }
}

/// `test result: ok. 12 passed; 1 failed; …` → (12, 1).
fn counts(line: &str) -> Option<(u64, u64)> {
    let rest = line.strip_prefix("test result: ")?;
    let number = |word: &str| -> Option<u64> {
        rest.split(['.', ';'])
            .map(str::trim)
            .find_map(|part| part.strip_suffix(word))
            .and_then(|count| count.trim().parse().ok())
    };
    Some((number("passed")?, number("failed")?))
}

#[cfg(test)]
mod tests {
    use super::{TOLD, Tally};

    fn read(text: &str) -> Tally {
        let mut tally = Tally::default();
        text.lines().for_each(|line| tally.line(line));
        tally
    }

    #[test]
    fn the_lines_of_counts_are_read() {
        let tally = read(
            "running 3 tests\n\
             test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
             test result: FAILED. 12 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out",
        );
        assert_eq!((tally.passed, tally.failed), (15, 1));
        assert!(tally.told.is_empty());
    }

    #[test]
    fn what_was_said_of_a_failure_is_kept_and_nothing_of_what_passed() {
        let tally = read(
            "test a::good ... ok\n\
             test a::bad ... FAILED\n\
             \n\
             failures:\n\
             \n\
             ---- a::bad stdout ----\n\
             thread 'a::bad' panicked at src/a.rs:1:2:\n\
             left: 1\n\
             \n\
             failures:\n\
             \x20   a::bad\n\
             \n\
             test result: FAILED. 1 passed; 1 failed; 0 ignored\n\
             test b::good ... ok",
        );
        let expected = [
            "---- a::bad stdout ----",
            "thread 'a::bad' panicked at src/a.rs:1:2:",
            "left: 1",
            "failures:",
            "    a::bad",
        ];
        assert_eq!(tally.told, expected);
    }

    #[test]
    fn a_long_story_is_cut_and_its_name_is_not() {
        let story = "a word more\n".repeat(10 * TOLD);
        let tally = read(&format!("failures:\n{story}failures:\n    a::bad\n"));
        assert!(tally.told.len() <= TOLD + 1, "{}", tally.told.len());
        assert_eq!(tally.told.last().map(String::as_str), Some("    a::bad"));
    }

    #[test]
    fn a_program_that_broke_off_has_failed() {
        let mut tally = Tally::default();
        tally.end(false);
        assert_eq!((tally.failed, tally.told.len()), (1, 1));
    }
}
