//! Fetching from sites that are well, slow, endless, broken or hostile.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

mod site;

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use site::{fixed, response, site};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tts_reader_extraction::{ErrorKind, ExtractError, Extraction, Extractor, FetchPolicy, Method};

const SENTENCE: &str =
    "The old lighthouse keeper climbed the stairs each evening to light the lamp. ";

fn policy() -> FetchPolicy {
    FetchPolicy { allow_loopback: true, ..FetchPolicy::default() }
}

async fn extract(url: &str) -> Result<Arc<Extraction>, ExtractError> {
    Extractor::new(policy()).unwrap().extract(url).await
}

fn article() -> String {
    format!("<title>Lamp</title><article><p>{}</p></article>", SENTENCE.repeat(10))
}

#[tokio::test]
async fn a_page_is_read() {
    let url = fixed("200 OK\r\ncontent-type: text/html; charset=utf-8", article()).await;
    let page = extract(&format!("{url}/a?b=c#d")).await.unwrap();
    assert_eq!(page.text, SENTENCE.repeat(10).trim());
    assert_eq!(page.title.as_deref(), Some("Lamp"));
    assert_eq!(page.method, Method::DomSemantic);
    assert_eq!(page.word_count, 130);
    assert_eq!(page.content_type.as_deref(), Some("text/html; charset=utf-8"));
    assert!(page.final_url.starts_with(&format!("{url}/a?b=c")));
}

#[tokio::test]
async fn the_request_is_a_plain_get_with_the_configured_agent() {
    let url = site(|mut socket, head| async move {
        let body = format!("{} {}", SENTENCE.repeat(2), head.replace("\r\n", " ; "));
        let answer = response("200 OK\r\ncontent-type: text/plain", body.as_bytes());
        socket.write_all(&answer).await.unwrap();
    })
    .await;
    let policy = FetchPolicy { user_agent: "reader-test/7".into(), ..policy() };
    let text = Extractor::new(policy).unwrap().extract(&url).await.unwrap().text.to_lowercase();
    assert!(text.contains("user-agent: reader-test/7"), "{text}");
    assert!(text.contains("get / http/1.1"), "{text}");
    assert!(!text.contains("cookie"), "{text}");
}

