//! Troubles of the real backend, made on purpose: the end of the run names cause and setting.

use std::path::Path;

use super::service::Service;
use super::{Ended, tts_load};

/// Two users of `class` against `service`, with accounts of `credits` credits.
fn load(dir: &Path, service: &Service, credits: u32, words: &str) -> Ended {
    let to = format!("--target {}", service.url);
    let create = format!("accounts create --count 2 --credits {credits} --out a.csv {to}");
    let made = tts_load(dir, &create);
    assert_eq!(made.code, Some(0), "{}", made.text);
    let words = format!("{words} -u 2 -r 2 -t 8s --seed 2 -H {} --accounts a.csv", service.url);
    tts_load(dir, &words)
}

/// The block of this title, and not what is said before.
fn diagnosis(ended: &Ended) -> &str {
    let begin = ended.text.find("\nDiagnosis\n").unwrap_or_else(|| panic!("{}", ended.text));
    ended.text[begin..].trim_start().split("\n\n").next().unwrap_or_default()
}

#[test]
fn accounts_without_credits_are_told_with_the_command_that_gives_some() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(&dir.path().join("data"), true);
    let words = "BurstTrafficUser --headless --tags revenue";
    let ended = load(dir.path(), &service, 1, words);
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    let found = diagnosis(&ended);
    for text in [
        "POST /api/synthesize, since ",
        "× HTTP 402 instead of 200: {\"detail\":\"Insufficient credits.",
        "likely cause: the accounts have no credits left",
        "next step: `tts-load accounts top-up --credits ",
    ] {
        assert!(found.contains(text), "{text:?} is not in:\n{}", ended.text);
    }
    let control = load(dir.path(), &service, 1_000, "BurstTrafficUser --headless --tags basic");
    assert!(!control.text.contains("\nDiagnosis\n"), "{}", control.text);
}

#[test]
fn a_throttled_speech_engine_is_told_with_its_quota_and_not_as_a_full_queue() {
    let dir = tempfile::tempdir().unwrap();
    let throttled = |settings: &mut tts_reader::Settings| {
        settings.rate_limit_per_hour = 1_000_000;
        settings.speech.engine = tts_reader::SpeechEngine::LoadTest;
        settings.speech.quota = 1;
    };
    let service = Service::start_with(&dir.path().join("data"), throttled);
    let ended = load(dir.path(), &service, 1_000, "BurstTrafficUser --headless --tags revenue");
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    let found = diagnosis(&ended);
    for text in [
        "POST /api/synthesize, since ",
        "The speech engine is busy; try again in ",
        "likely cause: the speech engine takes SPEECH_QUOTA (100) calls a second",
    ] {
        assert!(found.contains(text), "{text:?} is not in:\n{}", ended.text);
    }
    assert!(!found.contains("SPEECH_QUEUE"), "{found}");
}

#[test]
fn a_rate_limit_is_told_with_its_setting_and_its_retry_after() {
    let dir = tempfile::tempdir().unwrap();
    let limit = |settings: &mut tts_reader::Settings| settings.rate_limit_per_hour = 3;
    let service = Service::start_with(&dir.path().join("data"), limit);
    let ended = load(dir.path(), &service, 1_000, "BurstTrafficUser --headless --tags tts");
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    let found = diagnosis(&ended);
    for text in [
        "HTTP 429 ",
        "Rate limit exceeded: 3 requests per hour",
        "(Retry-After up to 3",
        "likely cause: RATE_LIMIT_REQUESTS_PER_HOUR (500) counts requests of each account",
    ] {
        assert!(found.contains(text), "{text:?} is not in:\n{}", ended.text);
    }
}
