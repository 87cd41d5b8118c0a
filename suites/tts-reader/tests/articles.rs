//! The pages of the article site, read by the extraction that the backend uses.

use std::collections::HashSet;

use tts_reader_extraction::{Method, extract_html};
use tts_reader_load_test::articles::{Article, Kind};

#[test]
fn every_kind_of_page_is_extracted_whole_and_alone() {
    for kind in Kind::ALL {
        for number in 0..80 {
            let article = Article::new(kind, u64::wrapping_mul(number, 0x9e37_79b9_7f4a_7c15));
            let page = article.page();
            let url = format!("http://127.0.0.1:1{}", article.path());
            let read = extract_html(&page.body, Some(page.content_type), &url).unwrap();
            assert!(article.is_read_by(&read.text), "{article:?} {}: {}", read.method, read.text);
            assert_ne!(read.method, Method::DomFallback, "{article:?}");
            let preview: String = read.text.chars().take(500).collect();
            assert!(article.begins_with(&preview), "{article:?}: {preview}");
        }
    }
}

#[test]
fn the_check_refuses_other_texts() {
    let article = Article::new(Kind::News, 1);
    let markers = article.markers();
    let whole = format!("A {} B {} C {} D", markers[0], markers[1], markers[2]);
    assert!(article.is_read_by(&whole));
    assert!(!article.is_read_by(&format!("A {} B {}", markers[0], markers[1])), "cut off");
    assert!(!article.is_read_by(&format!("{} {} {}", markers[2], markers[1], markers[0])));
    assert!(!Article::new(Kind::News, 2).is_read_by(&whole), "another article's text");
    let html = String::from_utf8(article.page().body).unwrap();
    assert!(!article.is_read_by(&html), "the page with everything around it");
}

#[test]
fn pages_differ_by_number_and_repeat_with_it() {
    let pages: HashSet<Vec<u8>> =
        (0..500).map(|number| Article::new(Kind::Blog, number).page().body).collect();
    assert_eq!(pages.len(), 500);
    for kind in Kind::ALL {
        let article = Article::new(kind, 7);
        assert_eq!(article.page(), article.page());
        assert_eq!(Article::at(&article.path()), Some(article));
    }
    for path in ["", "/", "/news", "/news/", "/news/1", "/news/zz", "/other/0000000000000001"] {
        assert_eq!(Article::at(path), None, "{path}");
    }
}

#[test]
fn pages_have_several_sizes() {
    let size = |kind| Article::new(kind, 3).page().body.len();
    assert!(size(Kind::LongRead) > 8_000);
    assert!(size(Kind::Blog) < size(Kind::LongRead));
}
