use proptest::prelude::*;

use super::*;

fn one(line: &str) -> (String, String) {
    let entries = parse(line).unwrap_or_else(|fault| panic!("{line}: {fault:?}"));
    assert_eq!(entries.len(), 1, "{line}");
    (entries[0].key.clone(), entries[0].value.to_string())
}

/// As ConfigArgParse 1.9 reads them, but for the comment behind a bare name.
#[test]
fn every_form_of_a_setting_is_read() {
    for (line, key, value) in [
        ("users = 5", "users", "5"),
        ("users=5", "users", "5"),
        ("users: 5", "users", "5"),
        ("users 5", "users", "5"),
        ("\tusers\t5  ", "users", "5"),
        ("--users 5", "--users", "5"),
        ("--users=5", "--users", "5"),
        ("headless", "headless", "true"),
        ("headless # at once", "headless", "true"),
        ("csv =", "csv", ""),
        ("csv = \"\"", "csv", ""),
        ("host = http://h:5000/a;b#c", "host", "http://h:5000/a;b#c"),
        ("host = http://h # the old one", "host", "http://h"),
        ("host = http://h ; the old one", "host", "http://h"),
        ("csv = \"my run\"", "csv", "my run"),
        ("csv = 'my run' # comment", "csv", "my run"),
        ("csv = \"a # b\"", "csv", "a # b"),
        ("csv = \"a", "csv", "\"a"),
        ("csv = \"a\" b", "csv", "\"a\" b"),
        ("csv = 'it's'", "csv", "it's"),
        ("csv = a b", "csv", "a b"),
        ("tags = [a, b]", "tags", "[a, b]"),
        ("tags = [\"a\", \"b c\"] # two", "tags", "[a, b c]"),
        ("tags = []", "tags", "[]"),
        ("tags = a,b", "tags", "a,b"),
        ("tags = [a", "tags", "[a"),
        ("csv == a", "csv", "= a"),
        ("csv =: a", "csv", ": a"),
        ("a=b=c", "a", "b=c"),
        ("csv = 'a' 'b'", "csv", "a' 'b"),
        ("csv = \"\"\"", "csv", "\""),
        ("csv = #x", "csv", "#x"),
        ("users = # none", "users", "# none"),
        ("config-users = [{\"a\": 1}, 2]", "config-users", "[{\"a\":1}, 2]"),
    ] {
        assert_eq!(one(line), (key.to_owned(), value.to_owned()), "{line}");
    }
}

#[test]
fn comments_sections_and_rulers_are_skipped_and_lines_counted() {
    let text = "\u{feff}# a\n; b\n[runtime settings]\n---\n\n  \nusers = 5\r\nheadless\r\n";
    let lines: Vec<usize> = parse(text).unwrap().iter().map(|entry| entry.line).collect();
    assert_eq!(lines, [7, 8]);
}

#[test]
fn what_is_no_setting_is_refused_with_its_line() {
    for line in ["= 5", ": 5", "users#5", "users;5"] {
        let (number, text) = parse(&format!("\n{line}")).unwrap_err();
        assert_eq!((number, text.contains(line)), (2, true), "{text}");
    }
    assert_eq!(parse("tags = [[1], 2]").unwrap_err().1, "a list holds texts, numbers or objects");
}

proptest! {
    #[test]
    fn no_text_panics(text in "(\\PC|\n){0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn a_quoted_value_is_read_as_it_stands(value in "[a-zA-Z0-9 #;:=/.,]{1,30}") {
        let value = value.trim();
        prop_assume!(!value.is_empty());
        prop_assert_eq!(one(&format!("csv = \"{value}\"")).1, value);
    }
}
