//! The header as text (W3C Server Timing, 4): `db;dur=53.2;desc="two queries", cache;desc=hit`.

use std::borrow::Cow;
use std::time::Duration;

use super::OTHER_STAGES;

/// Most stages that are read of one answer.
const MOST_STAGES: usize = 32;
/// Longest name, in bytes; a longer one counts under [`OTHER_STAGES`].
const LONGEST_NAME: usize = 40;
/// Longest description, in characters; the rest is cut off.
const LONGEST_ABOUT: usize = 80;
/// The longest time that is believed, in ms: a day.
const LONGEST_TIME: f64 = 86_400_000.0;

/// One stage that an answer names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerTiming<'a> {
    /// Its name.
    pub name: &'a str,
    /// How long it took, as the target says; `None` where it does not, or says what no time is.
    pub time: Option<Duration>,
    /// More about it; often empty.
    pub about: Cow<'a, str>,
}

/// The stages in the values of the header, in order; at most 32. What is no stage is left out: a
/// name that is none takes what belongs to it along.
pub fn server_timings<'a>(
    values: impl IntoIterator<Item = &'a [u8]>,
) -> impl Iterator<Item = ServerTiming<'a>> {
    let texts = values.into_iter().filter_map(|value| std::str::from_utf8(value).ok());
    texts.flat_map(|rest| Stages { rest }).take(MOST_STAGES)
}

/// A walk through one value.
struct Stages<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Stages<'a> {
    type Item = ServerTiming<'a>;

    fn next(&mut self) -> Option<ServerTiming<'a>> {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', ',']);
            if self.rest.is_empty() {
                return None;
            }
            let name = self.token();
            let stage = (!name.is_empty()).then(|| self.stage(name));
            self.skip_to_comma();
            if stage.is_some() {
                return stage;
            }
        }
    }
}

impl<'a> Stages<'a> {
    /// The parameters behind a name. Of two with one name the first counts, as the standard says.
    fn stage(&mut self, name: &'a str) -> ServerTiming<'a> {
        let name = if name.len() > LONGEST_NAME { OTHER_STAGES } else { name };
        let (mut time, mut about) = (None, None);
        while self.eat(';') {
            self.blanks();
            let key = self.token();
            if !self.eat('=') {
                continue;
            }
            self.blanks();
            let value = self.value();
            if key.eq_ignore_ascii_case("dur") {
                time.get_or_insert_with(|| milliseconds(&value));
            } else if key.eq_ignore_ascii_case("desc") {
                about.get_or_insert(value);
            }
        }
        let mut about = about.unwrap_or_default();
        if let Some((cut, _)) = about.char_indices().nth(LONGEST_ABOUT) {
            about = Cow::Owned(about[..cut].to_owned());
        }
        ServerTiming { name, time: time.flatten(), about }
    }

    fn token(&mut self) -> &'a str {
        let end = self.rest.find(|c| !is_token(c)).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        token
    }

    /// A word, or a text in quotes with its backslashes undone.
    fn value(&mut self) -> Cow<'a, str> {
        let Some(rest) = self.rest.strip_prefix('"') else {
            let end = self.rest.find([';', ',', ' ', '\t']).unwrap_or(self.rest.len());
            let (value, rest) = self.rest.split_at(end);
            self.rest = rest;
            return Cow::Borrowed(value);
        };
        let (mut text, mut escaped) = (String::new(), false);
        for (at, c) in rest.char_indices() {
            match c {
                _ if escaped => {
                    escaped = false;
                    text.push(c);
                }
                '\\' => escaped = true,
                '"' => {
                    self.rest = &rest[at + 1..];
                    return Cow::Owned(text);
                }
                _ => text.push(c),
            }
        }
        // It does not close, so it goes to the end.
        self.rest = "";
        Cow::Owned(text)
    }

    fn eat(&mut self, sign: char) -> bool {
        self.blanks();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// To the next stage. A comma within quotes is none.
    fn skip_to_comma(&mut self) {
        while let Some(at) = self.rest.find([',', '"']) {
            let quoted = self.rest[at..].starts_with('"');
            self.rest = &self.rest[at..];
            if !quoted {
                return;
            }
            self.value();
        }
        self.rest = "";
    }
}

