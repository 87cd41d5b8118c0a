//! `GET /`: the service card.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::app::App;

/// The card's version is the contract's, which clients know, not this crate's.
pub(crate) async fn root(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({
        "service": "TTS Reader API - Enterprise Edition",
        "version": "2.3.0-enterprise",
        "description": "Text extraction and text-to-speech with synchronised highlighting",
        "security": {
            "enterprise_security_enabled": true,
            "audit_logging_enabled": true,
            "rate_limiting_enabled": true,
            "content_validation_enabled": true,
        },
        "features": {
            "textract_extraction": app.extraction.reads_pictures(),
            "dom_extraction": true,
            "advanced_highlighting": true,
            "speech_mark_synchronization": true,
            "real_time_progress": true,
            "chunk_processing": true,
            "quality_analysis": true,
        },
        "endpoints": {
            "health": "/api/health",
            "docs": "/docs",
            "redoc": "/redoc",
            "authentication": "/api/login",
            "extraction": "/api/extract/enhanced",
            "synthesis": "/api/synthesize-with-highlighting",
        },
        "compliance": {
            "security_framework": "OWASP API Security Top 10",
            "audit_trail": "tts_api_audit.log",
            "data_protection": "DELETE /api/user removes an account and everything of it",
            "access_control": "JWT bearer tokens",
        },
    }))
}
