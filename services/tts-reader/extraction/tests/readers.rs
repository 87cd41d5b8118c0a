//! Which reader is the best: 20 stored pages of different structure, each with what a listener
//! should hear written by hand, read by three readers and by the choice between them.
//!
//! `cargo test -p tts-reader-extraction --test readers -- --nocapture` prints the table.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use tts_reader_extraction::{Method, clean_for_speech, extract_html, read_by};

const URL: &str = "http://site.example/page";

/// A page and its text.
struct Stored {
    name: String,
    html: String,
    expected: String,
}

/// How a reader did on one page.
#[derive(Debug, Clone, Copy, Default)]
struct Score {
    precision: f64,
    recall: f64,
}

impl Score {
    /// Of the words found, how many are wanted; of those wanted, how many are found. Where nothing
    /// is wanted, nothing must be found.
    fn of(found: &str, expected: &str) -> Self {
        let (found, expected) = (words(found), words(expected));
        if found.is_empty() && expected.is_empty() {
            return Self { precision: 1.0, recall: 1.0 };
        }
        let total = |words: &HashMap<String, usize>| words.values().sum::<usize>().max(1) as f64;
        let both: usize = expected
            .iter()
            .map(|(word, count)| (*count).min(found.get(word).copied().unwrap_or(0)))
            .sum();
        Self { precision: both as f64 / total(&found), recall: both as f64 / total(&expected) }
    }

    fn f1(self) -> f64 {
        let sum = self.precision + self.recall;
        if sum == 0.0 { 0.0 } else { 2.0 * self.precision * self.recall / sum }
    }
}

/// How often each word occurs, in small letters and without marks; of scripts without spaces, each
/// character.
fn words(text: &str) -> HashMap<String, usize> {
    let mut spaced = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let alone = matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
        match c {
            _ if alone => spaced.extend([' ', c, ' ']),
            _ if c.is_alphanumeric() => spaced.push(c),
            _ => spaced.push(' '),
        }
    }
    let mut words = HashMap::new();
    for word in spaced.split_whitespace() {
        *words.entry(word.to_owned()).or_default() += 1;
    }
    words
}

fn stored() -> Vec<Stored> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored");
    let mut pages: Vec<Stored> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "html"))
        .map(|path| Stored {
            name: path.file_stem().unwrap().to_string_lossy().into_owned(),
            html: std::fs::read_to_string(&path).unwrap(),
            expected: std::fs::read_to_string(path.with_extension("txt")).unwrap(),
        })
        .collect();
    pages.push(long());
    pages.sort_by(|a, b| a.name.cmp(&b.name));
    pages
}

/// A novel in one page, too long to be stored: 60 chapters of 40 paragraphs, with a link to the next
/// chapter after each and a table of contents before them.
fn long() -> Stored {
    let (mut body, mut contents, mut expected) = (String::new(), String::new(), String::new());
    for chapter in 1..=60 {
        let _ = write!(contents, "<li><a href='#c{chapter}'>Chapter {chapter}</a></li>");
        let _ = write!(body, "<h2 id=c{chapter}>Chapter {chapter}</h2>");
        let _ = writeln!(expected, "Chapter {chapter}");
        for paragraph in 1..=40 {
            let text = format!(
                "On day {paragraph} of voyage {chapter} the wind came from the west, and the mate wrote \
                 in the log that nothing had been seen but water, a plank, and one bird that would not land."
            );
            let _ = write!(body, "<p>{text}</p>");
            let _ = writeln!(expected, "{text}");
        }
        let _ = write!(
            body,
            "<div class=nav><a href='#c{}'>Next chapter</a> <a href='#top'>Top</a></div>",
            chapter + 1
        );
    }
    let html = format!(
        "<!doctype html><title>The long log</title><nav><a href=/>Library</a></nav>\
         <div class=toc><ul>{contents}</ul></div><div class=book><h1>The long log</h1>{body}</div>\
         <footer>Scanned by volunteers</footer>"
    );
    Stored { name: "long".to_owned(), html, expected: format!("The long log\n{expected}") }
}

/// Our own reader: the text of the first of its methods that finds one.
fn ours(html: &str) -> Option<String> {
    [Method::DomSemantic, Method::DomHeuristic].into_iter().find_map(|it| read_by(it, html, URL))
}

#[test]
fn the_choice_is_as_good_as_its_best_reader_on_nearly_every_page() {
    let mut table = format!(
        "{:<10} {:>6}  {:^17}  {:^17}  {:^17}  {:^17}  {}\n{:<10} {:>6}  {}\n",
        "page",
        "words",
        "readability",
        "ours",
        "all text",
        "the choice",
        "by",
        "",
        "",
        format!("{:>5} {:>5} {:>5}  ", "P", "R", "F1").repeat(4),
    );
    let mut sums = [Score::default(); 4];
    let mut f1 = [0.0; 4];
    let mut worst: f64 = 1.0;
    let pages = stored();
    for page in &pages {
        let chosen = extract_html(page.html.as_bytes(), Some("text/html; charset=utf-8"), URL);
        let by = chosen.as_ref().map_or("nothing", |it| it.method.as_str());
        let texts = [
            read_by(Method::ReaderMode, &page.html, URL),
            ours(&page.html),
            read_by(Method::DomFallback, &page.html, URL),
            chosen.as_ref().ok().map(|it| it.text.clone()),
        ];
        let expected = clean_for_speech(&page.expected);
        let scores = texts.map(|text| Score::of(&text.unwrap_or_default(), &expected));
        let _ = write!(table, "{:<10} {:>6}  ", page.name, expected.split_whitespace().count());
        for (at, score) in scores.iter().enumerate() {
            let _ = write!(
                table,
                "{:>5.2} {:>5.2} {:>5.2}  ",
                score.precision,
                score.recall,
                score.f1()
            );
            sums[at].precision += score.precision;
            sums[at].recall += score.recall;
            f1[at] += score.f1();
        }
        let _ = writeln!(table, "{by}");
        worst = worst.min(scores[3].f1());
        let best = scores[..3].iter().map(|score| score.f1()).fold(0.0, f64::max);
        assert!(scores[3].f1() >= best - 0.1, "{}: {table}", page.name);
    }
    let count = pages.len() as f64;
    let _ = write!(table, "{:<10} {:>6}  ", "mean", "");
    for (sum, f1) in sums.iter().zip(f1) {
        let _ = write!(
            table,
            "{:>5.2} {:>5.2} {:>5.2}  ",
            sum.precision / count,
            sum.recall / count,
            f1 / count
        );
    }
    println!("{table}");
    assert!(pages.len() >= 20 && f1[3] / count >= 0.95 && worst >= 0.8, "{table}");
}
