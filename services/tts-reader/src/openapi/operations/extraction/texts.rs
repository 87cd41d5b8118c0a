//! Texts of pages, and whether there is one.

use serde_json::json;

use super::parts::{PAGE, found, highlighting, method, page_or_text, reads, tries};
use crate::openapi::{
    operation::{Operation, Tag},
    operations::{
        progress::{followed, named},
        speech::url,
    },
    schema::{
        about, answer, body, count, has, integer, list, may, number, one_of, or_null, otherwise,
        text, truth,
    },
};

pub(crate) fn extract() -> Operation {
    let found = answer([
        has("text", text()),
        has("characters_used", count()),
        has("remaining_chars", integer()),
        has("extraction_method", method()),
    ]);
    let told = Operation::by_account(Tag::Extraction, "extract", "The text of a page")
        .takes(&body([has("url", url()), may("extraction_id", named())]), &json!({ "url": PAGE }));
    followed(reads(told)).answers(
        found,
        json!({
            "text": "The river rose by an inch in the night.", "characters_used": 39,
            "remaining_chars": 99_961, "extraction_method": "reader_mode",
        }),
    )
}

pub(crate) fn enhanced() -> Operation {
    let flag = || otherwise(or_null(truth()), false);
    let mut fields = Vec::from(page_or_text());
    fields.extend([may("include_metadata", flag()), may("enableHighlighting", flag())]);
    let fields = body(fields);
    let mut found = found();
    found.extend([
        has("success", truth()),
        has("content_source", one_of(["backend_extracted", "frontend_provided"])),
        has("using_provided_content", truth()),
        may(
            "metadata",
            about(
                answer([has("title", or_null(text())), has("confidence", or_null(number()))]),
                "When include_metadata is true.",
            ),
        ),
        may("highlighting", highlighting()),
    ]);
    let told = Operation::by_account(
        Tag::Extraction,
        "extract_enhanced",
        "The text of a page, and more about it",
    )
    .takes(&fields, &json!({ "url": PAGE, "include_metadata": true }));
    followed(reads(told)).answers(
        answer(found),
        json!({
            "text": "The river rose by an inch in the night.", "characters_used": 39,
            "remaining_chars": 99_961, "extraction_method": "reader_mode", "word_count": 9,
            "processing_time": 0.21, "success": true, "content_source": "backend_extracted",
            "using_provided_content": false,
            "metadata": { "title": "The mill", "confidence": 0.65 },
        }),
    )
}

pub(crate) fn with_speech_marks() -> Operation {
    let mark = answer([
        has("time", about(or_null(integer()), "Null: known when it is spoken.")),
        has("type", one_of(["sentence", "word"])),
        has("start", count()),
        has("end", count()),
        has("value", text()),
    ]);
    let mut found = found();
    found.push(has("speech_marks", list(mark)));
    let told = Operation::by_account(
        Tag::Extraction,
        "extract_with_speech_marks",
        "The text of a page, and where its sentences and words are",
    )
    .takes(&body(page_or_text()), &json!({ "url": PAGE }));
    followed(reads(told)).answers(
        answer(found),
        json!({
            "text": "The river rose.", "characters_used": 15, "remaining_chars": 99_985,
            "extraction_method": "dom_semantic", "word_count": 3, "processing_time": 0.2,
            "speech_marks": [
                { "time": null, "type": "sentence", "start": 0, "end": 15, "value": "The river rose." },
                { "time": null, "type": "word", "start": 0, "end": 3, "value": "The" },
            ],
        }),
    )
}

pub(crate) fn preview() -> Operation {
    let found = answer([
        has("preview", about(text(), "500 characters, then ...")),
        has("estimated_length", count()),
        has("confidence", number()),
        has("method", method()),
        has("content_type", or_null(text())),
        has("tts_score", number()),
        has("full_available", truth()),
        has("word_count", count()),
        has("estimated_reading_time", about(number(), "Minutes.")),
    ]);
    let told = Operation::by_account(
        Tag::Extraction,
        "extract_preview",
        "The beginning of a page, free of charge",
    )
    .takes(&body([has("url", url())]), &json!({ "url": PAGE }));
    reads(told).answers(
        found,
        json!({
            "preview": "The river rose by an inch in the night.", "estimated_length": 2774,
            "confidence": 0.6, "method": "reader_mode", "content_type": "text/html; charset=utf-8",
            "tts_score": 0.65, "full_available": true, "word_count": 509,
            "estimated_reading_time": 3.39,
        }),
    )
}

pub(crate) fn test() -> Operation {
    let read = answer([
        has("success", truth()),
        has("method_used", method()),
        has("textract_used", truth()),
        has("text", about(text(), "500 characters, then ...")),
        has("test_mode", truth()),
    ]);
    let unread = answer([
        has("success", truth()),
        has("error", text()),
        has("method_used", one_of(["failed"])),
        has("test_mode", truth()),
    ]);
    let told = Operation::by_account(
        Tag::Extraction,
        "extract_test",
        "Whether a page can be read, free of charge",
    )
    .takes(&body([has("url", url())]), &json!({ "url": PAGE }));
    tries(told)
        .answers(
            read,
            json!({
                "success": true, "method_used": "dom_semantic", "textract_used": false,
                "text": "The river rose by an inch in the night.", "test_mode": true,
            }),
        )
        .gives(
            200,
            "It cannot be read.",
            unread,
            json!({
                "success": false, "error": "The site answered with status 404 instead of the page",
                "method_used": "failed", "test_mode": true,
            }),
        )
}
