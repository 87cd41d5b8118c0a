//! What routes of extraction tell alike.

use serde_json::{Value, json};

use crate::openapi::{
    operation::Operation,
    operations::{progress::named, speech::url},
    schema::{Field, about, answer, count, has, integer, list, may, one_of, or_null, shared, text},
    shared::seconds,
};

pub(super) const PAGE: &str = "https://example.com/article";

/// How the text of a page was found.
pub(in crate::openapi::operations) fn method() -> Value {
    one_of(["reader_mode", "dom_semantic", "dom_heuristic", "dom_fallback", "pdf_text", "textract"])
}

/// What reading a page can end with.
pub(in crate::openapi::operations) fn reads(told: Operation) -> Operation {
    lacks(tries(told))
        .refuses(422, "The page cannot be read.", "Invalid URL format: it has no host")
        .refuses(502, "The site failed.", "The site answered with status 500 instead of the page")
        .refuses(
            504,
            "The site was too slow.",
            "The site did not deliver the page in time; try again later",
        )
}

/// What it may take that the service has not.
fn lacks(told: Operation) -> Operation {
    [
        (
            "browser",
            "Without its scripts the page has no text.",
            "The page shows no readable text without its scripts, which are not run here. There is no \
             setting that gives this service a browser; send the text as `content` to \
             /api/extract/enhanced.",
        ),
        (
            "textract",
            "The document is made of pictures, and there is no Amazon Textract.",
            "The PDF document has pictures and no text, and nothing here reads pictures. Amazon \
             Textract would, for which this service lacks AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY; or give a document whose text can be selected.",
        ),
        (
            "pdf",
            "No PDF documents are read here.",
            "PDF documents are not read here; give the address of an HTML or plain text page. This \
             service runs inside another program; `tts-reader serve` reads them.",
        ),
    ]
    .into_iter()
    .fold(told, |told, (missing, when, detail)| {
        let example =
            json!({ "detail": detail, "error_code": "NOT_IMPLEMENTED", "missing": missing });
        told.gives(501, when, shared("Unequipped"), example)
    })
}

/// What the service itself may be kept by.
pub(super) fn tries(told: Operation) -> Operation {
    told.busy("Too many pages are being read, in all or of one site.", "Extraction")
}

/// The same, or what the client found.
fn method_or_provided() -> Value {
    one_of([
        "reader_mode",
        "dom_semantic",
        "dom_heuristic",
        "dom_fallback",
        "pdf_text",
        "textract",
        "frontend_provided",
    ])
}

fn place() -> [Field; 4] {
    let of = |name| has(name, count());
    [of("start"), of("end"), of("start_byte"), of("end_byte")]
}

/// Where sentences and words are.
pub(super) fn highlighting() -> Value {
    let mut word = vec![has("value", text())];
    word.extend(place());
    let mut sentence = vec![has("text", text()), has("words", list(answer(word)))];
    sentence.extend(place());
    let map = answer([has("sentences", list(answer(sentence))), has("characters", count())]);
    about(
        map,
        "When enableHighlighting is true: the sentences and words of the text, as the marks of its \
         speech will have them. The first 100,000 characters are covered.",
    )
}

/// The fields of a body that names a page or brings its text.
pub(super) fn page_or_text() -> [Field; 3] {
    [
        has("url", url()),
        may("content", about(or_null(text()), "Text that the client has already; used as it is.")),
        may("extraction_id", named()),
    ]
}

/// What is answered of a text that was read here or brought.
pub(super) fn found() -> Vec<Field> {
    vec![
        has("text", text()),
        has("characters_used", count()),
        has("remaining_chars", integer()),
        has("extraction_method", method_or_provided()),
        has("word_count", count()),
        has("processing_time", seconds()),
    ]
}
