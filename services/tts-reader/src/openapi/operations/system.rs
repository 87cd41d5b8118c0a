//! What the service says about itself.

use serde_json::{Value, json};

use crate::openapi::{
    operation::{Operation, Tag},
    schema::{about, answer, count, has, number, one_of, text, time, truth},
};

pub(crate) fn root() -> Operation {
    let card = answer([
        has("service", text()),
        has("version", text()),
        has("description", text()),
        has("security", answers_of(SECURITY, truth)),
        has("features", answers_of(FEATURES, truth)),
        has("endpoints", answers_of(ENDPOINTS, text)),
        has("compliance", answers_of(COMPLIANCE, text)),
    ]);
    Operation::fixed(Tag::System, "service_card", "The service card").answers(
        card,
        json!({
            "service": "TTS Reader API - Enterprise Edition",
            "version": "2.3.0-enterprise",
            "description": "Text extraction and text-to-speech with synchronised highlighting",
            "security": all(SECURITY, &json!(true)),
            "features": all(FEATURES, &json!(true)),
            "endpoints": all(ENDPOINTS, &json!("/api/health")),
            "compliance": all(COMPLIANCE, &json!("JWT bearer tokens")),
        }),
    )
}

const SECURITY: &[&str] = &[
    "enterprise_security_enabled",
    "audit_logging_enabled",
    "rate_limiting_enabled",
    "content_validation_enabled",
];
const FEATURES: &[&str] = &[
    "textract_extraction",
    "dom_extraction",
    "advanced_highlighting",
    "speech_mark_synchronization",
    "real_time_progress",
    "chunk_processing",
    "quality_analysis",
];
const ENDPOINTS: &[&str] =
    &["health", "docs", "redoc", "authentication", "extraction", "synthesis"];
const COMPLIANCE: &[&str] =
    &["security_framework", "audit_trail", "data_protection", "access_control"];

pub(crate) fn health() -> Operation {
    let example = json!({
        "status": "healthy",
        "timestamp": "2026-11-23T01:59:09.379739+00:00",
        "version": "2.3.0-enterprise",
        "database": "sqlite",
        "mode": "normal",
        "services": {
            "database": "healthy", "storage": "healthy", "email": "healthy",
            "speech_engine": "healthy", "extraction_service": "healthy",
            "enhanced_extraction": "healthy", "highlighting_engine": "healthy",
            "payments": "not_configured", "aws_s3": "not_configured",
            "aws_polly": "not_configured", "textract_integration": "not_configured",
        },
        "features": {
            "basic_extraction": true, "enhanced_extraction": true, "textract_integration": false,
            "speech_marks": true, "highlighting": true, "enterprise_security": true,
        },
        "aws_configured": false,
        "user_tier": "free",
    });
    let mut ill = example.clone();
    ill["status"] = "unhealthy".into();
    ill["services"]["database"] = "unhealthy".into();
    Operation::fixed(Tag::System, "health", "Whether the service can do its work")
        .about(
            "Tells how the database and the disk were when last looked at, about a second ago. 503 \
                when one of them is gone, so that a load balancer need not read the body.",
        )
        .answers(condition(), example)
        .gives(503, "The database or the disk is gone.", condition(), ill)
}

fn condition() -> Value {
    let well = || one_of(["healthy", "unhealthy"]);
    let fixed = || one_of(["healthy"]);
    answer([
        has("status", well()),
        has("timestamp", time()),
        has("version", text()),
        has("database", one_of(["sqlite", "postgresql"])),
        has("mode", about(one_of(["normal", "dev", "load-test"]), "What the service is run for.")),
        has(
            "services",
            answer([
                has("database", well()),
                has("storage", well()),
                has("email", one_of(["healthy", "failing", "off"])),
                has("speech_engine", one_of(["healthy", "failing"])),
                has("extraction_service", fixed()),
                has("enhanced_extraction", fixed()),
                has("highlighting_engine", fixed()),
                has(
                    "payments",
                    one_of(["healthy", "recovering", "unavailable", "mock", "not_configured"]),
                ),
                has("aws_s3", one_of(["not_configured", "healthy", "unhealthy"])),
                has("aws_polly", one_of(["not_configured", "healthy", "failing"])),
                has("textract_integration", one_of(["not_configured", "configured"])),
            ]),
        ),
        has(
            "features",
            answers_of(
                &[
                    "basic_extraction",
                    "enhanced_extraction",
                    "textract_integration",
                    "speech_marks",
                    "highlighting",
                    "enterprise_security",
                ],
                truth,
            ),
        ),
        has("aws_configured", truth()),
        has("user_tier", one_of(["free", "premium"])),
    ])
}

pub(crate) fn enterprise_status() -> Operation {
    const ACTIVE: &[&str] = &[
        "request_validation",
        "rate_limiting",
        "content_sanitization",
        "audit_logging",
        "encryption",
        "session_management",
    ];
    const SPEECH: &[&str] =
        &["textract_available", "highlighting_engine", "speech_marks", "quality_analysis"];
    let status = answer([
        has("system_status", one_of(["operational"])),
        has("security_status", text()),
        has("timestamp", time()),
        has(
            "audit_trail",
            answer([
                has("integrity_verified", truth()),
                has("log_count", about(count(), "Lines since the service started.")),
                has("tampering_detected", truth()),
            ]),
        ),
        has("active_security_features", answers_of(ACTIVE, truth)),
        has("tts_features", answers_of(SPEECH, truth)),
    ]);
    Operation::fixed(Tag::System, "enterprise_status", "The state of the audit log, and what is on")
        .answers(
            status,
            json!({
                "system_status": "operational",
                "security_status": "enterprise_compliant",
                "timestamp": "2026-11-23T01:59:09.379739+00:00",
                "audit_trail": {
                    "integrity_verified": true, "log_count": 17, "tampering_detected": false,
                },
                "active_security_features": all(ACTIVE, &json!(true)),
                "tts_features": all(SPEECH, &json!(true)),
            }),
        )
}

pub(crate) fn platform_stats() -> Operation {
    let stats = answer([
        has("total_characters_synthesized", count()),
        has("total_characters_extracted", count()),
        has("total_extractions", count()),
        has("total_syntheses", count()),
        has("total_users", count()),
        has("total_listening_hours", about(number(), "Rounded to a tenth.")),
    ]);
    Operation::open(Tag::System, "platform_stats", "What all accounts did together").answers(
        stats,
        json!({
            "total_characters_synthesized": 8406, "total_characters_extracted": 11133,
            "total_extractions": 5, "total_syntheses": 10, "total_users": 2,
            "total_listening_hours": 0.0,
        }),
    )
}

pub(crate) fn metrics() -> Operation {
    Operation::fixed(Tag::System, "metrics", "Figures of the service for Prometheus").gives_other(
        200,
        "OpenMetrics text.",
        Some("application/openmetrics-text"),
    )
}

/// An object whose fields are all of one kind.
fn answers_of(names: &[&'static str], schema: fn() -> Value) -> Value {
    answer(names.iter().map(|&name| has(name, schema())))
}

fn all(names: &[&str], value: &Value) -> Value {
    names
        .iter()
        .map(|&name| (name.to_owned(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
