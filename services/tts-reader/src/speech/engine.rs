//! What every speech engine is to the rest of the service: a reading that is made piece by piece.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use tts_reader_speech::{SpeechError, SpeechMark, Voice};

use crate::{breaker::Breaker, workers::Refused};

/// What an object-safe trait has in the place of an `async fn`.
pub(crate) type Doing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Turns texts into audio.
pub(crate) trait Speech: fmt::Debug + Send + Sync {
    /// As `SPEECH_ENGINE` has it.
    fn name(&self) -> &'static str;

    /// Which of its voices really speaks when one is asked for.
    fn speaks(&self, asked: Engine) -> Engine;

    /// Whether a voice can be had from that engine, as far as is known.
    fn offers(&self, _voice: &Voice, _engine: Engine) -> bool {
        true
    }

    /// Finds out which voices can be had, where somebody else has to be asked.
    fn learn(&self) -> Doing<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    /// Begins to read a text. Nothing is spoken yet; dropping the reading ends it.
    fn begin(&self, asked: Asked) -> Box<dyn Reading>;

    /// What guards an engine that is elsewhere.
    fn breaker(&self) -> Option<&Breaker> {
        None
    }
}

/// A text that is being spoken.
pub(crate) trait Reading: Send {
    /// Speaks the next piece: some sentences, about a turn's worth. The last one has an end; after
    /// it, or after a failure, there is none.
    fn next(&mut self) -> Doing<'_, Result<Piece, Failure>>;
}

/// A text and how to speak it. It has been checked: the voice is one, and there is something to say.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) text: Arc<str>,
    pub(crate) voice: &'static Voice,
    pub(crate) engine: Engine,
}

/// The two kinds of voices that the contract knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Engine {
    Standard,
    Neural,
}

/// A part of a reading.
#[derive(Debug, Default)]
pub(crate) struct Piece {
    /// The next bytes of the file.
    pub(crate) audio: Vec<u8>,
    /// Of the whole text: they need no shifting.
    pub(crate) marks: Vec<SpeechMark>,
    /// How far it is: the number of sentences (or calls to an engine elsewhere) that are done …
    pub(crate) sentence: usize,
    /// … of so many.
    pub(crate) of: usize,
    /// What is known when it is the last one.
    pub(crate) end: Option<End>,
}

/// What is known when all is spoken.
#[derive(Debug)]
pub(crate) struct End {
    pub(crate) duration: Duration,
    /// The true first bytes of the file, to be written over as many that came first; they tell what
    /// only the end knows. A stream plays without. May be empty.
    pub(crate) head: Vec<u8>,
}

/// Why a text is not spoken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The text is to blame.
    #[error(transparent)]
    Text(SpeechError),
    /// There is no room here for more to be spoken.
    #[error("{what} is busy")]
    Full { what: &'static str, retry_after: u64 },
    /// The engine has not that voice, whatever the text.
    #[error(
        "the speech engine `{speaker}` has no {} voice `{voice}`; name the other engine, or another \
         voice of /api/voices",
        engine.word()
    )]
    Voice { speaker: &'static str, voice: &'static str, engine: Engine },
    /// The engine has more to do than it can, and had so several times over.
    #[error("the speech engine is throttled")]
    Throttled { retry_after: u64 },
    /// The engine does not answer, or is left alone because it did not.
    #[error("the speech engine does not answer")]
    Away { retry_after: u64 },
    /// Nobody knows what to do about it; for the log.
    #[error("{0}")]
    Broken(String),
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Full { what, retry_after } => Self::Full { what, retry_after },
            Refused::Panicked { what } => Self::Broken(format!("{what} panicked")),
        }
    }
}

impl Engine {
    /// As bodies name it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Neural => "neural",
        }
    }
}
