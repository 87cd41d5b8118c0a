//! The options of this load test do what they say.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Ended, tts_load};

/// Runs with the embedded backend until it passes; the rows of its statistics: name, requests, mean
/// size of the answers.
fn rows(words: &str) -> Vec<(String, u64, f64)> {
    let dir = tempfile::tempdir().unwrap();
    let words = format!("--embedded --headless -u 8 -r 20 -t 4s --csv x --seed 7 {words}");
    let ended = tts_load(dir.path(), &words);
    assert_eq!(ended.code, Some(0), "{words}: {}", ended.text);
    let mut stats = csv::Reader::from_path(dir.path().join("x_stats.csv")).unwrap();
    let headers = stats.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (requests, size) = (column("Request Count"), column("Average Content Size"));
    let row = |row: csv::StringRecord| {
        (row[1].to_owned(), row[requests].parse().unwrap(), row[size].parse().unwrap())
    };
    stats.records().map(|record| row(record.unwrap())).collect()
}

fn named(rows: &[(String, u64, f64)], name: &str) -> bool {
    rows.iter().any(|row| row.0 == name)
}

#[test]
fn the_share_of_returning_users_is_the_one_asked_for() {
    let all_return = rows("TTSReaderUser --returning-share 1");
    assert!(named(&all_return, "/api/login[returning]"), "{all_return:?}");
    assert!(!named(&all_return, "/api/register[new]"), "{all_return:?}");
    let all_new = rows("TTSReaderUser --returning-share=0");
    assert!(named(&all_new, "/api/register[new]"), "{all_new:?}");
    assert!(!named(&all_new, "/api/login[returning]"), "{all_new:?}");
}

#[test]
fn longer_texts_have_longer_answers() {
    let size = |length: &str| {
        let rows = rows(&format!("HeavyTTSUser -T revenue --text-length {length}"));
        rows.iter().find(|row| row.0 == "/api/synthesize").expect("it is sent").2
    };
    // Most of an answer are the marks of its words.
    let (short, long) = (size("60"), size("1500"));
    assert!(long > 8.0 * short, "{short} and {long} bytes");
}

#[test]
fn pages_are_extracted_from_the_hosts_that_are_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/story", listener.local_addr().unwrap());
    let served = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&served);
    std::thread::spawn(move || serve_page(&listener, &count));
    let rows = rows(&format!("HeavyTTSUser -T extraction --article-hosts {url}"));
    assert!(named(&rows, "/api/extract/[basic]"), "{rows:?}");
    assert!(served.load(Ordering::SeqCst) > 0, "nobody asked for {url}");
}

/// One page for every request, a connection each.
fn serve_page(listener: &TcpListener, count: &AtomicU32) {
    let story = "<p>The harbour master closed the gate at noon, and nobody knew why he did.</p>";
    let page = format!("<html><body><article>{}</article></body></html>", story.repeat(12));
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        count.fetch_add(1, Ordering::SeqCst);
        let mut head = [0; 4_096];
        let _ = stream.read(&mut head);
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: \
             close\r\n\r\n{page}",
            page.len()
        );
    }
}

#[test]
fn options_that_cannot_be_meant_are_refused() {
    for (words, expected) in [
        ("--returning-share 1.5", "--returning-share 1.5: a share lies between 0 and 1"),
        ("--returning-share all", "invalid value 'all' for '--returning-share <NUMBER>'"),
        ("--text-length huge", "--text-length huge: write mixed, short, medium, long or a number"),
        ("--text-length 5", "--text-length 5: a text has 20 to 100000 characters"),
        ("--article-hosts wikipedia.org", "--article-hosts wikipedia.org: write the address of a"),
    ] {
        let ended = refused(Path::new("."), &format!("--embedded --headless -t 1s {words}"));
        assert!(ended.text.contains(expected), "{words}: {}", ended.text);
    }
}

#[test]
fn health_checks_need_no_accounts() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let words = format!("TTSReaderUser --headless -t 1s -H http://{free}");
    let ended = refused(Path::new("."), &words);
    assert!(ended.text.contains("give their accounts with --accounts FILE"), "{}", ended.text);
    let ended = refused(Path::new("."), &format!("{words} --tags health"));
    assert!(ended.text.contains("nothing answers at"), "{}", ended.text);
    // Nobody logs in when nobody has to.
    let rows = rows("TTSReaderUser --tags health");
    assert!(named(&rows, "/api/health"), "{rows:?}");
    assert!(!rows.iter().any(|row| row.0.contains("login")), "{rows:?}");
}

#[test]
fn the_short_help_fits_a_tall_screen_and_the_long_one_has_everything() {
    let short = tts_load(Path::new("."), "-h");
    assert!(short.code == Some(0) && short.text.lines().count() <= 55, "{}", short.text);
    let long = tts_load(Path::new("."), "--help").text;
    for part in
        ["--article-hosts <TEXT>", "--returning-share", "LOCUST_SPAWN_RATE", "smoke  5 users"]
    {
        assert!(long.contains(part), "{part} is not in:\n{long}");
    }
}

fn refused(dir: &Path, words: &str) -> Ended {
    let ended = tts_load(dir, words);
    assert_eq!(ended.code, Some(2), "{words}: {}", ended.text);
    ended
}