#[tokio::test]
async fn a_slow_site_times_out() {
    let url = site(|mut socket, _| async move {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 900\r\n\r\n<p>";
        socket.write_all(head.as_bytes()).await.unwrap();
        // Waits until the reader gives up.
        let _ = socket.read(&mut [0; 16]).await;
    })
    .await;
    let policy = FetchPolicy { timeout: Duration::from_millis(200), ..policy() };
    let start = Instant::now();
    let error = Extractor::new(policy).unwrap().extract(&url).await.unwrap_err();
    assert_eq!(error, ExtractError::Timeout);
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn the_timeout_is_for_all_hops_together() {
    let url = site(|mut socket, _| async move {
        tokio::time::sleep(Duration::from_millis(80)).await;
        let answer = response("302 Found\r\nlocation: /again", b"");
        drop(socket.write_all(&answer).await);
    })
    .await;
    let timeout = Duration::from_millis(300);
    let policy = FetchPolicy { timeout, max_redirects: 1000, ..policy() };
    let error = Extractor::new(policy).unwrap().extract(&url).await.unwrap_err();
    assert_eq!(error, ExtractError::Timeout);
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let url = site(|mut socket, _| async move {
        let head =
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
        while socket.write_all(chunk.as_bytes()).await.is_ok() {}
    })
    .await;
    let policy = FetchPolicy { max_body_bytes: 100_000, ..policy() };
    let error = Extractor::new(policy).unwrap().extract(&url).await.unwrap_err();
    assert_eq!(error, ExtractError::TooLarge { limit: 100_000 });
}

#[tokio::test]
async fn an_announced_body_that_is_too_large_is_not_read() {
    let url = site(|mut socket, _| async move {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 99999999\r\n\r\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        let _ = socket.read(&mut [0; 16]).await;
    })
    .await;
    let error = extract(&url).await.unwrap_err();
    assert_eq!(error, ExtractError::TooLarge { limit: 5 * 1024 * 1024 });
}

#[tokio::test]
async fn a_compressed_page_is_unpacked_and_a_bomb_is_not() {
    let packed = gzip(article().as_bytes());
    let url = fixed("200 OK\r\ncontent-type: text/html\r\ncontent-encoding: gzip", packed).await;
    assert_eq!(extract(&url).await.unwrap().word_count, 130);

    // 64 MiB in 64 KiB.
    let bomb = gzip(&vec![b'a'; 64 << 20]);
    assert!(bomb.len() < 200_000);
    let url = fixed("200 OK\r\ncontent-type: text/html\r\ncontent-encoding: gzip", bomb).await;
    assert!(matches!(extract(&url).await.unwrap_err(), ExtractError::TooLarge { .. }));

    let url = fixed("200 OK\r\ncontent-type: text/html\r\ncontent-encoding: gzip", article()).await;
    assert!(matches!(extract(&url).await.unwrap_err(), ExtractError::Transfer(_)));
    let url = fixed("200 OK\r\ncontent-type: text/html\r\ncontent-encoding: zstd", article()).await;
    assert!(matches!(extract(&url).await.unwrap_err(), ExtractError::UnsupportedContent { .. }));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn chunks_may_split_a_character() {
    let url = site(|mut socket, _| async move {
        let text =
            format!("<p>{}</p>", "Größe über alles; ein schöner Satz mit Umlauten. ".repeat(8));
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n\
            transfer-encoding: chunked\r\nconnection: close\r\n\r\n";
        socket.write_all(head.as_bytes()).await.unwrap();
        for byte in text.into_bytes() {
            socket.write_all(&[b"1\r\n".as_slice(), &[byte], b"\r\n"].concat()).await.unwrap();
        }
        socket.write_all(b"0\r\n\r\n").await.unwrap();
    })
    .await;
    assert!(extract(&url).await.unwrap().text.starts_with("Größe über alles; ein schöner Satz"));
}

#[tokio::test]
async fn a_wrong_charset_does_not_spoil_the_text() {
    let body = [b"<p>Un caf\xe9 \xe0 la plage. ".repeat(8), b"</p>".to_vec()].concat();
    let url = fixed("200 OK\r\ncontent-type: text/html; charset=utf-8", body).await;
    assert!(extract(&url).await.unwrap().text.starts_with("Un café à la plage."));
}

#[tokio::test]
async fn redirects_are_followed_up_to_the_limit() {
    let url = site(|mut socket, head| async move {
        let hop: u32 = head[5..].split(' ').next().unwrap().parse().unwrap();
        let answer = match hop {
            0 => response("200 OK\r\ncontent-type: text/html", article().as_bytes()),
            n => response(&format!("302 Found\r\nlocation: /{}", n - 1), b"<p>elsewhere</p>"),
        };
        socket.write_all(&answer).await.unwrap();
    })
    .await;
    let page = extract(&format!("{url}/5")).await.unwrap();
    assert_eq!(page.final_url, format!("{url}/0"));
    let error = extract(&format!("{url}/6")).await.unwrap_err();
    assert_eq!(error, ExtractError::TooManyRedirects { limit: 5 });
    assert_eq!(error.kind(), ErrorKind::Upstream);
}

#[tokio::test]
async fn a_redirect_goes_only_where_a_url_may_go() {
    for (location, blocked) in [
        ("http://10.0.0.1/", true),
        ("http://169.254.169.254/latest/meta-data/", true),
        ("//[fd00::1]/", true),
        ("http://0x0a000001/", true),
        ("file:///etc/passwd", false),
        ("http://user:secret@example.com/", false),
    ] {
        let url = fixed(&format!("301 Moved\r\nlocation: {location}"), "").await;
        let error = extract(&url).await.unwrap_err();
        let is_blocked = matches!(error, ExtractError::BlockedAddress { .. });
        let is_invalid = matches!(error, ExtractError::InvalidUrl { .. });
        assert!(if blocked { is_blocked } else { is_invalid }, "{location}: {error:?}");
    }
}

#[tokio::test]
async fn answers_that_are_no_page() {
    let error = extract(&fixed("503 Busy\r\ncontent-type: text/html", article()).await).await;
    assert_eq!(error.as_ref().unwrap_err(), &ExtractError::HttpStatus(503));
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Upstream);
    let error = extract(&fixed("404 Not Found", "").await).await.unwrap_err();
    assert!(error.is_client_fault());
    let error = extract(&fixed("302 Found", "").await).await.unwrap_err();
    assert_eq!(error, ExtractError::HttpStatus(302));
    let url = fixed("200 OK\r\ncontent-type: application/pdf", "%PDF-1.7").await;
    let text = extract(&url).await.unwrap_err().to_string();
    assert!(text.starts_with("PDF documents are not read here"), "{text}");
    let url = fixed("200 OK\r\ncontent-type: text/html", "").await;
    assert_eq!(extract(&url).await.unwrap_err(), ExtractError::NothingReadable);
}

#[tokio::test]
async fn a_site_that_is_not_there() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = extract(&url).await.unwrap_err();
    assert!(matches!(error, ExtractError::Connect(_)), "{error:?}");
    assert!(error.to_string().contains("refused"), "{error}");

    let url = site(|socket, _| async move { drop(socket) }).await;
    assert!(matches!(extract(&url).await.unwrap_err(), ExtractError::Transfer(_)));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_and_not_half_a_text() {
    let url = site(|mut socket, _| async move {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 99999\r\n\r\n";
        let answer = [head.as_bytes(), article().as_bytes()].concat();
        socket.write_all(&answer).await.unwrap();
    })
    .await;
    assert!(matches!(extract(&url).await.unwrap_err(), ExtractError::Transfer(_)));
}

#[tokio::test]
async fn an_https_site_that_does_not_speak_tls_is_no_connection() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let site = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        let _ = socket.read(&mut [0; 1024]).await;
    });
    let error = extract(&url).await.unwrap_err();
    assert!(matches!(error, ExtractError::Connect(_)), "{error:?}");
    site.await.unwrap();
}

#[tokio::test]
async fn a_tls_handshake_that_never_ends_times_out() {
    let url = site(|_, _| std::future::pending()).await.replace("http:", "https:");
    let policy = FetchPolicy { connect_timeout: Duration::from_millis(200), ..policy() };
    let error = Extractor::new(policy).unwrap().extract(&url).await.unwrap_err();
    assert_eq!(error, ExtractError::Timeout);
}
