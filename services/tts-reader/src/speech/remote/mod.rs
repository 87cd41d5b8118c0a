//! Speech engines that are elsewhere and take short texts.
//!
//! A [`Remote`] is one call after another to somebody else's service, nothing more. What makes an
//! engine of it is here: texts are cut at sentences, calls are tried again and guarded by a circuit
//! breaker, what comes back is joined without gaps, and marks are shifted to where they belong.

mod calls;
mod chunks;
mod reading;

use std::{fmt, sync::Arc, time::Duration};

use axum::body::Bytes;
use tts_reader_speech::{MarkKind, Voice};

use super::engine::{Asked, Doing, Engine, Failure, Reading, Speech};
use crate::{breaker::Breaker, workers::Pool};

/// Somebody else's service. It tries each call once.
pub(crate) trait Remote: fmt::Debug + Send + Sync {
    /// As `SPEECH_ENGINE` has it.
    fn name(&self) -> &'static str;

    /// The most characters of one call.
    fn longest(&self) -> usize;

    /// Which of its voices really speaks when one is asked for.
    fn speaks(&self, asked: Engine) -> Engine;

    /// Whether a voice can be had from that engine, as far as is known.
    fn offers(&self, _voice: &Voice, _engine: Engine) -> bool {
        true
    }

    /// Asks which voices can be had.
    fn learn(&self) -> Doing<'_, Result<(), CallError>> {
        Box::pin(async { Ok(()) })
    }

    /// Speaks a chunk.
    fn audio<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Sound, CallError>>;

    /// The marks of a chunk.
    fn marks<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Vec<RemoteMark>, CallError>>;
}

/// One chunk of a text.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) text: String,
    pub(crate) voice: &'static Voice,
    pub(crate) engine: Engine,
    /// Which chunk it is, from 0.
    pub(crate) number: usize,
    /// How often it was tried before.
    pub(crate) attempt: u32,
}

/// A chunk as audio.
#[derive(Debug)]
pub(crate) enum Sound {
    /// Samples, mono, 16 kHz: chunks of them join without gaps.
    #[cfg_attr(
        not(any(test, feature = "polly")),
        expect(dead_code, reason = "what Amazon Polly gives")
    )]
    Pcm(Vec<i16>),
    /// Frames of MP3 that can be put one after another as they are.
    Mp3 { frames: Bytes, duration: Duration },
}

/// A mark as a remote engine gives it: by bytes, within its chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RemoteMark {
    pub(crate) time_ms: u64,
    pub(crate) kind: MarkKind,
    pub(crate) start_byte: usize,
    pub(crate) end_byte: usize,
}

/// Why a call gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CallError {
    /// There were too many; after so long there may be room, if it said so.
    Throttled { after: Option<Duration> },
    /// It has not that voice.
    #[cfg_attr(
        not(any(test, feature = "polly")),
        expect(dead_code, reason = "what Amazon Polly may say")
    )]
    NoVoice,
    /// It will not do that, however often it is asked.
    #[cfg_attr(
        not(any(test, feature = "polly")),
        expect(dead_code, reason = "what Amazon Polly may say")
    )]
    Refused(String),
    /// No answer, or one that makes no sense.
    #[cfg_attr(
        not(any(test, feature = "polly")),
        expect(dead_code, reason = "what Amazon Polly may do")
    )]
    Away(String),
}

/// An engine made of somebody else's service.
#[derive(Debug)]
pub(crate) struct RemoteEngine {
    remote: Arc<dyn Remote>,
    breaker: Arc<Breaker>,
    /// Where samples are encoded.
    pool: Arc<Pool>,
}

impl RemoteEngine {
    pub(crate) fn new(remote: Arc<dyn Remote>, pool: Arc<Pool>) -> Self {
        Self { remote, breaker: Arc::new(calls::breaker()), pool }
    }
}

impl Speech for RemoteEngine {
    fn name(&self) -> &'static str {
        self.remote.name()
    }

    fn speaks(&self, asked: Engine) -> Engine {
        self.remote.speaks(asked)
    }

    fn offers(&self, voice: &Voice, engine: Engine) -> bool {
        self.remote.offers(voice, engine)
    }

    fn learn(&self) -> Doing<'_, Result<(), Failure>> {
        Box::pin(async move {
            let learned = self.remote.learn().await;
            learned.map_err(|error| Failure::Broken(format!("{}: {error:?}", self.name())))
        })
    }

    fn begin(&self, asked: Asked) -> Box<dyn Reading> {
        let calls = calls::Calls::new(Arc::clone(&self.remote), Arc::clone(&self.breaker));
        Box::new(reading::RemoteReading::new(calls, Arc::clone(&self.pool), asked))
    }

    fn breaker(&self) -> Option<&Breaker> {
        Some(&self.breaker)
    }
}
