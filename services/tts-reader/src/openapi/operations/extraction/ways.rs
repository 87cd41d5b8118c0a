//! The ways to a text, and how they did.

use serde_json::{Value, json};

use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        Field, about, answer, count, counts, has, integer, list, number, one_of, or_null,
        otherwise, text, time, truth, within,
    },
    shared::seconds,
};

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
