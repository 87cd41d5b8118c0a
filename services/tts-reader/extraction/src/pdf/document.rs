//! One document: its pages as text that can be read aloud.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_extract::{Document, Error, PlainTextOutput, output_doc_page};

use super::worker::Outcome;

/// So many lines at the top and at the bottom of a page may be its header and its footer.
const EDGE: usize = 2;
/// On a page of fewer lines they would be all there is.
const LINES: usize = 8;

/// Reads a whole document. May overflow the stack, loop or take any memory: only a worker calls it.
pub(crate) fn outcome(document: &[u8]) -> Outcome {
    let mut document = match Document::load_mem(document) {
        Ok(document) => document,
        Err(Error::Decryption(_)) => return Outcome::Protected,
        Err(_) => return Outcome::Broken,
    };
    // Documents that only restrict printing open with an empty password.
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Outcome::Protected;
    }
    let pages: Option<Vec<String>> =
        document.get_pages().into_keys().map(|number| page(&document, number)).collect();
    match pages.map(|pages| text(&pages)) {
        // One that cannot be read is missed by nobody but the listener.
        None => Outcome::Broken,
        Some(text) if text.trim().is_empty() => Outcome::NoText,
        Some(text) => Outcome::Text(text),
    }
}

/// The text of one page, by the library that knows where it stands on the page, else by the one that
/// takes it as it comes. The first panics at what it does not know.
fn page(document: &Document, number: u32) -> Option<String> {
    let laid_out = || {
        let mut text = String::new();
        let mut output = PlainTextOutput::new(&mut text);
        output_doc_page(document, &mut output, number).ok()?;
        Some(text)
    };
    let as_it_comes = || document.extract_text(&[number]).ok();
    careful(laid_out).or_else(|| careful(as_it_comes))
}

fn careful(read: impl FnOnce() -> Option<String>) -> Option<String> {
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

/// Pages joined to one text, without headers, footers and page numbers, words at line ends whole.
fn text(pages: &[String]) -> String {
    let pages: Vec<Vec<&str>> = pages
        .iter()
        .map(|page| page.lines().map(str::trim).filter(|line| !line.is_empty()).collect())
        .collect();
    let repeated = edges(&pages);
    let mut out = String::new();
    for page in &pages {
        for (at, line) in page.iter().enumerate() {
            let is_edge = page.len() >= LINES && (at < EDGE || at + EDGE >= page.len());
            if is_edge && repeated.get(&shape(line)).is_some_and(|count| *count * 2 > pages.len()) {
                continue;
            }
            append(&mut out, line);
        }
    }
    out
}

/// How many pages have each line at their edges; digits count as equal. Of a document of one or two
/// pages nothing can be said.
fn edges(pages: &[Vec<&str>]) -> HashMap<String, usize> {
    let mut count = HashMap::new();
    if pages.len() < 3 {
        return count;
    }
    for page in pages {
        let mut shapes: Vec<String> = page
            .iter()
            .take(EDGE)
            .chain(page.iter().rev().take(EDGE))
            .map(|it| shape(it))
            .collect();
        shapes.sort();
        shapes.dedup();
        for shape in shapes {
            *count.entry(shape).or_default() += 1;
        }
    }
    count
}

/// `Page 12 of 40` and `Page 3 of 40` are the same line.
fn shape(line: &str) -> String {
    let mut shape = String::with_capacity(line.len());
    for c in line.chars() {
        match c {
            c if c.is_numeric() && shape.ends_with('0') => {}
            c if c.is_numeric() => shape.push('0'),
            c => shape.push(c),
        }
    }
    shape
}

/// A word that was cut at the end of a line is put together; a compound such as `well-known` cannot
/// be told from it and loses its hyphen, which nobody hears.
fn append(out: &mut String, line: &str) {
    let is_cut = out.ends_with('-')
        && out.chars().rev().nth(1).is_some_and(char::is_alphabetic)
        && line.starts_with(char::is_lowercase);
    if is_cut {
        out.pop();
    } else if !out.is_empty() {
        out.push('\n');
    }
    for c in line.chars() {
        match ligature(c) {
            Some(letters) => out.push_str(letters),
            None => out.push(c),
        }
    }
}

/// Letters that fonts have as one, which nobody could say.
fn ligature(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use pdf_extract::Document;

    use super::{Outcome, careful, outcome, page, text};

    fn stored(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/tests/stored/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    /// Of the words of the first text, the share that the second has.
    fn share(of: &str, within: &str) -> f64 {
        let words = |text: &str| -> HashSet<String> {
            text.split(|c: char| !c.is_alphanumeric())
                .filter(|it| !it.is_empty())
                .map(str::to_lowercase)
                .collect()
        };
        let (of, within) = (words(of), words(within));
        of.intersection(&within).count() as f64 / of.len() as f64
    }

    /// `news.pdf` is what a browser prints of `news.html`, the others are of fpdf2 and reportlab.
    #[test]
    fn documents_of_browsers_and_libraries_are_read_whole() {
        for (name, expected) in [("news.pdf", "news.txt"), ("restricted.pdf", "wall.txt")] {
            let Outcome::Text(found) = outcome(&stored(name)) else { panic!("{name} has no text") };
            let expected = String::from_utf8(stored(expected)).unwrap();
            assert!(share(&expected, &found) > 0.98, "{name}: {found}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_apart() {
        assert_eq!(outcome(&stored("protected.pdf")), Outcome::Protected);
        assert_eq!(outcome(&stored("picture.pdf")), Outcome::NoText);
        let news = stored("news.pdf");
        assert_eq!(outcome(&news[..news.len() / 2]), Outcome::Broken);
        assert_eq!(outcome(b"%PDF-1.7 and nothing"), Outcome::Broken);
    }

    /// Why one library is asked before the other: with words cut in two nobody can listen.
    #[test]
    fn the_first_library_finds_more_words_than_the_second() {
        let document = Document::load_mem(&stored("news.pdf")).unwrap();
        let expected = String::from_utf8(stored("news.txt")).unwrap();
        let first = share(&expected, &page(&document, 1).unwrap());
        let second = careful(|| document.extract_text(&[1]).ok()).unwrap_or_default();
        let second = share(&expected, &second);
        println!("words of a page that a browser printed: {first:.3}, {second:.3}");
        assert!(first >= second);
    }

    #[test]
    fn headers_footers_and_page_numbers_are_left_out() {
        let trees = ["Alder", "Birch", "Cedar", "Elm", "Fir"];
        let page = |(n, tree): (usize, &&str)| {
            let body = format!("The {tree} grows where it can.\n").repeat(7);
            format!("The Trees of the Coast\n{body}\nPage {} of 12\n", n + 8)
        };
        let text = text(&trees.iter().enumerate().map(page).collect::<Vec<_>>());
        assert!(!text.contains("Coast") && !text.contains("Page"), "{text}");
        assert!(text.starts_with("The Alder grows") && text.lines().count() == 35, "{text}");
    }

    #[test]
    fn words_cut_at_the_end_of_a_line_are_put_together() {
        let page = "The light-\nhouse stood 4 -\n5 miles out -\nand X-\nRay".to_owned();
        assert_eq!(text(&[page]), "The lighthouse stood 4 -\n5 miles out -\nand X-\nRay");
        assert_eq!(text(&["The \u{fb01}rst tra\u{fb03}c".to_owned()]), "The first traffic");
    }
}
