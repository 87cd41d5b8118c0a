//! From the bytes of a page to its text.

use std::time::{Duration, Instant};

use tts_reader_extraction::{
    ErrorKind, ExtractError, Extraction, Lack, Method, extract_html, read_by,
};

const SENTENCE: &str =
    "The old lighthouse keeper climbed the stairs each evening to light the lamp. ";
const URL: &str = "http://site.example/story";

fn read(html: &str) -> Result<Extraction, ExtractError> {
    extract_html(html.as_bytes(), Some("text/html; charset=utf-8"), URL)
}

fn news_page() -> String {
    let links = "<li><a href=/x>Another story</a></li>".repeat(20);
    format!(
        "<!doctype html><html><head><title>Storm at sea | The Daily Gull</title>\
         <base href='https://cdn.example/'><meta property=og:title content='Storm at sea'>\
         <style>p{{color:red}}</style><script>track('secret')</script></head><body>\
         <header><h1>The Daily Gull</h1></header><nav><ul>{links}</ul></nav>\
         <article><h1>Storm at sea</h1><p>{story}</p><p>{story}</p>\
         <p hidden>Subscribers only</p><noscript>Enable JavaScript</noscript></article>\
         <aside><ul>{links}</ul></aside><footer>Copyright Gull</footer></body></html>",
        story = SENTENCE.repeat(5)
    )
}

#[test]
fn an_article_is_read_without_what_stands_around_it() {
    let page = read(&news_page()).unwrap();
    assert_eq!(page.method, Method::DomSemantic);
    assert_eq!(page.title.as_deref(), Some("Storm at sea"));
    assert!(page.text.contains(SENTENCE.trim()));
    for noise in ["Daily Gull", "Another story", "secret", "Subscribers", "JavaScript", "Copyright"]
    {
        assert!(!page.text.contains(noise), "{noise} in {}", page.text);
    }
    assert_eq!(page.confidence, 0.95);
    assert_eq!(page.final_url, URL);
}

#[test]
fn a_short_story_beside_much_else_is_found_by_its_element() {
    let link = "<div><a href=/x>Short label of a link in a listing</a></div>";
    let html =
        format!("{}<main><div>{SENTENCE}</div><div>{SENTENCE}</div></main>", link.repeat(200));
    let page = read(&html).unwrap();
    assert_eq!(page.text, SENTENCE.repeat(2).trim());
    assert_eq!(page.method, Method::DomSemantic);
}

/// A table of ships, with words and commas enough to be taken for an article.
fn ships(rows: usize) -> String {
    let cargo = "Came in winter, in spring, and in autumn too, with coal, wood, and passengers";
    let row = format!("<tr><td>1907</td><td>{cargo}</td><td>{cargo}</td></tr>");
    format!("<table>{}</table>", row.repeat(rows))
}

#[test]
fn a_long_table_does_not_swallow_the_paragraphs_beside_it() {
    let (before, after) = (SENTENCE.repeat(2), format!("In the end {SENTENCE}Nobody came again."));
    let table = ships(40);
    for (html, method) in [
        (
            format!(
                "<div><div><p>{before}</p></div></div><div><div>{table}</div></div>\
                 <div><div><p>{after}</p></div></div>"
            ),
            Method::DomHeuristic,
        ),
        // Readability makes a <div> of this table.
        (
            format!(
                "<div id=content><div class=lead><p>{before}</p></div>{table}\
                 <div class=footer-note><p>{after}</p></div></div>"
            ),
            Method::DomHeuristic,
        ),
        (
            format!(
                "<main><div><div><p>{before}</p></div></div><div><div>{table}</div></div>\
                 <div><div><p>{after}</p></div></div></main>"
            ),
            Method::DomSemantic,
        ),
    ] {
        let page = read(&html).unwrap();
        assert!(page.text.starts_with(before.trim()), "{}", page.text);
        assert!(page.text.ends_with(&after), "{}", page.text);
        assert!(page.text.contains("1907 Came in winter"), "{}", page.text);
        assert_eq!(page.method, method);
    }
}

