//! `GET /api/extract/methods`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, auth::Caller};

pub(crate) async fn methods(State(app): State<Arc<App>>, _: Caller) -> Json<Value> {
    let textract = app.extraction.reads_pictures();
    Json(json!({
        "methods": [
            method("textract", "AWS Textract", "Reads PDF documents that are pictures; needs an AWS account",
                   "medium", "very-high", textract, ["scanned documents", "complex layouts"]),
            method("dom_semantic", "Semantic DOM", "The text of article and main elements",
                   "fast", "high", true, ["blogs", "news"]),
            method("dom_heuristic", "Heuristic DOM", "Paragraphs that are prose rather than links",
                   "fast", "medium-high", true, ["older pages", "forums"]),
            method("reader_mode", "Reader mode", "The readability algorithm of browsers",
                   "fast", "medium", true, ["articles", "long reads"]),
        ],
        "default_strategy": "intelligent_fallback",
        "health_status": { "status": "healthy" },
        "service_type": "Content Extraction with TTS",
        "features": {
            "content_extraction": true,
            "speech_synthesis": true,
            "real_time_progress": true,
        },
    }))
}

fn method(
    id: &str,
    name: &str,
    description: &str,
    speed: &str,
    accuracy: &str,
    available: bool,
    recommended_for: [&str; 2],
) -> Value {
    json!({
        "id": id,
        "name": name,
        "description": description,
        "speed": speed,
        "accuracy": accuracy,
        "available": available,
        "recommended_for": recommended_for,
    })
}
