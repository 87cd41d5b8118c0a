//! The rules one by one, their documented example, and what must hold for any text.

use proptest::prelude::*;

use super::{clean_for_speech, normalize};

#[test]
fn the_documented_example() {
    let text = "NASA and IBM are TALKING LOUD. Wait..... what----- ok ____ yes. Visit \
        https://a.example/x or mail bob@ex.com or @bob #tag. Read more here.";
    let spoken = "Nasa and IBM are Talking Loud. Wait... what--- ok yes. Visit or mail or . here.";
    assert_eq!(clean_for_speech(text), spoken);
}

#[test]
fn each_rule() {
    for (text, spoken) in [
        ("  a \t\n b\u{a0}c ", "a b c"),
        ("soft\u{ad}hyphen zero\u{200b}width \u{feff}mark", "softhyphen zerowidth mark"),
        ("a.. b... c....", "a.. b... c..."),
        ("a-- b--- c----", "a-- b--- c---"),
        ("a__b c___d", "a__b cd"),
        ("SKIP TO CONTENT The text. View all", "The text."),
        ("Show moreover stays", "Show moreover stays"),
        ("See HTTP://A.EXAMPLE/x?y=1. Next", "See . Next"),
        ("(https://a.example/b)", "()"),
        ("mail first.last+x@sub.example.org, now", "mail , now"),
        ("email me@home and @you", "email me@home and"),
        ("C# and #1 but no #tag", "C# and #1 but no"),
        ("USA, NATO, ÉCOLE, McDONALD, A4PAPER", "USA, Nato, École, McDONALD, A4PAPER"),
        ("", ""),
    ] {
        assert_eq!(clean_for_speech(text), spoken, "{text:?}");
    }
}

#[test]
fn parts_that_a_removal_brings_together_are_removed_too() {
    assert_eq!(clean_for_speech("Read https://a.example/x more text"), "text");
    assert_eq!(clean_for_speech("Read Read more more text"), "text");
}

#[test]
fn a_text_made_of_nested_phrases_ends() {
    let text = "Read ".repeat(20_000) + &"more ".repeat(20_000);
    assert!(clean_for_speech(&text).len() < text.len());
}

proptest! {
    #[test]
    fn cleaning_twice_changes_nothing(
        text in "([A-Za-z.#@_-]{1,6}|Read more|NASA|https://a\\.example/x|[ \\n]){0,12}",
    ) {
        let once = clean_for_speech(&text);
        prop_assert_eq!(clean_for_speech(&once), once);
    }

    #[test]
    fn any_text_becomes_one_trimmed_line(text in "\\PC*[\\s\\p{C}]*\\PC*") {
        let spoken = clean_for_speech(&text);
        prop_assert_eq!(spoken.trim(), &spoken);
        prop_assert!(!spoken.contains("  ") && !spoken.contains('\n'));
        prop_assert_eq!(normalize(&spoken), spoken);
    }
}
