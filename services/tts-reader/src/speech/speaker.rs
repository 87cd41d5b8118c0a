//! The speech engine behind a bounded pool of threads.

use std::io;

use tts_reader_speech::{Speech, SpeechEngine, SpeechError, SpeechRequest};

use crate::workers::{Figures, Place, Pool, Refused};

/// Turns text into audio, as many texts at a time as there are threads.
#[derive(Debug)]
pub(crate) struct Speaker {
    engine: SpeechEngine,
    pool: Pool,
}

impl Speaker {
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn new(threads: usize, queue: usize) -> io::Result<Self> {
        let pool = Pool::new("Speech synthesis", threads, queue)?;
        Ok(Self { engine: SpeechEngine::new(), pool })
    }

    /// A place in the queue; taken before anything is charged.
    pub(crate) fn admit(&self) -> Result<Place<'_>, Refused> {
        self.pool.admit()
    }

    /// Speaks when the place's turn comes.
    pub(crate) async fn speak(
        &self,
        place: Place<'_>,
        text: String,
        voice_id: String,
    ) -> Result<Result<Speech, SpeechError>, Refused> {
        let engine = self.engine.clone();
        place.run(move || engine.synthesize(&SpeechRequest::new(&text, &voice_id))).await
    }

    pub(crate) fn figures(&self) -> Figures {
        self.pool.figures()
    }
}