/// RFC 9110, 5.6.2.
fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

fn milliseconds(text: &str) -> Option<Duration> {
    let ms: f64 = text.parse().ok()?;
    (0.0..=LONGEST_TIME).contains(&ms).then(|| Duration::from_secs_f64(ms / 1e3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `name time µs about` of every stage.
    fn read(text: &str) -> Vec<String> {
        let stages = server_timings([text.as_bytes()]);
        let line = |it: ServerTiming<'_>| {
            let time = it.time.map_or_else(|| "-".to_owned(), |time| time.as_micros().to_string());
            format!("{} {time} {}", it.name, it.about).trim_end().to_owned()
        };
        stages.map(line).collect()
    }

    #[test]
    fn the_examples_of_the_standard_are_read() {
        assert_eq!(read("miss, db;dur=53, app;dur=47.2"), ["miss -", "db 53000", "app 47200"]);
        assert_eq!(read("customView, dc;desc=atl"), ["customView -", "dc - atl"]);
        assert_eq!(read("cache;desc=\"Cache Read\";dur=23.2"), ["cache 23200 Cache Read"]);
        assert_eq!(read("total;dur=123.4"), ["total 123400"]);
    }

    #[test]
    fn what_is_odd_is_read_as_browsers_do() {
        for (text, stages) in [
            ("", &[][..]),
            (" , ,a , ", &["a -"]),
            ("a;DUR=1;dur=2;x;y=\"1,2\";Desc=b", &["a 1000 b"]),
            ("a ; dur = 1 , b", &["a 1000", "b -"]),
            (r#"a;desc="x \"y\" \\, z";dur=1,b"#, &[r#"a 1000 x "y" \, z"#, "b -"]),
            ("a;dur=\"1.5\"", &["a 1500"]),
            (
                "a;dur=soon, b;dur=-1, c;dur=nan, d;dur=inf, e;dur=1e99",
                &["a -", "b -", "c -", "d -", "e -"],
            ),
            ("a;dur=1e2", &["a 100000"]),
            // A name that is none takes its parameters along, and no comma of them ends it.
            ("(a);dur=1;desc=\"x, y\", b", &["b -"]),
            ("a;desc=\"never closed, b", &["a - never closed, b"]),
            ("a b;dur=1, c", &["a -", "c -"]),
        ] {
            assert_eq!(read(text), stages, "{text}");
        }
        assert_eq!(server_timings([&b"a\xff"[..], b"b"]).count(), 1);
    }

    #[test]
    fn what_is_read_is_bounded() {
        let many: Vec<String> = (0..1_000).map(|n| format!("s{n}")).collect();
        assert_eq!(read(&many.join(",")).len(), MOST_STAGES);
        let long = read(&format!("{};desc={}", "n".repeat(41), "é".repeat(100)));
        assert_eq!(long, [format!("(other) - {}", "é".repeat(LONGEST_ABOUT))]);
    }

    proptest! {
        #[test]
        fn nothing_upsets_it(text in "[a-z0-9;=,\"\\\\ .(é\t-]{0,80}") {
            for stage in server_timings([text.as_bytes()]) {
                prop_assert!(!stage.name.is_empty());
            }
        }

        #[test]
        fn what_was_written_is_read(
            stages in prop::collection::vec(("[a-z][a-z0-9_-]{0,20}", 0_u32..10_000_000, "[ -~]{0,40}"), 0..20)
        ) {
            let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
            let written: Vec<String> = stages
                .iter()
                .map(|(name, us, about)| {
                    format!("{name};desc=\"{}\";dur={}", quoted(about), f64::from(*us) / 1e3)
                })
                .collect();
            let text = written.join(", ");
            let read: Vec<_> = server_timings([text.as_bytes()]).collect();
            prop_assert_eq!(read.len(), stages.len());
            for (read, (name, us, about)) in read.iter().zip(&stages) {
                prop_assert_eq!(read.name, name);
                prop_assert_eq!(&*read.about, about);
                let time = read.time.expect("a time").as_nanos().abs_diff(u128::from(*us) * 1_000);
                prop_assert!(time <= 1);
            }
        }
    }
}
