//! The speech engine behind a bounded pool of threads.

use tts_reader_speech::{Speech, SpeechEngine, SpeechError, SpeechRequest};

use crate::workers::{Figures, Place, Pool, Refused};

/// Turns text into audio, as many texts at a time as there are threads.
#[derive(Debug)]
pub(crate) struct Speaker {
    engine: SpeechEngine,
    pool: Pool,
}

impl Speaker {
    pub(crate) fn new(threads: usize, queue: usize) -> Self {
        Self { engine: SpeechEngine::new(), pool: Pool::new("Speech synthesis", threads, queue) }
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
