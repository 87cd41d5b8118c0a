//! What is kept of pages and for how long, what robots.txt closes, and how sites are spared.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

mod site;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use site::{fixed, response, site};
use tokio::io::AsyncWriteExt;
use tts_reader_extraction::{ErrorKind, ExtractError, Extractor, FetchPolicy, Politeness, Robots};

const SENTENCE: &str =
    "The old lighthouse keeper climbed the stairs each evening to light the lamp. ";

/// A site that notes what it is asked for.
struct Site {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// `answer` gets the path and the whole head, and gives head and body.
    async fn new<F>(answer: F) -> Self
    where
        F: Fn(&str, &str) -> (String, String) + Send + Sync + 'static,
    {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = Arc::clone(&asked);
        let url = site(move |mut socket, head| {
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let (first, body) = answer(&path, &head.to_ascii_lowercase());
            noted.lock().unwrap().push(path);
            async move { drop(socket.write_all(&response(&first, body.as_bytes())).await) }
        })
        .await;
        Self { url, asked }
    }

    /// One that gives every page with these header lines.
    async fn with(lines: &'static str) -> Self {
        Self::new(move |_, _| (format!("200 OK\r\ncontent-type: text/html{lines}"), page())).await
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn page() -> String {
    format!("<title>Lamp</title><article><p>{}</p></article>", SENTENCE.repeat(5))
}

fn policy() -> FetchPolicy {
    FetchPolicy { allow_loopback: true, ..FetchPolicy::default() }
}

fn extractor() -> Extractor {
    Extractor::new(policy()).unwrap()
}

#[tokio::test]
async fn a_fresh_page_is_not_asked_for_again() {
    let site = Site::with("\r\ncache-control: max-age=60").await;
    let extractor = extractor();
    let first = extractor.extract(&format!("{}/a#top", site.url)).await.unwrap();
    let second = extractor.extract(&format!("{}/a#end", site.url)).await.unwrap();
    assert!(Arc::ptr_eq(&first, &second));
    extractor.extract(&format!("{}/b", site.url)).await.unwrap();
    assert_eq!(site.asked(), ["/a", "/b"]);
    let figures = extractor.cache_figures();
    assert_eq!((figures.fresh, figures.fetched, figures.renewed, figures.entries), (1, 2, 0, 2));
    assert!((1_000..10_000).contains(&figures.bytes), "{figures:?}");
}

#[tokio::test]
async fn what_is_one_persons_or_not_to_be_kept_is_asked_for_each_time() {
    for lines in [
        "",
        "\r\ncache-control: no-store, max-age=60",
        "\r\ncache-control: private, max-age=60",
        "\r\ncache-control: max-age=60\r\nvary: *",
        "\r\ncache-control: max-age=60\r\nset-cookie: session=1",
        "\r\nexpires: 0",
    ] {
        let site = Site::with(lines).await;
        let extractor = extractor();
        for _ in 0..2 {
            extractor.extract(&format!("{}/a", site.url)).await.unwrap();
        }
        assert_eq!(site.asked().len(), 2, "{lines:?}");
        assert_eq!(extractor.cache_figures().entries, 0, "{lines:?}");
    }
}

#[tokio::test]
async fn a_stale_page_is_asked_for_by_its_mark() {
    let version = Arc::new(AtomicUsize::new(1));
    let now = Arc::clone(&version);
    let site = Site::new(move |_, head| {
        let tag = format!("\"v{}\"", now.load(Ordering::Relaxed));
        let since = "if-modified-since: mon, 23 nov 2026 09:00:00 gmt";
        if head.contains(&format!("if-none-match: {tag}")) && head.contains(since) {
            return (format!("304 Not Modified\r\netag: {tag}"), String::new());
        }
        let dates = "last-modified: Mon, 23 Nov 2026 09:00:00 GMT\r\ncache-control: no-cache";
        (
            format!("200 OK\r\ncontent-type: text/html\r\netag: {tag}\r\n{dates}"),
            format!("{}{tag}", page()),
        )
    })
    .await;
    let extractor = extractor();
    let read = || async { extractor.extract(&site.url).await.unwrap() };
    let (first, second) = (read().await, read().await);
    assert!(Arc::ptr_eq(&first, &second));
    version.store(2, Ordering::Relaxed);
    assert_eq!(read().await.title.as_deref(), Some("Lamp"));
    assert!(!Arc::ptr_eq(&first, &read().await));
    assert_eq!(site.asked().len(), 4);
    let figures = extractor.cache_figures();
    assert_eq!((figures.fresh, figures.fetched, figures.renewed), (0, 2, 2));
}

#[tokio::test]
async fn a_failing_site_gives_an_error_and_not_an_old_page() {
    let fails = Arc::new(AtomicUsize::new(0));
    let now = Arc::clone(&fails);
    let site = Site::new(move |_, head| match now.load(Ordering::Relaxed) {
        0 if head.contains("if-none-match") => ("304 Not Modified".to_owned(), String::new()),
        0 => ("200 OK\r\ncontent-type: text/html\r\netag: \"1\"".to_owned(), page()),
        _ => ("500 Broken".to_owned(), String::new()),
    })
    .await;
    let extractor = extractor();
    extractor.extract(&site.url).await.unwrap();
    fails.store(1, Ordering::Relaxed);
    let error = extractor.extract(&site.url).await.unwrap_err();
    assert_eq!(error, ExtractError::HttpStatus(500));
    fails.store(0, Ordering::Relaxed);
    extractor.extract(&site.url).await.unwrap();
    assert_eq!(extractor.cache_figures().renewed, 1);
}

#[tokio::test]
async fn redirects_absences_and_pages_without_text_are_kept_when_their_site_says_so() {
    let site = Site::new(|path, _| {
        let keep = "content-type: text/html\r\ncache-control: max-age=60";
        match path {
            "/old" => (format!("301 Moved\r\nlocation: /new\r\n{keep}"), String::new()),
            "/inside" => {
                (format!("302 Found\r\nlocation: http://10.0.0.1/\r\n{keep}"), String::new())
            }
            "/gone" => (format!("404 Not Found\r\n{keep}"), String::new()),
            "/lost" => ("404 Not Found".to_owned(), String::new()),
            "/empty" => (format!("200 OK\r\n{keep}"), "<body>".to_owned()),
            _ => (format!("200 OK\r\n{keep}"), page()),
        }
    })
    .await;
    let extractor = extractor();
    for _ in 0..2 {
        for path in ["old", "inside", "gone", "lost", "empty"] {
            let read = extractor.extract(&format!("{}/{path}", site.url)).await;
            match (path, read) {
                ("old", Ok(page)) => assert_eq!(page.final_url, format!("{}/new", site.url)),
                ("inside", Err(ExtractError::BlockedAddress { .. }))
                | ("gone" | "lost", Err(ExtractError::HttpStatus(404)))
                | ("empty", Err(ExtractError::NothingReadable)) => {}
                (path, read) => panic!("{path}: {read:?}"),
            }
        }
    }
    assert_eq!(site.asked(), ["/old", "/new", "/inside", "/gone", "/lost", "/empty", "/lost"]);
}

#[tokio::test]
async fn memory_for_pages_is_bounded() {
    let site = Site::with("\r\ncache-control: max-age=60").await;
    let bounded = Extractor::new(FetchPolicy { cache_bytes: 5_000, ..policy() }).unwrap();
    for n in 0..20 {
        bounded.extract(&format!("{}/{n}", site.url)).await.unwrap();
    }
    let figures = bounded.cache_figures();
    assert!(figures.bytes <= 5_000 && (2..10).contains(&figures.entries), "{figures:?}");
    site.asked();
    bounded.extract(&format!("{}/19", site.url)).await.unwrap();
    bounded.extract(&format!("{}/0", site.url)).await.unwrap();
    assert_eq!(site.asked(), ["/0"]);

    let none = Extractor::new(FetchPolicy { cache_bytes: 0, ..policy() }).unwrap();
    for _ in 0..2 {
        none.extract(&site.url).await.unwrap();
    }
    assert_eq!(site.asked().len(), 2);
}

#[tokio::test]
async fn many_who_want_the_same_page_at_once_wait_for_one_fetch() {
    let site = Site::with("\r\ncache-control: max-age=60").await;
    let politeness =
        Politeness { at_once: 1, pause: Duration::from_millis(500), spares_loopback: false };
    let extractor = Extractor::new(FetchPolicy { politeness, ..policy() }).unwrap();
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (extractor, url) = (extractor.clone(), site.url.clone());
            tokio::spawn(async move { extractor.extract(&url).await.map(drop) })
        })
        .collect();
    for reader in readers {
        reader.await.unwrap().unwrap();
    }
    assert_eq!(site.asked().len(), 1);
}

