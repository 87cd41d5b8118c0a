//! What `tts-load` looks at before a load: the service, logins, credits, the rate limit.

use std::path::Path;

use super::service::Service;
use super::{Ended, tts_load};

/// Three accounts with so many credits, in `a.csv`.
fn accounts(dir: &Path, service: &Service, credits: u32) {
    let url = &service.url;
    let words = format!("accounts create --count 3 --credits {credits} --target {url} --out a.csv");
    let made = tts_load(dir, &words);
    assert_eq!(made.code, Some(0), "{}", made.text);
}

/// Of users who have texts spoken and look at their credits, for ten minutes.
fn preflight(dir: &Path, service: &Service) -> Ended {
    let words = "HeavyTTSUser --preflight -u 3 -r 3 -t 10m --tags tts,billing --accounts a.csv -H";
    tts_load(dir, &format!("{words} {}", service.url))
}

#[test]
fn a_service_that_is_ready_passes_and_every_request_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(&dir.path().join("data"), true);
    accounts(dir.path(), &service, 10_000);
    let ended = preflight(dir.path(), &service);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    for says in [
        "  ok    health     healthy\n",
        "  ok    login      3 of the accounts of 3 users tried\n",
        " has 10000, the least of those tried; a user needs about ",
        "  ok    rate limit an account may make 9999",
        "  ok    task       HeavyTTSUser Synthesis/synthesize: 2 requests, ",
        &format!("          POST {}/api/extract-and-synthesize 200, ", service.url),
        "  ok    task       HeavyTTSUser Billing/credit_balance: 1 request, ",
        "  ok    clock      ",
        "PREFLIGHT: PASSED - ",
    ] {
        assert!(ended.text.contains(says), "{says} is not in\n{}", ended.text);
    }
    // The signature of a link to audio opens it.
    assert!(ended.text.contains("&signature=*** 200, "), "{}", ended.text);
    assert!(!ended.text.contains("Extraction/"), "{}", ended.text);
}

#[test]
fn a_wrong_password_and_a_lack_of_credits_are_named_before_the_load() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start(&dir.path().join("data"), true);
    accounts(dir.path(), &service, 1);
    let poor = preflight(dir.path(), &service);
    assert_eq!(poor.code, Some(2), "{}", poor.text);
    assert!(poor.text.contains("  FAIL  credits    account "), "{}", poor.text);
    assert!(poor.text.contains("next: `tts-load accounts top-up --credits"), "{}", poor.text);
    let file = dir.path().join("a.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    let last = text.trim_end().rsplit_once('\n').unwrap().1;
    let name = last.split(',').next().unwrap();
    std::fs::write(&file, text.replace(last, &last.replacen(',', ",wrong", 1))).unwrap();
    let refused = preflight(dir.path(), &service);
    assert_eq!(refused.code, Some(2), "{}", refused.text);
    let says = format!("  FAIL  login      account {name}: HTTP 401 instead of 200");
    assert!(refused.text.contains(&says), "{says} is not in\n{}", refused.text);
    assert!(refused.text.contains("next: look at the password"), "{}", refused.text);
    assert!(!refused.text.contains("Synthesis/"), "no task is tried: {}", refused.text);
}

#[test]
fn a_rate_limit_below_the_plan_fails() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start_with(&dir.path().join("data"), |settings| {
        settings.rate_limit_per_hour = 100;
    });
    accounts(dir.path(), &service, 10_000);
    let ended = preflight(dir.path(), &service);
    assert_eq!(ended.code, Some(2), "{}", ended.text);
    let says = "  FAIL  rate limit an account may make 99 more requests in this hour; the run makes \
                about ";
    assert!(ended.text.contains(says), "{}", ended.text);
}

#[test]
fn an_account_without_a_limit_is_said_to_have_none() {
    let dir = tempfile::tempdir().unwrap();
    let service = Service::start_with(&dir.path().join("data"), |settings| {
        settings.rate_limit_per_hour = u32::MAX;
    });
    accounts(dir.path(), &service, 10_000);
    let ended = preflight(dir.path(), &service);
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    let says = "  ok    rate limit there is no limit that an account could reach in an hour\n";
    assert!(ended.text.contains(says), "{says} is not in\n{}", ended.text);
    assert!(!ended.text.contains("429496729"), "{}", ended.text);
}
