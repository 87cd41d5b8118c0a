//! The command line that makes the same run again, without secrets.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use crate::request_line::masked;

/// Takes the place of a secret; whoever repeats the run puts it back.
const MASK: &str = "***";

/// The words of a command as a shell reads them: the program by its name, values of the options
/// `secrets` masked and what looks like a secret in headers, bodies and addresses, and the seed that
/// the run had.
pub(crate) fn command<'a>(
    words: impl IntoIterator<Item = OsString>,
    secrets: impl IntoIterator<Item = &'a str>,
    seed: u64,
) -> String {
    let secrets: BTreeSet<String> = secrets.into_iter().map(|name| format!("--{name}")).collect();
    let mut words = words.into_iter().map(|word| word.to_string_lossy().into_owned());
    let program = words.next().unwrap_or_default();
    let program = Path::new(&program).file_name().map(|name| name.to_string_lossy().into_owned());
    let mut line = vec![program.unwrap_or_default()];
    let (mut seeded, mut hide) = (false, false);
    for word in words {
        let (name, value) = word.split_once('=').map_or((&*word, None), |(n, v)| (n, Some(v)));
        seeded |= name == "--seed";
        let shown = if hide {
            MASK.to_owned()
        } else if let (true, Some(_)) = (secrets.contains(name), value) {
            format!("{name}={MASK}")
        } else {
            plain(&word)
        };
        hide = value.is_none() && !hide && secrets.contains(name);
        line.push(quoted(&shown));
    }
    if !seeded {
        line.push(format!("--seed {seed}"));
    }
    line.join(" ")
}

/// A word without the secrets that an address or a body in it may have.
fn plain(word: &str) -> String {
    match word.split_once("://") {
        Some((scheme, _)) if scheme.chars().all(char::is_alphabetic) => masked(word),
        _ if says_secret(word) => MASK.to_owned(),
        _ => word.to_owned(),
    }
}

/// Whether a word is a header or a body that may hold a secret; an option never is.
fn says_secret(word: &str) -> bool {
    let lower = word.to_lowercase();
    let parts = ["token", "passw", "secret", "authorization", "cookie", "api-key", "apikey"];
    !word.starts_with('-') && word.contains([':', '=']) && parts.iter().any(|it| lower.contains(it))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,~".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str]) -> String {
        command(words.iter().map(OsString::from), ["token"], 7)
    }

    #[test]
    fn a_run_can_be_made_again_and_secrets_stay_at_home() {
        assert_eq!(
            line(&["/usr/bin/tts-load", "--tags", "critical revenue", "-t", "5m"]),
            "tts-load --tags 'critical revenue' -t 5m --seed 7"
        );
        assert_eq!(line(&["x", "--seed", "3"]), "x --seed 3");
        assert_eq!(line(&["x", "--token", "abc", "-u", "5"]), "x --token '***' -u 5 --seed 7");
        assert_eq!(line(&["x", "--token=abc"]), "x '--token=***' --seed 7");
        let header = line(&["katydid", "http://h/?token=abc", "-H", "Authorization: abc"]);
        assert!(!header.contains("abc"), "{header}");
        assert_eq!(line(&["x", "it's"]), "x 'it'\\''s' --seed 7");
    }
}
