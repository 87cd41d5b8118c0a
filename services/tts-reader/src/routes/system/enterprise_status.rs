//! `GET /api/enterprise/status`.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{app::App, domain::Timestamp};

pub(crate) async fn enterprise_status(State(app): State<Arc<App>>) -> Json<Value> {
    let (dropped, tampered) = (app.audit.dropped(), app.audit.tampered());
    Json(json!({
        "system_status": "operational",
        "security_status": "enterprise_compliant",
        "timestamp": Timestamp::now(),
        "audit_trail": {
            // Whole as long as it was as it had been left when the service started, and no line
            // was lost to the disk since. Every line: `tts-reader audit verify`.
            "integrity_verified": dropped == 0 && !tampered,
            "log_count": app.audit.written(),
            "tampering_detected": tampered,
        },
        "active_security_features": {
            "request_validation": true,
            "rate_limiting": true,
            "content_sanitization": true,
            "audit_logging": true,
            "encryption": true,
            "session_management": true,
        },
        "tts_features": {
            "textract_available": app.extraction.reads_pictures(),
            "highlighting_engine": true,
            "speech_marks": true,
            "quality_analysis": true,
        },
    }))
}
