//! Where sentences end.

mod common;

use common::{check_marks, values, wav};
use tts_reader_speech::MarkKind;

fn sentences(text: &str) -> Vec<String> {
    let speech = wav(text, "Matthew");
    check_marks(text, &speech);
    values(&speech, MarkKind::Sentence).into_iter().map(str::to_owned).collect()
}

#[test]
fn abbreviations_and_decimals_do_not_end_a_sentence() {
    for text in [
        "Mr. Smith met Dr. Jones.",
        "Pi is 3.14 or so.",
        "See e.g. the map, i.e. page two.",
        "The U.S. Army came.",
        "J. R. Tolkien wrote it.",
        "Look at No. 5 and Fig. 2.",
        "Visit example.com today.",
        "Bring pens, paper etc. to class.",
        "It was Jan. 5 of that year.",
    ] {
        assert_eq!(sentences(text), [text]);
    }
}

#[test]
fn an_abbreviation_may_end_a_sentence() {
    assert_eq!(
        sentences("He works at Acme Inc. The pay is good."),
        ["He works at Acme Inc.", "The pay is good."]
    );
    assert_eq!(sentences("She said no. Five left."), ["She said no.", "Five left."]);
}

#[test]
fn questions_exclamations_and_quotes() {
    assert_eq!(sentences("Really?! Yes. So..."), ["Really?!", "Yes.", "So..."]);
    assert_eq!(
        sentences("\"Why?\" she asked. \"Because.\" Then he left."),
        ["\"Why?\" she asked.", "\"Because.\"", "Then he left."]
    );
    assert_eq!(sentences("Wait… What?"), ["Wait…", "What?"]);
    assert_eq!(sentences("It ended.Next came more."), ["It ended.", "Next came more."]);
}

#[test]
fn paragraphs_and_headings_end_sentences_but_wrapped_lines_do_not() {
    assert_eq!(sentences("A heading\n\nand some text"), ["A heading", "and some text"]);
    assert_eq!(sentences("Shopping\nMilk\nBread"), ["Shopping", "Milk", "Bread"]);
    let wrapped =
        "This line has been wrapped by some old mail program after the name of\nJohn Brown.";
    assert_eq!(sentences(wrapped), [wrapped]);
}
