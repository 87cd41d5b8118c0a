//! The command line that makes the same run again, without secrets.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;

use katydid_core::mask::{MASKED, Mask};

use crate::request_line::masked;

/// The words of a command as a shell reads them: the program by its name, values of the options
/// `secrets` masked and what `mask` knows in headers, bodies and addresses, and the seed that the run
/// had. Whoever repeats the run puts the secrets back.
pub(crate) fn command<'a>(
    words: impl IntoIterator<Item = OsString>,
    secrets: impl IntoIterator<Item = &'a str>,
    mask: &Mask,
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
            MASKED.to_owned()
        } else if let (true, Some(_)) = (secrets.contains(name), value) {
            format!("{name}={MASKED}")
        } else {
            plain(&word, mask)
        };
        hide = value.is_none() && !hide && secrets.contains(name);
        line.push(quoted(&shown));
    }
    if !seeded {
        line.push(format!("--seed {seed}"));
    }
    line.join(" ")
}

/// A word without the secrets that an address, a header or a body in it may have.
fn plain(word: &str, mask: &Mask) -> String {
    let is_scheme = |scheme: &str| scheme.chars().all(char::is_alphabetic);
    if word.split_once("://").is_some_and(|(scheme, _)| is_scheme(scheme)) {
        return mask.text(&masked(word)).into_owned();
    }
    // `Name: value`, behind `-H` or `--header=` or alone.
    let begin = word.rfind("--header=").map_or(0, |at| at + "--header=".len());
    let begin = if word.starts_with("-H") { 2 } else { begin };
    let (option, rest) = word.split_at(begin);
    match rest.split_once(':') {
        Some((name, value)) if is_name(name) => {
            let shown = value.trim_start();
            let gap = &value[..value.len() - shown.len()];
            format!("{option}{name}:{gap}{}", mask.header(name, shown))
        }
        _ => mask.text(word).into_owned(),
    }
}

/// Whether it could be the name of a header.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
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
        command(words.iter().map(OsString::from), ["token"], &Mask::new(["tenant"]), 7)
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

    #[test]
    fn what_the_mask_knows_is_masked_in_every_form_of_a_word() {
        for words in [
            &["katydid", "http://ann:planted@h/?sig=planted", "-d", r#"{"password":"planted"}"#][..],
            &["katydid", "http://h/", "-H", "Authorization: Basic planted"],
            &["katydid", "http://h/", "-HCookie: sid=planted; theme=planted"],
            &["katydid", "http://h/", "--header=X-Api-Key: planted"],
            &["katydid", "http://h/", "-d", "grant=x&client_secret=planted&pin=planted"],
            &["tts-load", "--tenant=planted", "--pass=planted"],
        ] {
            let shown = line(words);
            assert!(!shown.contains("planted") && shown.contains("***"), "{shown}");
        }
        // What is none stays as it was.
        let plain = "tts-load --host http://h:1/ -t 5m --stages a:1@1/s:2s --csv x --seed 7";
        assert_eq!(line(&plain.split(' ').collect::<Vec<_>>()), plain);
    }
}
