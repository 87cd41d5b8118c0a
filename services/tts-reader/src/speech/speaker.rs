//! Whoever speaks, and the queue before it.

use std::{io, sync::Arc, time::Duration};

use tts_reader_speech::SpeechMark;

use super::{
    engine::{Asked, Engine, Piece, Reading, Speech},
    load_test::LoadTestSpeech,
    local::Local,
    polly,
    remote::RemoteEngine,
    reuse::Reuse,
    turns::{Bounds, Place, Turns},
};
use crate::{
    breaker::{Breaker, Condition},
    domain::UserId,
    server::ServeError,
    settings::{Settings, SpeechEngine},
    workers::{Figures, Pool, Refused},
};

/// Slices that may wait for a thread. There is a turn for each thread, so only those wait whose
/// callers went away and that are skipped.
const SLICES: usize = 1_024;

/// Turns texts into audio, so many at a time.
#[derive(Debug)]
pub(crate) struct Speaker {
    engine: Box<dyn Speech>,
    turns: Turns,
    /// None: everything is spoken anew.
    reuse: Option<Reuse>,
}

/// A text as far as it was spoken.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    pub(crate) audio: Vec<u8>,
    pub(crate) marks: Vec<SpeechMark>,
    pub(crate) duration: Duration,
}

impl Recording {
    /// Adds the next piece; true when it was the last.
    pub(crate) fn add(&mut self, piece: Piece) -> bool {
        self.audio.extend_from_slice(&piece.audio);
        self.marks.extend(piece.marks);
        let Some(end) = piece.end else { return false };
        self.duration = end.duration;
        if let Some(head) = self.audio.get_mut(..end.head.len()) {
            head.copy_from_slice(&end.head);
        }
        true
    }
}

impl Speaker {
    /// # Errors
    /// When the system has no thread left, or the engine that was asked for is not there.
    pub(crate) fn open(settings: &Settings) -> Result<Self, ServeError> {
        Self::with(settings).map_err(|error| ServeError::Start(error.to_string()))
    }

    fn with(settings: &Settings) -> io::Result<Self> {
        let speech = &settings.speech;
        let pool = Arc::new(Pool::new("Speech synthesis", speech.threads, SLICES)?);
        let (engine, slots): (Box<dyn Speech>, usize) = match speech.engine {
            SpeechEngine::Local => (Box::new(Local::new(pool)), speech.threads),
            SpeechEngine::LoadTest => {
                let remote = Arc::new(LoadTestSpeech::new(speech.quota));
                (Box::new(RemoteEngine::new(remote, pool)), speech.calls)
            }
            SpeechEngine::Polly => {
                (polly::open(settings, pool).map_err(io::Error::other)?, speech.calls)
            }
        };
        let (queue, of_account) = (settings.speech_queue, speech.queue_per_account);
        let turns = Turns::new(Bounds { slots, queue, of_account });
        let reuse = speech.reuse.then(Reuse::default);
        Ok(Self { engine, turns, reuse })
    }

    /// A place in the queue; taken before anything is charged.
    pub(crate) fn admit(&self, user: &UserId) -> Result<Place, Refused> {
        self.turns.admit(user)
    }

    /// Begins to speak; the pieces are asked for in turns.
    pub(crate) fn begin(&self, asked: Asked) -> Box<dyn Reading> {
        self.engine.begin(asked)
    }

    /// Audio that was made before, unless nobody wants that.
    pub(crate) fn reuse(&self) -> Option<&Reuse> {
        self.reuse.as_ref()
    }

    /// Which engine really speaks when one is asked for.
    pub(crate) fn speaks(&self, asked: Engine) -> Engine {
        self.engine.speaks(asked)
    }

    /// As `SPEECH_ENGINE` has it.
    pub(crate) fn name(&self) -> &'static str {
        self.engine.name()
    }

    /// What guards an engine that is elsewhere.
    pub(crate) fn condition(&self) -> Condition {
        self.engine.breaker().map_or(Condition::Closed, Breaker::condition)
    }

    pub(crate) fn figures(&self) -> Figures {
        self.turns.figures()
    }
}
