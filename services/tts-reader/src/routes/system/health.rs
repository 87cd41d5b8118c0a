//! `GET /api/health`: how the service is, as it was seen last, at most about a second ago.
//!
//! 200 while the service can do its work, 503 when it cannot, so that a load balancer need not
//! read the body. It asks nobody and costs microseconds; `GET /api/admin/health` asks.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use crate::{
    app::App,
    breaker::Condition,
    domain::Timestamp,
    settings::{Settings, SpeechEngine},
};

pub(crate) async fn health(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    let (database, storage) = app.health.told(&app);
    let healthy = database && storage;
    let bucket = app.settings.storage.bucket().is_some();
    let textract = app.extraction.reads_pictures();
    let aws = bucket && storage && polly(&app) == "healthy";
    let word = |well: bool| if well { "healthy" } else { "unhealthy" };
    let body = json!({
        "status": word(healthy),
        "timestamp": Timestamp::now(),
        "version": "2.3.0-enterprise",
        "database": app.store.kind(),
        "mode": mode(&app.settings),
        "services": {
            "database": word(database),
            "storage": word(storage),
            "email": email(&app),
            "speech_engine": speech(&app),
            "extraction_service": "healthy",
            "enhanced_extraction": "healthy",
            "highlighting_engine": "healthy",
            "payments": app.payments.health(),
            "aws_s3": if bucket { word(storage) } else { "not_configured" },
            "aws_polly": polly(&app),
            // It is asked only where a page needs it.
            "textract_integration": if textract { "configured" } else { "not_configured" },
        },
        "features": {
            "basic_extraction": true,
            "enhanced_extraction": true,
            "textract_integration": textract,
            "speech_marks": true,
            "highlighting": true,
            "enterprise_security": true,
        },
        "aws_configured": aws,
        "user_tier": if aws { "premium" } else { "free" },
    });
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body))
}

/// The service can do without it for a while, so it never makes the whole unhealthy.
pub(crate) fn email(app: &App) -> &'static str {
    match app.post.figures() {
        figures if figures.off => "off",
        figures if figures.broken => "failing",
        _ => "healthy",
    }
}

/// An engine elsewhere is left alone while it does not answer.
pub(crate) fn speech(app: &App) -> &'static str {
    if app.speaker.condition() == Condition::Closed { "healthy" } else { "failing" }
}

fn polly(app: &App) -> &'static str {
    match app.settings.speech.engine {
        SpeechEngine::Polly => speech(app),
        _ => "not_configured",
    }
}

/// Seen from outside, so that nobody takes a service for load tests for the real one.
pub(crate) fn mode(settings: &Settings) -> &'static str {
    match (settings.load_test, settings.dev) {
        (true, _) => "load-test",
        (false, true) => "dev",
        (false, false) => "normal",
    }
}
