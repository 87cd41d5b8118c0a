//! A remote engine that does what each test tells it: what comes of its calls.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::Instant;
use tts_reader_speech::{MarkKind, SpeechMark, find_voice};

use crate::{
    breaker::Condition,
    speech::{
        engine::{Asked, Doing, Engine, Failure, Reading, Speech},
        remote::{Call, CallError, Remote, RemoteEngine, RemoteMark, Sound},
    },
    workers::Pool,
};

/// Speaks a tenth of a second for each character, after the failures that it was told.
#[derive(Debug, Default)]
struct Double {
    failures: Mutex<VecDeque<CallError>>,
    calls: Mutex<Vec<String>>,
    samples: bool,
}

impl Double {
    fn answer(&self, what: &str, call: &Call) -> Result<(), CallError> {
        self.calls.lock().unwrap().push(format!("{what} {}", call.text));
        self.failures.lock().unwrap().pop_front().map_or(Ok(()), Err)
    }
}

impl Remote for Double {
    fn name(&self) -> &'static str {
        "double"
    }

    fn longest(&self) -> usize {
        12
    }

    fn speaks(&self, asked: Engine) -> Engine {
        asked
    }

    fn audio<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Sound, CallError>> {
        Box::pin(async move {
            self.answer("audio", call)?;
            let characters = call.text.chars().count();
            if self.samples {
                return Ok(Sound::Pcm(vec![0; characters * 1_600]));
            }
            let duration = Duration::from_millis(100) * characters as u32;
            Ok(Sound::Mp3 { frames: call.text.clone().into(), duration })
        })
    }

    /// One mark for each word.
    fn marks<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Vec<RemoteMark>, CallError>> {
        Box::pin(async move {
            self.answer("marks", call)?;
            let words = call.text.split_whitespace();
            Ok(words
                .map(|word| {
                    let start_byte = word.as_ptr() as usize - call.text.as_ptr() as usize;
                    RemoteMark {
                        time_ms: 100 * call.text[..start_byte].chars().count() as u64,
                        kind: MarkKind::Word,
                        start_byte,
                        end_byte: start_byte + word.len(),
                    }
                })
                .collect())
        })
    }
}

struct Whole {
    audio: Vec<u8>,
    marks: Vec<SpeechMark>,
    duration: Duration,
    head: Vec<u8>,
}

async fn read(engine: &RemoteEngine, text: &str) -> Result<Whole, Failure> {
    let voice = find_voice("Amy").unwrap();
    let mut reading = engine.begin(Asked { text: text.into(), voice, engine: Engine::Standard });
    read_on(&mut *reading).await
}

async fn read_on(reading: &mut dyn Reading) -> Result<Whole, Failure> {
    let (mut audio, mut marks) = (Vec::new(), Vec::new());
    loop {
        let piece = reading.next().await?;
        audio.extend(piece.audio);
        marks.extend(piece.marks);
        if let Some(end) = piece.end {
            return Ok(Whole { audio, marks, duration: end.duration, head: end.head });
        }
    }
}

fn engine(double: Double) -> (Arc<Double>, RemoteEngine) {
    let double = Arc::new(double);
    let pool = Arc::new(Pool::new("Speech", 1, 8).unwrap());
    (Arc::clone(&double), RemoteEngine::new(double, pool))
}

fn failing(failures: impl IntoIterator<Item = CallError>) -> (Arc<Double>, RemoteEngine) {
    let failures = Mutex::new(failures.into_iter().collect());
    engine(Double { failures, ..Double::default() })
}

const TEXT: &str = "Ein Öl. Ça va bien? Zwei. Drei. Vier. Fünf. Sechs. Sieben. Acht.";