#[tokio::test]
async fn a_host_is_asked_with_a_pause_and_who_cannot_wait_is_told() {
    let site = Site::with("").await;
    let pause = Duration::from_millis(60);
    let politeness = Politeness { at_once: 1, pause, spares_loopback: false };
    let patient =
        Extractor::new(FetchPolicy { politeness: politeness.clone(), ..policy() }).unwrap();
    let start = Instant::now();
    for _ in 0..3 {
        patient.extract(&site.url).await.unwrap();
    }
    assert!(start.elapsed() >= 2 * pause);

    let politeness = Politeness { pause: Duration::from_secs(90), ..politeness };
    let hasty = Extractor::new(FetchPolicy { politeness, ..policy() }).unwrap();
    hasty.extract(&site.url).await.unwrap();
    let error = hasty.extract(&site.url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    let ExtractError::Busy { retry_after, .. } = error else { panic!("{error:?}") };
    assert!((80..=90).contains(&retry_after.as_secs()), "{retry_after:?}");
    assert_eq!(site.asked().len(), 4);
}

fn respectful() -> Extractor {
    let user_agent = "tts-reader/9 (+https://reader.example)".to_owned();
    Extractor::new(FetchPolicy { robots: Robots::Respect, user_agent, ..policy() }).unwrap()
}

/// A site with this robots.txt.
async fn closing(robots: &'static str) -> Site {
    Site::new(move |path, _| match path {
        "/robots.txt" => ("200 OK\r\ncontent-type: text/plain".to_owned(), robots.to_owned()),
        _ => ("200 OK\r\ncontent-type: text/html".to_owned(), page()),
    })
    .await
}

#[tokio::test]
async fn what_robots_txt_closes_is_not_asked_for() {
    let site =
        closing("User-agent: *\nDisallow: /\n\nUser-agent: TTS-Reader\nDisallow: /private\n").await;
    let extractor = respectful();
    let error = extractor.extract(&format!("{}/private?x", site.url)).await.unwrap_err();
    assert_eq!(error, ExtractError::Robots);
    assert!(error.is_client_fault());
    extractor.extract(&format!("{}/open", site.url)).await.unwrap();
    assert_eq!(site.asked(), ["/robots.txt", "/open"]);

    let careless = Extractor::new(policy()).unwrap();
    careless.extract(&format!("{}/private", site.url)).await.unwrap();
    assert_eq!(site.asked(), ["/private"]);
}

#[tokio::test]
async fn a_site_is_left_alone_for_as_long_as_its_robots_txt_says() {
    let slowly = |robots: &'static str| async move {
        let site = Site::new(move |path, _| match path {
            "/robots.txt" => ("200 OK\r\ncontent-type: text/plain".to_owned(), robots.to_owned()),
            "/old" => ("301 Moved\r\nlocation: /new".to_owned(), String::new()),
            _ => ("200 OK\r\ncontent-type: text/html".to_owned(), page()),
        })
        .await;
        let politeness = Politeness { at_once: 4, pause: Duration::ZERO, spares_loopback: false };
        let policy = FetchPolicy { robots: Robots::Respect, politeness, ..policy() };
        (site, Extractor::new(policy).unwrap())
    };
    let (site, extractor) = slowly("User-agent: *\nCrawl-delay: 0.2\n").await;
    let start = Instant::now();
    for path in ["old", "a", "b"] {
        extractor.extract(&format!("{}/{path}", site.url)).await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(400), "{:?}", start.elapsed());
    assert_eq!(site.asked(), ["/robots.txt", "/old", "/new", "/a", "/b"]);

    // So long nobody waits here. Where one page leads is one page all the same.
    let (site, extractor) = slowly("User-agent: *\nCrawl-delay: 3600\n").await;
    extractor.extract(&format!("{}/old", site.url)).await.unwrap();
    let error = extractor.extract(&format!("{}/a", site.url)).await.unwrap_err();
    let ExtractError::Busy { retry_after, .. } = error else { panic!("{error:?}") };
    assert!(retry_after <= Duration::from_secs(10), "{retry_after:?}");
    assert_eq!(site.asked(), ["/robots.txt", "/old", "/new"]);
}