#[test]
fn tables_in_an_article_are_read_and_tables_that_are_the_layout_are_seen_through() {
    let story = format!("<p>{}</p>", SENTENCE.repeat(8));
    for rows in [5, 60] {
        let html = format!("<article><h1>Ships</h1>{story}{}{story}</article>", ships(rows));
        let page = read(&html).unwrap();
        assert_eq!(page.method, Method::DomSemantic);
        assert!(page.text.starts_with("Ships The old") && page.text.ends_with("the lamp."));
        assert_eq!(page.text.matches("1907 Came").count(), rows);
    }
    let links = "<a href=/x>Another story</a> ".repeat(20);
    let html = format!("<table><tr><td>{links}</td><td>{story}</td></tr></table><p>Home | Top</p>");
    assert_eq!(read(&html).unwrap().text, SENTENCE.repeat(8).trim());
}

/// A page nested too deeply for a tree.
fn deep(inside: &str) -> String {
    format!("{}{inside}{}", "<div>".repeat(10_000), "</div>".repeat(10_000))
}

#[test]
fn ten_thousand_nested_elements_are_read_on_a_small_stack() {
    let html = deep(&format!("<p>{}</p>", SENTENCE.repeat(3)));
    let read = std::thread::Builder::new().stack_size(512 * 1024).spawn(move || read(&html));
    let page = read.unwrap().join().unwrap().unwrap();
    assert_eq!(page.text, SENTENCE.repeat(3).trim());
    assert_eq!(page.method, Method::DomHeuristic);
}

#[test]
fn without_readability_the_plain_methods_follow_each_other() {
    let semantic = deep(&format!("<p>{SENTENCE}</p><main>{}</main>", SENTENCE.repeat(3)));
    let page = read(&semantic).unwrap();
    assert_eq!((page.method, page.text.as_str()), (Method::DomSemantic, SENTENCE.repeat(3).trim()));

    let links = "<p><a href=x>a link of more than ten words is no prose in any way at all</a></p>";
    let heuristic =
        deep(&format!("{links}<h2>Title</h2><p>{}</p><h2>End</h2>", SENTENCE.repeat(2)));
    let page = read(&heuristic).unwrap();
    assert_eq!(page.method, Method::DomHeuristic);
    assert_eq!(page.text, format!("Title {}", SENTENCE.repeat(2).trim()));

    let fallback = deep(&"<li>one two three</li>".repeat(20));
    let page = read(&fallback).unwrap();
    assert_eq!(page.method, Method::DomFallback);
    assert_eq!(page.word_count, 60);
}

#[test]
fn depth_just_below_the_limit_is_fit_for_the_tree() {
    let nested = |depth| format!("{}<p>{}</p>", "<div>".repeat(depth), SENTENCE.repeat(10));
    assert!(read_by(Method::ReaderMode, &nested(250), URL).is_some());
    assert_eq!(read_by(Method::ReaderMode, &nested(300), URL), None);
}

#[test]
fn a_repeated_title_is_read_once() {
    let html = deep(&format!(
        "<h1>Storm</h1><h2>Storm</h2><main><h1>Storm</h1></main>\
         <ul><li>{}</ul>",
        "label ".repeat(30)
    ));
    let text = read(&html).unwrap().text;
    assert_eq!(text.matches("Storm").count(), 1, "{text}");
}

#[test]
fn too_little_text_is_nothing_readable() {
    let data = "<script type='application/ld+json'>{}</script><p>Hello";
    for html in ["", "<body></body>", "<p>Loading…</p>", data, &"<p>a</p>".repeat(40)] {
        assert_eq!(read(html).unwrap_err(), ExtractError::NothingReadable, "{html}");
    }
    let addresses = "<p>https://a.example/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</p>".repeat(4);
    assert_eq!(read(&addresses).unwrap_err(), ExtractError::NothingReadable);
}