#[tokio::test]
async fn chunks_are_joined_in_order_and_marks_lie_in_the_whole_text() {
    let (double, engine) = engine(Double::default());
    let whole = read(&engine, TEXT).await.unwrap();
    let chunks =
        ["Ein Öl.", "Ça va bien?", "Zwei. Drei.", "Vier. Fünf.", "Sechs.", "Sieben.", "Acht."];
    assert_eq!(String::from_utf8(whole.audio).unwrap(), chunks.concat());
    let characters: usize = chunks.iter().map(|chunk| chunk.chars().count()).sum();
    assert_eq!(whole.duration, Duration::from_millis(100) * characters as u32);
    assert_eq!(double.calls.lock().unwrap().len(), 2 * chunks.len());
    assert!(whole.head.is_empty());

    let characters: Vec<char> = TEXT.chars().collect();
    let mut last = 0;
    for mark in &whole.marks {
        assert_eq!(TEXT[mark.start_byte..mark.end_byte], mark.value);
        assert_eq!(characters[mark.start..mark.end].iter().collect::<String>(), mark.value);
        assert!(last <= mark.time_ms && mark.time_ms < mark.end_ms, "{mark:?}");
        last = mark.time_ms;
    }
    assert_eq!(whole.marks.len(), TEXT.split_whitespace().count());
    let second = whole.marks.iter().find(|mark| mark.value == "Ça").unwrap();
    assert_eq!((second.time_ms, second.end_ms), (700, 1_000));
}

#[tokio::test]
async fn samples_are_encoded_as_one_file() {
    let (_, engine) = engine(Double { samples: true, ..Double::default() });
    let whole = read(&engine, TEXT).await.unwrap();
    assert!(!whole.head.is_empty() && whole.audio.len() > whole.head.len());
    // 48 kbit a second, and one frame with the tag.
    let bytes = whole.duration.as_secs_f64() * 6_000.0;
    assert!((whole.audio.len() as f64 - bytes).abs() < 1_500.0, "{} {bytes}", whole.audio.len());
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_tried_again_and_then_given_up() {
    let throttled = CallError::Throttled { after: None };
    let (double, engine) = failing(vec![throttled.clone(); 3]);
    let start = Instant::now();
    assert!(read(&engine, "Hi.").await.is_ok());
    assert_eq!(double.calls.lock().unwrap().len(), 5, "four for the audio, one for its marks");
    let took = start.elapsed();
    assert!((350..1_060).contains(&took.as_millis()), "{took:?}");

    let (double, engine) = failing(vec![throttled; 4]);
    let failure = read(&engine, "Hi.").await.err().unwrap();
    assert!(matches!(failure, Failure::Throttled { retry_after: 1.. }), "{failure:?}");
    assert_eq!(double.calls.lock().unwrap().len(), 4);
    assert_eq!(engine.breaker().unwrap().condition(), Condition::Closed, "it did answer");
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_does_not_answer_is_left_alone_for_a_while() {
    let (double, engine) = failing(vec![CallError::Away("broken pipe".to_owned()); 5]);
    assert!(matches!(read(&engine, "Hi.").await, Err(Failure::Away { .. })));
    assert!(matches!(read(&engine, "Hi.").await, Err(Failure::Away { .. })));
    assert_eq!(engine.breaker().unwrap().condition(), Condition::Open);
    let calls = double.calls.lock().unwrap().len();
    let Err(Failure::Away { retry_after }) = read(&engine, "Hi.").await else { panic!() };
    assert!((10..=15).contains(&retry_after), "{retry_after}");
    assert_eq!(double.calls.lock().unwrap().len(), calls, "nobody asked it");
    tokio::time::advance(Duration::from_secs(15)).await;
    assert!(read(&engine, "Hi.").await.is_ok());
    assert_eq!(engine.breaker().unwrap().condition(), Condition::Closed);
}

#[tokio::test]
async fn what_is_refused_is_not_tried_again() {
    let (double, engine) = failing(vec![CallError::Refused("no such voice".to_owned())]);
    let failure = read(&engine, "Hi.").await.err().unwrap();
    assert_eq!(failure.to_string(), "double: no such voice");
    assert_eq!(double.calls.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_voice_that_there_is_not_is_the_callers_to_change() {
    let (double, engine) = failing(vec![CallError::NoVoice]);
    let failure = read(&engine, "Hi.").await.err().unwrap();
    assert_eq!(
        failure.to_string(),
        "the speech engine `double` has no standard voice `Amy`; name the other engine, or another \
         voice of /api/voices"
    );
    assert_eq!(double.calls.lock().unwrap().len(), 1);
    assert_eq!(engine.breaker().unwrap().condition(), Condition::Closed, "it did answer");
}
