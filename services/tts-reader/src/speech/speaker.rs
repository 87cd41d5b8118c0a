//! Whoever speaks, and the queue before it.

use std::{io, sync::Arc, time::Duration};

use tts_reader_speech::{SpeechMark, Voice};

use super::{
    engine::{Asked, Engine, Failure, Piece, Reading, Speech},
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
/// How long a list of voices holds: new ones are a matter of months.
const VOICES_HOLD: Duration = Duration::from_hours(24);
/// Until an engine that did not tell them is asked again.
const VOICES_PAUSE: Duration = Duration::from_mins(1);

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

    /// That a voice can be had from the engine that speaks, as far as is known. Until an engine elsewhere
    /// has told its voices, all of them.
    ///
    /// # Errors
    /// [`Failure::Voice`].
    pub(crate) fn offers(&self, voice: &Voice, engine: Engine) -> Result<(), Failure> {
        if self.engine.offers(voice, engine) {
            return Ok(());
        }
        Err(Failure::Voice { speaker: self.name(), voice: voice.id, engine })
    }

    /// Keeps up with which voices an engine elsewhere has. Never ends.
    pub(crate) async fn keep_learning(&self) {
        let mut failing = false;
        loop {
            let learned = self.engine.learn().await;
            match &learned {
                // Said when it begins, not once a minute.
                Err(cause) if !failing => {
                    tracing::warn!(%cause, "cannot learn which voices there are; will ask again");
                }
                Ok(()) if failing => tracing::info!("learned which voices there are"),
                _ => {}
            }
            failing = learned.is_err();
            tokio::time::sleep(if failing { VOICES_PAUSE } else { VOICES_HOLD }).await;
        }
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
