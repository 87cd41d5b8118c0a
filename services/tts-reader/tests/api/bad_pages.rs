//! What sites can send: each has its documented status, costs nothing, and leaves nothing behind.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::{
    app::{TestApp, User, article},
    site::Site,
};

const HTML: &str = "200 OK\r\ncontent-type: text/html; charset=utf-8";
/// Every page may be kept, so that what is left behind would be seen.
const KEEP: &str = "cache-control: max-age=600";

/// A service that is soon tired of slow sites, and can start itself for documents.
async fn service() -> TestApp {
    TestApp::with(|settings| {
        settings.extraction.timeout = Duration::from_millis(1_500);
        settings.pdf_reader = Some(env!("CARGO_BIN_EXE_tts-reader").into());
    })
    .await
}

/// Extracts and expects a refusal, for which nothing was taken and of which nothing is left.
async fn refused(app: &TestApp, user: &User, what: &str, url: &str, status: u16) -> String {
    let left = || async { app.get_as(user, "/api/user").await.json["remaining_chars"].clone() };
    let (before, start) = (left().await, Instant::now());
    let reply = app.post_as(user, "/api/extract", json!({ "url": url })).await;
    assert_eq!(reply.status, status, "{what}: {}", reply.json);
    assert!(start.elapsed() < Duration::from_secs(20), "{what}: {:?}", start.elapsed());
    assert_eq!(left().await, before, "{what}");
    assert_eq!(app.balance(user).await, 10, "{what}");
    assert_eq!(app.metric("tts_reader_extraction_in_flight").await, 0.0, "{what}");
    assert_eq!(app.metric("tts_reader_extraction_running").await, 0.0, "{what}");
    reply.detail().to_owned()
}

#[tokio::test]
async fn bodies_without_end_and_measure() {
    let app = service().await;
    let user = app.account("PRO", 10).await;
    let large = Site::fixed(HTML, vec![b'a'; 20 << 20]).await;
    let endless = Site::new(|mut socket| async move {
        let head = format!("HTTP/1.1 {HTML}\r\ntransfer-encoding: chunked\r\n\r\n");
        drop(socket.write_all(head.as_bytes()).await);
        let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
        while socket.write_all(chunk.as_bytes()).await.is_ok() {}
    })
    .await;
    let bomb =
        Site::fixed(&format!("{HTML}\r\ncontent-encoding: gzip"), gzip(&vec![b'a'; 64 << 20]))
            .await;
    for (what, site) in [("20 MiB", large), ("endless", endless), ("gzip bomb", bomb)] {
        let told = refused(&app, &user, what, &site.url, 422).await;
        assert!(told.contains("larger than 5242880 bytes"), "{what}: {told}");
    }
}

#[tokio::test]
async fn sites_that_drip_break_off_or_turn_in_circles() {
    let app = service().await;
    let user = app.account("PRO", 10).await;
    let drip = Site::new(|mut socket| async move {
        let head = format!("HTTP/1.1 {HTML}\r\ncontent-length: 100000\r\n\r\n");
        drop(socket.write_all(head.as_bytes()).await);
        while socket.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    let silent = Site::new(|socket| async move {
        let _open = socket;
        std::future::pending::<()>().await;
    })
    .await;
    let half = Site::new(|mut socket| async move {
        let head = format!("HTTP/1.1 {HTML}\r\ncontent-length: 100000\r\n\r\n<p>Half");
        drop(socket.write_all(head.as_bytes()).await);
    })
    .await;
    let circle = Site::fixed(&format!("302 Found\r\nlocation: /page\r\n{KEEP}"), "").await;
    for (what, site, status) in [
        ("slow drip", drip, 504),
        ("silence", silent, 504),
        ("breaks off", half, 502),
        ("redirect loop", circle, 502),
    ] {
        refused(&app, &user, what, &site.url, status).await;
    }
}

#[tokio::test]
async fn pages_that_hold_nothing_or_far_too_much() {
    let app = service().await;
    let user = app.account("PRO", 10).await;
    let links = format!("<body>{}", "<a href=/x>a link of a few words</a> ".repeat(100_000));
    for (what, page) in
        [("empty page", String::new()), ("empty body", "<html><body></body></html>".to_owned())]
    {
        let site = Site::fixed(&format!("{HTML}\r\n{KEEP}"), page).await;
        refused(&app, &user, what, &site.url, 422).await;
    }
    let site = Site::fixed(HTML, links).await;
    let reply = app.post_as(&user, "/api/extract/preview", json!({ "url": site.url })).await;
    // Links are a text, too, if there is no other; it is said how little it is trusted.
    assert_eq!(reply.expect_status(200).json["method"], "dom_fallback");
    let nested = format!("{}{}{}", "<div>".repeat(10_000), article(20), "</div>".repeat(10_000));
    let site = Site::fixed(HTML, nested).await;
    let reply = app.post_as(&user, "/api/extract", json!({ "url": site.url })).await;
    assert!(
        reply.expect_status(200).json["text"]
            .as_str()
            .unwrap()
            .contains("the old mill stood still")
    );
    let latin = b"<p>Un caf\xe9 \xe0 la plage, et rien d'autre. ".repeat(8);
    let site = Site::fixed(HTML, latin).await;
    let reply = app.post_as(&user, "/api/extract", json!({ "url": site.url })).await;
    assert!(
        reply.expect_status(200).json["text"].as_str().unwrap().starts_with("Un café à la plage")
    );
}

#[tokio::test]
async fn documents_are_read_by_a_process_of_their_own_or_refused() {
    let app = service().await;
    let user = app.account("PRO", 10).await;
    let stored = |name: &str| {
        std::fs::read(format!("{}/extraction/tests/stored/{name}", env!("CARGO_MANIFEST_DIR")))
            .unwrap()
    };
    let pdf = format!("200 OK\r\ncontent-type: application/pdf\r\n{KEEP}");
    let site = Site::fixed(&pdf, stored("news.pdf")).await;
    for _ in 0..2 {
        let reply = app.post_as(&user, "/api/extract", json!({ "url": site.url })).await;
        let reply = reply.expect_status(200).json;
        assert_eq!(reply["extraction_method"], "pdf_text");
        assert!(
            reply["text"].as_str().unwrap().contains("The harbour bridge carried traffic again")
        );
    }
    assert_eq!(site.asked(), 1);
    let news = stored("news.pdf");
    // Arrays in arrays, 200,000 deep: a parser that recurses overflows its stack.
    let deep =
        format!("%PDF-1.4\n1 0 obj\n{}\nendobj\ntrailer<</Root 1 0 R>>\n", "[".repeat(200_000));
    for (what, body, words) in [
        ("broken", news[..news.len() / 2].to_vec(), "it is broken"),
        ("no document", b"%PDF-1.7 and nothing".to_vec(), "it is broken"),
        ("deep", deep.into_bytes(), "it is broken"),
        ("protected", stored("protected.pdf"), "protected by a password"),
    ] {
        let site = Site::fixed(&pdf, body).await;
        let told = refused(&app, &user, &format!("PDF, {what}"), &site.url, 422).await;
        assert!(told.contains(words), "{what}: {told}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
