//! Where the sentences and words of a text are, as the marks of its speech will have them.

use serde::{Serialize, Serializer};
use tts_reader_speech::{MarkKind, Span, spans};

/// More than one synthesis speaks needs no map.
const MOST_CHARACTERS: usize = tts_reader_speech::MAX_CHARACTERS;

/// The same form that `/api/synthesize-with-highlighting` answers with, without times: those come
/// with the audio. Both can be laid over each other by `start_byte`.
#[derive(Debug, Serialize)]
pub(crate) struct Highlighting {
    sentences: Vec<Sentence>,
    /// So much of the text is covered.
    characters: usize,
}

#[derive(Debug, Serialize)]
struct Sentence {
    text: String,
    #[serde(flatten)]
    place: Place,
    words: Vec<Word>,
}

#[derive(Debug, Serialize)]
struct Word {
    value: String,
    #[serde(flatten)]
    place: Place,
}

/// Where something is, in characters (code points) and in bytes of UTF-8.
#[derive(Debug, Serialize)]
struct Place {
    start: usize,
    end: usize,
    start_byte: usize,
    end_byte: usize,
}

impl Highlighting {
    /// Work for a processor.
    pub(super) fn of(text: &str) -> Self {
        let text = speakable(text);
        let mut sentences: Vec<Sentence> = Vec::new();
        for span in spans(text) {
            let piece = text[span.start_byte..span.end_byte].to_owned();
            let place = Place::of(&span);
            match span.kind {
                MarkKind::Sentence => {
                    sentences.push(Sentence { text: piece, place, words: Vec::new() });
                }
                MarkKind::Word => {
                    if let Some(sentence) = sentences.last_mut() {
                        sentence.words.push(Word { value: piece, place });
                    }
                }
            }
        }
        Self { sentences, characters: text.chars().count() }
    }
}

/// A mark of `/api/synthesize`, whose time is not known before it is spoken.
#[derive(Debug, Serialize)]
pub(crate) struct Mark {
    time: Unknown,
    r#type: &'static str,
    start: usize,
    end: usize,
    value: String,
}

/// `null`.
#[derive(Debug)]
struct Unknown;

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

/// The marks of a text in the order of its speech. Work for a processor.
pub(super) fn marks(text: &str) -> Vec<Mark> {
    let text = speakable(text);
    let mark = |span: Span| Mark {
        time: Unknown,
        r#type: span.kind.as_str(),
        start: span.start,
        end: span.end,
        value: text[span.start_byte..span.end_byte].to_owned(),
    };
    spans(text).into_iter().map(mark).collect()
}

fn speakable(text: &str) -> &str {
    text.char_indices().nth(MOST_CHARACTERS).map_or(text, |(end, _)| &text[..end])
}

impl Place {
    fn of(span: &Span) -> Self {
        Self {
            start: span.start,
            end: span.end,
            start_byte: span.start_byte,
            end_byte: span.end_byte,
        }
    }
}
