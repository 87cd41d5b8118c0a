//! One robots.txt, read for one program.

use std::time::Duration;

/// More of a file is not read; the standard asks for this much at least.
pub(crate) const MAX_BYTES: usize = 500 * 1024;
/// So many rules, of so many bytes, are looked at for each page: nobody's file may cost others time.
const MAX_RULES: usize = 5_000;
const MAX_PATTERN: usize = 2_048;
/// A site may be spared for so long between two pages; one that asks for more wants no readers at all,
/// and has a rule to say so.
const MAX_DELAY: Duration = Duration::from_secs(10);

/// What a program may read of a site.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// The site said so.
    Told(Told),
    /// It could not be asked, and an answer that is not there must be taken for "nothing".
    Unknown,
}

/// What a site says to those that it means.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    rules: Vec<Rule>,
    /// From one page to the next.
    delay: Duration,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    allows: bool,
    pattern: String,
}

impl Rules {
    /// A site without rules.
    pub(crate) fn none() -> Self {
        Self::Told(Told::default())
    }

    /// Reads a file for the program whose name is the first word of `user_agent`.
    pub(crate) fn parse(file: &[u8], user_agent: &str) -> Self {
        let text = String::from_utf8_lossy(whole_lines(file));
        let product = product(user_agent);
        let (mut ours, mut everybodys, mut is_named) = (Told::default(), Told::default(), false);
        // Whom the group is for that the next rule belongs to.
        let (mut for_us, mut for_all, mut in_rules) = (false, false, true);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((field, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match field.trim().to_ascii_lowercase().as_str() {
                "user-agent" => {
                    if std::mem::take(&mut in_rules) {
                        (for_us, for_all) = (false, false);
                    }
                    for_us |= self::product(value).eq_ignore_ascii_case(product);
                    for_all |= value == "*";
                    is_named |= for_us;
                }
                allows @ ("allow" | "disallow") => {
                    in_rules = true;
                    // An empty one closes nothing.
                    if value.is_empty() || value.len() > MAX_PATTERN {
                        continue;
                    }
                    let rule = || Rule { allows: allows == "allow", pattern: normal(value) };
                    if for_us && ours.rules.len() < MAX_RULES {
                        ours.rules.push(rule());
                    }
                    if for_all && everybodys.rules.len() < MAX_RULES {
                        everybodys.rules.push(rule());
                    }
                }
                // Not of the standard, which says of others that they part no groups.
                "crawl-delay" => {
                    let delay = delay(value);
                    if for_us {
                        ours.delay = ours.delay.max(delay);
                    }
                    if for_all {
                        everybodys.delay = everybodys.delay.max(delay);
                    }
                }
                _ => {}
            }
        }
        Self::Told(if is_named { ours } else { everybodys })
    }

    /// Whether a page may be read. `path` is the path and the query, as they are sent. The longest
    /// pattern decides, and of two as long the one that allows.
    pub(crate) fn allows(&self, path: &str) -> bool {
        let Self::Told(told) = self else { return false };
        let path = normal(path);
        told.rules
            .iter()
            .filter(|rule| matches(&rule.pattern, &path))
            .max_by_key(|rule| (rule.pattern.len(), rule.allows))
            .is_none_or(|rule| rule.allows)
    }

    /// How long the site wants to be left alone after each page.
    pub(crate) fn delay(&self) -> Duration {
        match self {
            Self::Told(told) => told.delay,
            Self::Unknown => Duration::ZERO,
        }
    }

    pub(crate) fn were_asked(&self) -> bool {
        matches!(self, Self::Told(_))
    }

    /// Bytes, about.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Told(told) => told.rules.iter().map(|rule| rule.pattern.len() + 40).sum(),
            Self::Unknown => 0,
        }
    }
}

/// Seconds, with a fraction or without; what is none asks for nothing.
fn delay(value: &str) -> Duration {
    let seconds = value.parse().ok().filter(|seconds: &f64| *seconds >= 0.0);
    Duration::from_secs_f64(seconds.map_or(0.0, |it| it.min(MAX_DELAY.as_secs_f64())))
}

/// The lines that are read; half a line would be another rule.
fn whole_lines(file: &[u8]) -> &[u8] {
    if file.len() < MAX_BYTES {
        return file;
    }
    let read = &file[..MAX_BYTES];
    let end = read.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(0);
    &read[..end]
}

/// `ExampleBot` of `ExampleBot/2.1 (+https://example.com)`.
fn product(agent: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphabetic() || matches!(c, '-' | '_');
    agent.split(|c| !is_part(c)).next().unwrap_or_default()
}

/// Whether a pattern with `*` for anything and `$` for the end fits the beginning of a path.
/// Each part is looked for once, from where the last one ended, so it takes the time of one look.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = pattern.strip_suffix('$').map_or((pattern, false), |it| (it, true));
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return !to_end || rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() && to_end {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    Some((digit(digits[0])? << 4 | digit(digits[1])?) as u8)
}