#[tokio::test]
async fn a_site_without_rules_is_open_and_one_that_cannot_tell_them_is_closed() {
    for (answer, is_open) in [
        ("404 Not Found", true),
        ("403 Forbidden", true),
        ("302 Found\r\nlocation: /robots.txt", true),
        ("500 Broken", false),
        ("429 Too Many Requests", false),
    ] {
        let site = Site::new(move |path, _| match path {
            "/robots.txt" => (answer.to_owned(), String::new()),
            _ => ("200 OK\r\ncontent-type: text/html".to_owned(), page()),
        })
        .await;
        let extractor = respectful();
        for _ in 0..2 {
            let read = extractor.extract(&format!("{}/x", site.url)).await;
            assert_eq!(read.is_ok(), is_open, "{answer}");
            assert!(is_open || read.unwrap_err() == ExtractError::Robots);
        }
        let rules = site.asked().iter().filter(|path| *path == "/robots.txt").count();
        assert_eq!(rules, if answer.starts_with("302") { 6 } else { 1 }, "{answer}");
    }
}

#[tokio::test]
async fn only_the_beginning_of_endless_rules_is_read() {
    let endless = Box::leak(
        format!("User-agent: *\nDisallow: /x\n{}", "# x\n".repeat(1 << 20)).into_boxed_str(),
    );
    let site = closing(endless).await;
    let extractor = respectful();
    assert_eq!(
        extractor.extract(&format!("{}/x", site.url)).await.unwrap_err(),
        ExtractError::Robots
    );
    extractor.extract(&format!("{}/y", site.url)).await.unwrap();
}

#[tokio::test]
async fn robots_txt_is_no_way_around_the_guard() {
    let url = fixed("302 Found\r\nlocation: http://10.0.0.1/robots.txt", "").await;
    let error = respectful().extract(&format!("{url}/x")).await.unwrap_err();
    assert!(matches!(error, ExtractError::BlockedAddress { .. }), "{error:?}");
}
