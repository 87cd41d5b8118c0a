//! Text of web pages.

use serde_json::{Value, json};

use super::{
    progress::{followed, named},
    speech::url,
};
use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        Field, about, answer, body, count, counts, has, integer, list, may, number, one_of,
        or_null, otherwise, shared, text, time, truth, within,
    },
    shared::seconds,
};

const PAGE: &str = "https://example.com/article";

/// How the text of a page was found.
pub(super) fn method() -> Value {
    one_of(["reader_mode", "dom_semantic", "dom_heuristic", "dom_fallback", "pdf_text", "textract"])
}

/// What reading a page can end with.
pub(super) fn reads(told: Operation) -> Operation {
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
fn tries(told: Operation) -> Operation {
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
fn highlighting() -> Value {
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
fn page_or_text() -> [Field; 3] {
    [
        has("url", url()),
        may("content", about(or_null(text()), "Text that the client has already; used as it is.")),
        may("extraction_id", named()),
    ]
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
    let flag = || otherwise(or_null(truth()), false);
    let mut fields = Vec::from(page_or_text());
    fields.extend([may("include_metadata", flag()), may("enableHighlighting", flag())]);
    let fields = body(fields);
    let found = answer([
        has("text", text()),
        has("characters_used", count()),
        has("remaining_chars", integer()),
        has("extraction_method", method_or_provided()),
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
        may("highlighting", highlighting()),
    ]);
    let told = Operation::by_account(
        Tag::Extraction,
        "extract_enhanced",
        "The text of a page, and more about it",
    )
    .takes(&fields, &json!({ "url": PAGE, "include_metadata": true }));
    followed(reads(told)).answers(
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

pub(crate) fn with_speech_marks() -> Operation {
    let mark = answer([
        has("time", about(or_null(integer()), "Null: known when it is spoken.")),
        has("type", one_of(["sentence", "word"])),
        has("start", count()),
        has("end", count()),
        has("value", text()),
    ]);
    let found = answer([
        has("text", text()),
        has("characters_used", count()),
        has("remaining_chars", integer()),
        has("extraction_method", method_or_provided()),
        has("word_count", count()),
        has("processing_time", seconds()),
        has("speech_marks", list(mark)),
    ]);
    let told = Operation::by_account(
        Tag::Extraction,
        "extract_with_speech_marks",
        "The text of a page, and where its sentences and words are",
    )
    .takes(&body(page_or_text()), &json!({ "url": PAGE }));
    followed(reads(told)).answers(
        found,
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

pub(crate) fn analytics() -> Operation {
    let site = answer([has("domain", text()), has("count", count())]);
    let all = answer([
        has("period_days", count()),
        has("total_extractions", count()),
        has("total_characters", count()),
        has("average_characters", number()),
        has("avg_extraction_time", seconds()),
        has("methods", about(counts(), "Extractions by method.")),
        has("top_sites", list(site)),
    ]);
    Operation::by_account(Tag::Extraction, "extract_analytics", "What you extracted lately")
        .optional_query("days", &otherwise(within(1, 366), 7), "Up to now.")
        .invalid()
        .answers(
            all,
            json!({
                "period_days": 7, "total_extractions": 2, "total_characters": 5548,
                "average_characters": 2774.0, "avg_extraction_time": 0.2,
                "methods": { "dom_semantic": 2 },
                "top_sites": [{ "domain": "example.com", "count": 2 }],
            }),
        )
}

pub(crate) fn status() -> Operation {
    let truths = |names: &[&'static str]| answer(names.iter().map(|name| has(name, truth())));
    let all = answer([
        has("textract_available", truth()),
        has("aws_configured", truth()),
        has("extraction_methods", list(text())),
        has("last_test", time()),
        has(
            "performance_metrics",
            about(
                answer([
                    has("avg_extraction_time", or_null(number())),
                    has("success_rate", or_null(number())),
                ]),
                "Of this process since it started; null: nothing was extracted yet.",
            ),
        ),
        has(
            "security_status",
            answer([
                has("audit_trail_entries", count()),
                has("textract_available", truth()),
                has("security_validation_enabled", truth()),
                has("content_sanitization_enabled", truth()),
            ]),
        ),
        has(
            "system_health",
            truths(&[
                "extraction_manager_healthy",
                "text_processor_healthy",
                "progress_tracking_healthy",
                "textract_processor_available",
                "extractors_available",
                "timing_system_fixed",
            ]),
        ),
    ]);
    Operation::by_account(Tag::Extraction, "textract_status", "How extraction does").answers(
        all,
        json!({
            "textract_available": false, "aws_configured": false,
            "extraction_methods": ["dom_semantic", "dom_heuristic", "reader_mode", "dom_fallback", "pdf_text"],
            "last_test": "2026-11-23T01:59:09.379739+00:00",
            "performance_metrics": { "avg_extraction_time": 0.21, "success_rate": 0.97 },
            "security_status": {
                "audit_trail_entries": 12, "textract_available": false,
                "security_validation_enabled": true, "content_sanitization_enabled": true,
            },
            "system_health": {
                "extraction_manager_healthy": true, "text_processor_healthy": true,
                "progress_tracking_healthy": true, "textract_processor_available": false,
                "extractors_available": true, "timing_system_fixed": true,
            },
        }),
    )
}

/// A service of AWS: whether it is there, and why not.
fn probed(more: Field) -> Value {
    answer([has("available", truth()), has("error", or_null(text())), more])
}

pub(crate) fn verify() -> Operation {
    let all = answer([
        has("textract", probed(has("region", or_null(text())))),
        has("s3", probed(has("bucket", or_null(text())))),
        has("polly", probed(has("voice_count", count()))),
        has(
            "overall",
            answer([
                has("aws_configured", truth()),
                has("enhanced_extraction_available", truth()),
                has("user_tier", one_of(["free", "premium"])),
                has("fallback_mode", truth()),
            ]),
        ),
        has(
            "recommendations",
            answer([
                has("use_textract", truth()),
                has("use_polly", truth()),
                has("use_web_speech_fallback", truth()),
            ]),
        ),
        has(
            "user_info",
            answer([
                has("username", text()),
                has("remaining_chars", integer()),
                has("has_premium", truth()),
            ]),
        ),
    ]);
    let example = json!({
        "textract": { "available": false, "error": "not configured", "region": null },
        "s3": { "available": false, "bucket": null, "error": "not configured" },
        "polly": { "available": false, "voice_count": 23, "error": "not configured" },
        "overall": {
            "aws_configured": false, "enhanced_extraction_available": true,
            "user_tier": "free", "fallback_mode": true,
        },
        "recommendations": {
            "use_textract": false, "use_polly": false, "use_web_speech_fallback": false,
        },
        "user_info": { "username": "ann", "remaining_chars": 100_000, "has_premium": true },
    });
    Operation::by_account(Tag::Extraction, "textract_verify", "Which services of AWS are used")
        .answers(all, example)
}
