//! Times, quota and marks of the engine of load tests, in virtual time.

use std::time::Duration;

use tokio::time::Instant;
use tts_reader_speech::find_voice;

use super::{Call, CallError, Engine, LoadTestSpeech, Remote, Sound};

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
    assert_eq!(first.unwrap().len(), 5);
    assert_eq!(second, Err(CallError::Throttled { after: None }));
}

#[tokio::test(start_paused = true)]
async fn there_is_one_mark_for_each_word_within_the_audio() {
    let speech = LoadTestSpeech::new(100);
    let call = call("Äpfel, rote\u{a0}Äpfel … und Birnen.");
    let marks = speech.marks(&call).await.unwrap();
    let words: Vec<&str> =
        marks.iter().map(|mark| &call.text[mark.start_byte..mark.end_byte]).collect();
    assert_eq!(words, ["Äpfel,", "rote", "Äpfel", "…", "und", "Birnen."]);
    let Sound::Mp3 { frames, duration } = speech.audio(&call).await.unwrap() else { panic!() };
    assert_eq!(frames.len() as u128 / 216 * 36, duration.as_millis());
    assert!(marks.windows(2).all(|two| (200..=500).contains(&(two[1].time_ms - two[0].time_ms))));
    let last = marks.last().unwrap().time_ms;
    assert!(last < duration.as_millis() as u64 && u128::from(last) + 540 > duration.as_millis());
}
