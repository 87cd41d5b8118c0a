//! Times, quota and marks of the engine of load tests, in virtual time.

use std::time::Duration;

use tokio::time::Instant;
use tts_reader_speech::{MarkKind, find_voice};

use super::{Call, CallError, Engine, LoadTestSpeech, Remote, RemoteMark, Sound};

fn call(text: &str) -> Call {
    let voice = find_voice("Joanna").unwrap();
    Call { text: text.to_owned(), voice, engine: Engine::Standard, number: 0, attempt: 0 }
}

async fn time_of(speech: &LoadTestSpeech, call: &Call) -> Duration {
    let start = Instant::now();
    speech.audio(call).await.unwrap();
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_the_documented_time_and_the_same_each_time() {
    let speech = LoadTestSpeech::new(1_000_000);
    let (mut sum, mut shortest, mut longest) = (Duration::ZERO, Duration::MAX, Duration::ZERO);
    for number in 0..200 {
        let call = Call { number, ..call(&"Ten chars. ".repeat(20)[..200]) };
        let took = time_of(&speech, &call).await;
        assert_eq!(took, time_of(&speech, &call).await);
        // Two hundred characters; the clock of tests counts whole milliseconds.
        assert!((100..=401).contains(&took.as_millis()), "{took:?}");
        (sum, shortest, longest) = (sum + took, shortest.min(took), longest.max(took));
    }
    let mean = sum / 200;
    assert!((235..=265).contains(&mean.as_millis()), "{mean:?}");
    assert!(shortest < Duration::from_millis(115) && longest > Duration::from_millis(385));
}

#[tokio::test(start_paused = true)]
async fn a_call_beyond_the_quota_is_throttled_at_once() {
    let speech = LoadTestSpeech::new(1);
    let call = call("Two calls at one time.");
    let (first, second) = tokio::join!(speech.marks(&call), speech.marks(&call));
    assert_eq!(first.unwrap().len(), 1 + 5);
    assert_eq!(second, Err(CallError::Throttled { after: None }));
}

/// As Polly gives them, and as the map of the text has them: a client that shows what is heard gets
/// the same from both.
#[tokio::test(start_paused = true)]
async fn there_is_one_mark_for_each_sentence_and_word_within_the_audio() {
    let speech = LoadTestSpeech::new(100);
    let call = call("Äpfel, rote\u{a0}Äpfel … und Birnen. Mehr nicht!");
    let marks = speech.marks(&call).await.unwrap();
    let of = |kind: MarkKind| -> Vec<&RemoteMark> {
        marks.iter().filter(|mark| mark.kind == kind).collect()
    };
    let texts = |marks: &[&RemoteMark]| -> Vec<String> {
        marks.iter().map(|mark| call.text[mark.start_byte..mark.end_byte].to_owned()).collect()
    };
    let (sentences, words) = (of(MarkKind::Sentence), of(MarkKind::Word));
    assert_eq!(texts(&words), ["Äpfel", "rote", "Äpfel", "und", "Birnen", "Mehr", "nicht"]);
    assert_eq!(texts(&sentences), ["Äpfel, rote\u{a0}Äpfel … und Birnen.", "Mehr nicht!"]);
    let begin = |marks: &[&RemoteMark]| -> Vec<u64> { marks.iter().map(|it| it.time_ms).collect() };
    assert_eq!(begin(&sentences), [words[0].time_ms, words[5].time_ms]);
    assert!(marks.is_sorted_by_key(|mark| mark.time_ms));
    let Sound::Mp3 { frames, duration } = speech.audio(&call).await.unwrap() else { panic!() };
    assert_eq!(frames.len() as u128 / 216 * 36, duration.as_millis());
    assert!(words.windows(2).all(|two| (200..=500).contains(&(two[1].time_ms - two[0].time_ms))));
    let last = words.last().unwrap().time_ms;
    assert!(last < duration.as_millis() as u64 && u128::from(last) + 540 > duration.as_millis());
}

#[tokio::test(start_paused = true)]
async fn a_chunk_without_a_word_takes_its_time() {
    let speech = LoadTestSpeech::new(100);
    let call = call("* * *");
    assert_eq!(speech.marks(&call).await, Ok(Vec::new()));
    let Sound::Mp3 { duration, .. } = speech.audio(&call).await.unwrap() else { panic!() };
    assert!(!duration.is_zero());
}
