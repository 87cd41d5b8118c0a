//! Links between the documents lead somewhere, to headings too.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a room of the workspace").to_owned()
}

/// README, changes, and everything in docs.
fn documents() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).expect("docs").map(|entry| entry.expect("a file"));
    let mut all: Vec<PathBuf> = docs.map(|entry| entry.path()).collect();
    all.extend(["README.md", "CHANGELOG.md", "fuzz/README.md"].map(|name| root().join(name)));
    all.retain(|path| path.extension().is_some_and(|end| end == "md"));
    all
}

/// Where the links of a text lead; blocks of code have none.
fn links(text: &str) -> Vec<String> {
    let prose = text.split("```").step_by(2);
    let targets = prose.flat_map(|part| part.split("](").skip(1));
    targets.filter_map(|rest| rest.split(')').next()).map(str::to_owned).collect()
}

/// The anchors of a document, as its headings make them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c));
        kept.collect::<String>().replace(' ', "-")
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut seen = 0;
    for document in documents() {
        let text = fs::read_to_string(&document).expect("a document");
        for link in links(&text).iter().filter(|link| !link.starts_with("http")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let folder = document.parent().expect("a folder");
            let target = if path.is_empty() { document.clone() } else { folder.join(path) };
            let place = format!("{}: {link}", document.display());
            assert!(target.exists(), "{place}: there is no such file");
            if !anchor.is_empty() {
                let there = fs::read_to_string(&target).expect("a document");
                assert!(anchors(&there).iter().any(|known| known == anchor), "{place}: no heading");
            }
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} links were found");
}