/// One spelling for what is the same: `%7e` is `~`, `é` is `%C3%A9`.
fn normal(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| byte == b'%').and_then(hex);
        at += if escaped.is_some() { 3 } else { 1 };
        match escaped {
            Some(b) if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => out.push(b.into()),
            Some(b) => out.push_str(&format!("%{b:02X}")),
            None if byte.is_ascii() => out.push(byte.into()),
            None => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::*;

    const AGENT: &str = "tts-reader/1.0 (+https://reader.example)";

    fn allows(file: &str, path: &str) -> bool {
        Rules::parse(file.as_bytes(), AGENT).allows(path)
    }

    #[test]
    fn a_file_speaks_to_those_it_names_and_else_to_all() {
        let file = "\u{feff}User-agent: *\nDisallow: /\n\nUser-Agent: other\nuser-agent: TTS-Reader/2\n\
                    Disallow: /private # not for us\nSitemap: https://x.example/s\nAllow: /private/open\n\
                    User-agent: third\nDisallow: /\n";
        assert!(allows(file, "/page"));
        assert!(!allows(file, "/private/page"));
        assert!(allows(file, "/private/open"));
        // Two groups for the same program are one.
        let twice = format!("{file}User-agent: tts-reader\nDisallow: /more\n");
        assert!(!allows(&twice, "/more") && !allows(&twice, "/private/x"));
        // Named without rules: everything is open.
        assert!(allows("User-agent: *\nDisallow: /\nUser-agent: tts-reader\nDisallow:\n", "/x"));
        assert!(!allows("User-agent: *\nDisallow: /\n", "/x"));
        assert!(allows("Disallow: /\n", "/x"), "a rule of no group");
        assert!(allows("", "/x") && allows("<html>not found</html>", "/x"));
        assert!(!Rules::Unknown.allows("/x"));
    }

    /// The examples of RFC 9309 and of the search engines that wrote it.
    #[test]
    fn patterns_fit_as_the_standard_says() {
        for (pattern, path, fits) in [
            ("/", "/anything", true),
            ("/fish", "/fish.html", true),
            ("/fish", "/Fish.asp", false),
            ("/fish*", "/fish", true),
            ("/fish/", "/fish", false),
            ("/*.php", "/folder/any.php.file?x", true),
            ("/*.php$", "/folder/filename.php", true),
            ("/*.php$", "/filename.php?parameters", false),
            ("/fish*.php", "/fishheads/catfish.php?x", true),
            ("/*?*", "/a?b", true),
            ("/a$", "/a", true),
            ("/a$", "/ab", false),
            ("*", "/x", true),
            ("/a*b*c$", "/axbxbxc", true),
            ("/a*b*c$", "/axbxcx", false),
            ("/a*a$", "/a", false),
            ("/%7Euser", "/~user/x", true),
            ("/é", "/%c3%a9t%C3%a9", true),
            ("/a%2fb", "/a/b", false),
        ] {
            assert_eq!(matches(&normal(pattern), &normal(path)), fits, "{pattern} {path}");
        }
        let longest = "User-agent: *\nDisallow: /p\nAllow: /page\nDisallow: /page/x\n";
        assert!(allows(longest, "/page") && !allows(longest, "/page/x") && !allows(longest, "/p"));
        assert!(allows("User-agent: *\nAllow: /same\nDisallow: /same\n", "/same"));
    }

    #[test]
    fn a_delay_is_for_those_it_is_said_to_and_has_bounds() {
        let delay = |file: &str| Rules::parse(file.as_bytes(), AGENT).delay().as_millis();
        for (value, millis) in
            [("2", 2_000), ("0.5", 500), ("86400", 10_000), ("inf", 10_000), ("0", 0)]
        {
            assert_eq!(
                delay(&format!("User-agent: *\nCrawl-Delay: {value} # s\n")),
                millis,
                "{value}"
            );
        }
        for value in ["", "-1", "NaN", "soon", "1,5"] {
            assert_eq!(delay(&format!("User-agent: *\nCrawl-delay: {value}\n")), 0, "{value}");
        }
        let file = "User-agent: *\nCrawl-delay: 9\nDisallow: /x\nUser-agent: tts-reader\nCrawl-delay: 1\n\
                    Crawl-delay: 3\nUser-agent: other\nDisallow: /y\n";
        assert_eq!(delay(file), 3_000);
        // It is no rule, and parts no groups: `tts-reader` and `other` are one.
        assert!(allows(file, "/x") && !allows(file, "/y"));
        assert_eq!(delay("User-agent: *\nCrawl-delay: 9\nUser-agent: tts-reader\nAllow: /\n"), 0);
        assert_eq!(delay("Crawl-delay: 9\n"), 0, "said to nobody");
        assert_eq!(Rules::Unknown.delay(), Duration::ZERO);
    }

    #[test]
    fn a_file_made_to_cost_time_costs_little() {
        let stars = format!("User-agent: *\nDisallow: /{}\n", "a*".repeat(1_000));
        let rules = Rules::parse(stars.repeat(400).as_bytes(), AGENT);
        assert!(rules.size() < 4 * 1024 * 1024);
        assert!(rules.allows(&format!("/{}b", "a".repeat(900))));
    }

    proptest! {
        #[test]
        fn any_file_can_be_read(file in prop::collection::vec(any::<u8>(), 0..300), path: String) {
            let _ = Rules::parse(&file, AGENT).allows(&path);
        }

        #[test]
        fn a_pattern_without_marks_is_a_beginning(path in "/[a-z/]{0,20}", cut in 0usize..20) {
            let cut = cut.min(path.len());
            assert!(matches(&path[..cut], &path));
            assert!(!matches(&format!("{path}x"), &path));
        }
    }
}
