//! Text of web pages.

use serde_json::{Value, json};

use super::{
    progress::{followed, named},
    speech::url,
};
use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        about, answer, body, count, has, integer, list, may, number, one_of, or_null, otherwise,
        text, truth,
    },
    shared::seconds,
};

const PAGE: &str = "https://example.com/article";

/// How the text of a page was found.
pub(super) fn method() -> Value {
    one_of(["reader_mode", "dom_semantic", "dom_heuristic", "dom_fallback"])
}

/// What reading a page can end with.
pub(super) fn reads(told: Operation) -> Operation {
    told.refuses(422, "The page cannot be read.", "Invalid URL format: it has no host")
        .refuses(502, "The site failed.", "The site answered with status 500 instead of the page")
        .refuses(
            504,
            "The site was too slow.",
            "The site did not deliver the page in time; try again later",
        )
        .busy("Too many pages are being read.", "Extraction")
}

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
    let fields = body([
        has("url", url()),
        may("content", about(or_null(text()), "Text that the client has already; used as it is.")),
        may("include_metadata", otherwise(or_null(truth()), false)),
    ]);
    let found = answer([
        has("text", text()),
        has("characters_used", count()),
        has("remaining_chars", integer()),
        has(
            "extraction_method",
            one_of([
                "reader_mode",
                "dom_semantic",
                "dom_heuristic",
                "dom_fallback",
                "frontend_provided",
            ]),
        ),
        has("word_count", count()),
        has("processing_time", seconds()),
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
    ]);
    let told = Operation::by_account(
        Tag::Extraction,
        "extract_enhanced",
        "The text of a page, and more about it",
    )
    .takes(&fields, &json!({ "url": PAGE, "include_metadata": true }));
    reads(told).answers(
        found,
        json!({
            "text": "The river rose by an inch in the night.", "characters_used": 39,
            "remaining_chars": 99_961, "extraction_method": "reader_mode", "word_count": 9,
            "processing_time": 0.21, "success": true, "content_source": "backend_extracted",
            "using_provided_content": false,
            "metadata": { "title": "The mill", "confidence": 0.65 },
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

pub(crate) fn methods() -> Operation {
    let one = answer([
        has("id", text()),
        has("name", text()),
        has("description", text()),
        has("speed", text()),
        has("accuracy", text()),
        has("available", truth()),
        has("recommended_for", list(text())),
    ]);
    let all = answer([
        has("methods", list(one)),
        has("default_strategy", text()),
        has("health_status", answer([has("status", one_of(["healthy"]))])),
        has("service_type", text()),
        has(
            "features",
            answer([
                has("content_extraction", truth()),
                has("speech_synthesis", truth()),
                has("real_time_progress", truth()),
            ]),
        ),
    ]);
    Operation::by_account(Tag::Extraction, "extract_methods", "The ways to find a page's text").answers(all, json!({
        "methods": [{
            "id": "reader_mode", "name": "Reader mode",
            "description": "The readability algorithm of browsers", "speed": "fast",
            "accuracy": "medium", "available": true, "recommended_for": ["articles", "long reads"],
        }],
        "default_strategy": "intelligent_fallback",
        "health_status": { "status": "healthy" },
        "service_type": "Content Extraction with TTS",
        "features": {
            "content_extraction": true, "speech_synthesis": true, "real_time_progress": true,
        },
    }))
}
