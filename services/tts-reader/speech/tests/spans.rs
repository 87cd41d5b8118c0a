//! Spans are where the marks will be.

use tts_reader_speech::{SpeechEngine, SpeechRequest, spans};

#[test]
fn spans_are_where_the_marks_of_the_speech_are() {
    let engine = SpeechEngine::new();
    for text in [
        "Hello, world.",
        "“Naïve café,” she said — twice! Then Dr. Smith paid £5.50 at 10:30.\n\nA heading\nAnd a line.",
        "  Leading space. (In brackets?) Ends without a dot",
        "One… two; three: four. \u{1f600} Five, six.",
        "The 3rd of May, 2026: e.g. this. No. 5 is alive. She said no. Five left.",
    ] {
        let speech = engine.synthesize(&SpeechRequest::new(text, "Joanna")).unwrap();
        let marks: Vec<_> = speech
            .marks
            .iter()
            .map(|mark| (mark.kind, mark.start, mark.end, mark.start_byte, mark.end_byte))
            .collect();
        let spans: Vec<_> = spans(text)
            .iter()
            .map(|span| (span.kind, span.start, span.end, span.start_byte, span.end_byte))
            .collect();
        assert_eq!(spans, marks, "{text}");
        assert_eq!(
            spans.last().map(|span| &text[span.3..span.4]),
            speech.marks.last().map(|it| &*it.value)
        );
    }
    assert_eq!(spans(" \u{1f600} ..."), []);
}
