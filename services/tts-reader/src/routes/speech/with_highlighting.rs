//! `POST /api/synthesize-with-highlighting`: as `synthesize`, with a map of the text by sentences and
//! words, each with its place in the text and its time in the audio.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Serialize;
use tts_reader_speech::{MarkKind, SpeechMark};

use super::{
    answer::{self, Synthesis},
    request::Form,
};
use crate::{app::App, auth::Caller, errors::ApiError, progress::Wanted, validation::JsonBody};

const FORM: Form = Form {
    name: "synthesize-with-highlighting",
    may_listen: false,
    answer: |synthesis, text, marks| {
        answer::json(&Answer { synthesis, highlighting: Highlighting::of(text, marks) })
    },
};

#[derive(Debug, Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    synthesis: Synthesis,
    highlighting: Highlighting<'a>,
}

/// A text by its sentences.
#[derive(Debug, PartialEq, Serialize)]
struct Highlighting<'a> {
    sentences: Vec<Sentence<'a>>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Sentence<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: Place,
    words: Vec<Word<'a>>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Word<'a> {
    value: &'a str,
    #[serde(flatten)]
    place: Place,
}

/// Where a part of the text lies, by characters and by bytes, and when it is heard, in milliseconds.
#[derive(Debug, PartialEq, Serialize)]
struct Place {
    start: usize,
    end: usize,
    start_byte: usize,
    end_byte: usize,
    time: u64,
    end_time: u64,
}

pub(crate) async fn synthesize_with_highlighting(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    wanted: Wanted,
    headers: HeaderMap,
    JsonBody(body): JsonBody,
) -> Result<Response, ApiError> {
    FORM.carry_out(&app, (account, wanted), &headers, body).await
}

impl<'a> Highlighting<'a> {
    /// Of engines that give no marks of sentences, the whole text is one.
    fn of(text: &'a str, marks: &'a [SpeechMark]) -> Self {
        let mut sentences: Vec<Sentence<'_>> = Vec::new();
        for mark in marks {
            let (value, place) = (mark.value.as_str(), Place::of(mark));
            match (mark.kind, sentences.last_mut()) {
                (MarkKind::Sentence, _) => {
                    sentences.push(Sentence { text: value, place, words: Vec::new() });
                }
                (MarkKind::Word, Some(sentence)) => sentence.words.push(Word { value, place }),
                (MarkKind::Word, None) => {
                    let words = vec![Word { value, place }];
                    sentences.push(Sentence { text, place: Place::whole(text, marks), words });
                }
            }
        }
        Self { sentences }
    }
}

impl Place {
    fn of(mark: &SpeechMark) -> Self {
        Self {
            start: mark.start,
            end: mark.end,
            start_byte: mark.start_byte,
            end_byte: mark.end_byte,
            time: mark.time_ms,
            end_time: mark.end_ms,
        }
    }

    fn whole(text: &str, marks: &[SpeechMark]) -> Self {
        let end_time = marks.last().map_or(0, |mark| mark.end_ms);
        let (end, end_byte) = (text.chars().count(), text.len());
        Self { start: 0, end, start_byte: 0, end_byte, time: 0, end_time }
    }
}

#[cfg(test)]
mod tests {
    use tts_reader_speech::{MarkKind, SpeechMark};

    use super::Highlighting;

    fn mark(kind: MarkKind, value: &str, start: usize, time_ms: u64) -> SpeechMark {
        SpeechMark {
            time_ms,
            end_ms: time_ms + 10,
            kind,
            start,
            end: start + value.chars().count(),
            start_byte: start,
            end_byte: start + value.len(),
            value: value.to_owned(),
        }
    }

    #[test]
    fn words_belong_to_the_sentence_before_them() {
        use MarkKind::{Sentence, Word};
        let marks = [
            mark(Sentence, "Go on.", 0, 0),
            mark(Word, "Go", 0, 0),
            mark(Word, "on", 3, 10),
            mark(Sentence, "No.", 7, 20),
            mark(Word, "No", 7, 20),
        ];
        let found = Highlighting::of("Go on. No.", &marks);
        let words = |at: usize| found.sentences[at].words.iter().map(|it| it.value);
        assert_eq!(words(0).collect::<Vec<_>>(), ["Go", "on"]);
        assert_eq!(words(1).collect::<Vec<_>>(), ["No"]);
        assert_eq!(found.sentences[1].place.start_byte, 7);

        let found = Highlighting::of("Go on", &marks[1..3]);
        assert_eq!(found.sentences.len(), 1);
        assert_eq!((found.sentences[0].text, found.sentences[0].words.len()), ("Go on", 2));
        assert_eq!(Highlighting::of("…", &[]).sentences.len(), 0);
    }
}