#[test]
fn what_only_scripts_would_show_takes_a_browser() {
    let lacking = ExtractError::Lacking(Lack::Browser);
    for html in [
        "<script>x</script>",
        "<body><div id=root>Loading…</div><nav><script type=module src=/app.js></script></nav>",
        "<SCRIPT TYPE=' Text/JavaScript '>x</SCRIPT>",
    ] {
        assert_eq!(read(html).unwrap_err(), lacking, "{html}");
    }
    assert_eq!((lacking.kind(), lacking.is_client_fault()), (ErrorKind::Lacking, false));
    // Where there is a text, its scripts do not matter.
    assert!(read(&format!("<script>x</script><p>{}", SENTENCE.repeat(2))).is_ok());
}

#[test]
fn exactly_one_hundred_characters_are_enough() {
    let text = |n| "é".repeat(n);
    assert!(read(&format!("<p>{}</p>", text(99))).is_err());
    assert_eq!(read(&format!("<p>{}</p>", text(100))).unwrap().text, text(100));
}

#[test]
fn plain_text_is_read_as_it_stands() {
    let body = format!("A < B and {}\n\nC > D.\n", SENTENCE.repeat(2));
    for kind in [Some("text/plain; charset=utf-8"), None] {
        let page = extract_html(body.as_bytes(), kind, URL).unwrap();
        assert_eq!(page.method, Method::DomFallback);
        assert_eq!(page.title, None);
        assert!(page.text.starts_with("A < B and The old") && page.text.ends_with("C > D."));
    }
}

#[test]
fn other_kinds_are_refused_in_a_sentence() {
    for (body, kind) in [
        (b"%PDF-1.4".as_slice(), Some("text/html")),
        (b"%PDF-1.4", None),
        (b"x", Some("Application/PDF; q=1")),
    ] {
        let error = extract_html(body, kind, URL).unwrap_err();
        assert_eq!(error, ExtractError::Lacking(Lack::PdfReader));
    }
    for (body, kind, what) in [
        (b"x".as_slice(), Some("image/png"), "Content of the type \"image/png\""),
        (b"\x7fELF\0\0", None, "A binary file"),
    ] {
        let error = extract_html(body, kind, URL).unwrap_err();
        assert_eq!(error, ExtractError::UnsupportedContent { what: what.into() });
        assert!(error.is_client_fault());
    }
}

#[test]
fn one_line_of_five_mebibytes_is_read_quickly() {
    let html = format!("<p>{}</p>", SENTENCE.repeat(5 * 1024 * 1024 / SENTENCE.len()));
    assert!(timed(&html).unwrap().word_count > 800_000);
}

/// Pages made to cost a parser more than their size. The time is generous for a debug build on a
/// busy machine; the quadratic costs it guards against are minutes at this size.
#[test]
fn hostile_pages_cost_no_more_than_their_size() {
    let size = 512 * 1024;
    let fill = |piece: &str| piece.repeat(size / piece.len());
    for html in [
        fill("<div>"),
        fill("<div></b>"),
        fill("<b><p>"),
        fill("<table><td>"),
        fill("<a href=x>"),
        fill("<p>x"),
        fill("<svg><title>"),
        fill("<table><div>"),
        fill(&format!("{}x{}", "<div>".repeat(250), "</div>".repeat(250))),
        format!(
            "{}{}",
            (0..250).map(|n| format!("<font a={n}>")).collect::<String>(),
            fill("</p><p>x")
        ),
        fill("<div hidden><section>"),
        fill("<!--"),
        fill("&amp;&#"),
        fill("&"),
        fill("<p>&nbsp;"),
        fill("<x y=z "),
        format!("<script>[{}</script>", fill("[")),
        format!("<p {}>", fill("a=b ")),
    ] {
        let _ = timed(&html);
    }
}

fn timed(html: &str) -> Result<Extraction, ExtractError> {
    let start = Instant::now();
    let page = read(html);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(30), "{took:?} for {}…", &html[..20]);
    page
}
