//! The engine of this program, on threads of its own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tts_reader_speech::{Speaking, SpeechEngine, SpeechError, SpeechRequest};

use super::engine::{Asked, Doing, End, Engine, Failure, Piece, Reading, Speech};
use crate::{
    timings::{self, Stage},
    workers::Pool,
};

/// How long a piece keeps a thread, about: long enough that handing it over costs nothing, short
/// enough that nobody waits long behind a text of 100,000 characters.
const SLICE: Duration = Duration::from_millis(20);

/// Speaks on the threads of a pool.
#[derive(Debug)]
pub(crate) struct Local {
    engine: SpeechEngine,
    pool: Arc<Pool>,
}

impl Local {
    pub(crate) fn new(pool: Arc<Pool>) -> Self {
        Self { engine: SpeechEngine::new(), pool }
    }
}

impl Speech for Local {
    fn name(&self) -> &'static str {
        "local"
    }

    /// There is one rendering, and it is the standard one.
    fn speaks(&self, _: Engine) -> Engine {
        Engine::Standard
    }

    fn begin(&self, asked: Asked) -> Box<dyn Reading> {
        let state = State::Fresh(self.engine.clone(), asked);
        Box::new(LocalReading { state, pool: Arc::clone(&self.pool) })
    }
}

struct LocalReading {
    state: State,
    pool: Arc<Pool>,
}

/// Goes to a thread and comes back for each piece.
enum State {
    /// Cutting and measuring the text is work, too.
    Fresh(SpeechEngine, Asked),
    Speaking(Box<Speaking<'static>>),
    Over,
}

impl Reading for LocalReading {
    fn next(&mut self) -> Doing<'_, Result<Piece, Failure>> {
        Box::pin(async move {
            let state = std::mem::replace(&mut self.state, State::Over);
            let made = self.pool.run(move || state.next()).await;
            let made = made.map_err(Failure::from)??;
            self.state = made.state;
            timings::add(Stage::Synthesis, made.synthesis);
            timings::add(Stage::Encoding, made.encoding);
            Ok(made.piece)
        })
    }
}

/// What comes back from a thread.
struct Made {
    piece: Piece,
    state: State,
    synthesis: Duration,
    encoding: Duration,
}

impl State {
    fn next(self) -> Result<Made, Failure> {
        let start = Instant::now();
        let mut speaking = match self {
            Self::Fresh(engine, asked) => {
                let request = SpeechRequest::new(&asked.text, asked.voice.id);
                Box::new(engine.speak(&request).map_err(Failure::Text)?.into_owned())
            }
            Self::Speaking(speaking) => speaking,
            Self::Over => {
                return Err(Failure::Broken("a reading was asked on after its end".into()));
            }
        };
        let before = speaking.encoding();
        let mut piece = Piece { of: speaking.sentences(), ..Piece::default() };
        let is_over = speak_for(SLICE, start, &mut speaking, &mut piece).map_err(Failure::Text)?;
        let encoding = speaking.encoding().saturating_sub(before);
        let state = if is_over {
            let ended = speaking.finish();
            piece.sentence = piece.of;
            piece.end = Some(End { duration: ended.duration, head: ended.head });
            Self::Over
        } else {
            Self::Speaking(speaking)
        };
        let synthesis = start.elapsed().saturating_sub(encoding);
        Ok(Made { piece, state, synthesis, encoding })
    }
}

/// Speaks sentence after sentence until the time is over; true when there are no more.
fn speak_for(
    time: Duration,
    start: Instant,
    speaking: &mut Speaking<'static>,
    piece: &mut Piece,
) -> Result<bool, SpeechError> {
    loop {
        let Some(part) = speaking.next() else { return Ok(true) };
        let part = part?;
        piece.audio.extend_from_slice(&part.audio);
        piece.marks.extend(part.marks);
        piece.sentence = part.sentence;
        if start.elapsed() >= time {
            return Ok(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tts_reader_speech::{SpeechEngine, SpeechRequest, find_voice};

    use super::{Asked, Engine, Local, Speech};
    use crate::workers::Pool;

    #[tokio::test]
    async fn pieces_are_the_whole_file_and_all_of_its_marks() {
        let pool = Arc::new(Pool::new("Speech", 1, 4).unwrap());
        let text = "The quick brown fox jumps over the lazy dog. Then it rests. ".repeat(200);
        let asked = Asked {
            text: text.as_str().into(),
            voice: find_voice("Amy").unwrap(),
            engine: Engine::Standard,
        };
        let mut reading = Local::new(pool).begin(asked);
        let (mut file, mut marks, mut pieces) = (Vec::new(), Vec::new(), 0);
        let end = loop {
            let piece = reading.next().await.unwrap();
            pieces += 1;
            file.extend(piece.audio);
            marks.extend(piece.marks);
            if let Some(end) = piece.end {
                assert_eq!(piece.sentence, piece.of);
                break end;
            }
        };
        assert!(pieces > 1, "a long text is spoken in several turns");
        file[..end.head.len()].copy_from_slice(&end.head);
        let whole = SpeechEngine::new().synthesize(&SpeechRequest::new(&text, "Amy")).unwrap();
        assert!(file == whole.audio && marks == whole.marks && end.duration == whole.duration);
        assert!(reading.next().await.is_err(), "after the end there is nothing");
    }
}
