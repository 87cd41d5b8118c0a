//! `GET /api/extract/textract/status` and `…/verify`: which ways of extraction this service has.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{
    app::App, auth::Caller, domain::Timestamp, errors::ApiError, speech::Engine, textract,
};

/// As this process saw it since it started.
pub(crate) async fn status(State(app): State<Arc<App>>, _: Caller) -> Json<Value> {
    let figures = app.extraction.figures();
    let tried = figures.read + figures.unread;
    let share = |part: f64, whole: u64| (whole > 0).then(|| part / whole as f64);
    let mut methods = vec!["dom_semantic", "dom_heuristic", "reader_mode", "dom_fallback"];
    if app.extraction.reads_pdf() {
        methods.push("pdf_text");
    }
    let textract = app.extraction.reads_pictures();
    if textract {
        methods.push("textract");
    }
    Json(json!({
        "textract_available": textract,
        "aws_configured": app.settings.aws.is_some(),
        "extraction_methods": methods,
        "last_test": Timestamp::now(),
        "performance_metrics": {
            "avg_extraction_time": share(figures.took.as_secs_f64(), figures.read),
            "success_rate": share(figures.read as f64, tried),
        },
        "security_status": {
            "audit_trail_entries": app.audit.written(),
            "textract_available": textract,
            "security_validation_enabled": true,
            "content_sanitization_enabled": true,
        },
        "system_health": {
            "extraction_manager_healthy": true,
            "text_processor_healthy": true,
            "progress_tracking_healthy": true,
            "textract_processor_available": textract,
            "extractors_available": true,
            "timing_system_fixed": true,
        },
    }))
}

pub(crate) async fn verify(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Json<Value>, ApiError> {
    let credits = app.store.spendable(&account.user_id, Timestamp::now()).await?;
    let (aws, storage) = (app.settings.aws.as_ref(), &app.settings.storage);
    let (textract, polly) = (app.extraction.reads_pictures(), app.speaker.name() == "polly");
    let why_not = |there: bool, why: &str| (!there).then(|| format!("not configured: {why}"));
    let unread = if app.extraction.reads_pdf() {
        format!("this service lacks {}", textract::LACKING)
    } else {
        "this service runs inside another program, and reads no PDF documents".to_owned()
    };
    Ok(Json(json!({
        "textract": {
            "available": textract,
            "error": why_not(textract, &unread),
            "region": aws.filter(|_| textract).map(|aws| &aws.region),
        },
        "s3": {
            "available": storage.bucket().is_some(),
            "bucket": storage.bucket(),
            "error": why_not(storage.bucket().is_some(), "audio is kept on disk"),
        },
        "polly": {
            "available": polly,
            "voice_count": voices(&app),
            "error": why_not(polly, &format!("SPEECH_ENGINE is {}", app.speaker.name())),
        },
        "overall": {
            "aws_configured": aws.is_some(),
            "enhanced_extraction_available": true,
            "user_tier": "free",
            "fallback_mode": !textract,
        },
        "recommendations": {
            "use_textract": textract,
            "use_polly": polly,
            "use_web_speech_fallback": false,
        },
        "user_info": {
            "username": account.username,
            "remaining_chars": account.remaining_chars,
            "has_premium": !credits.is_empty(),
        },
    })))
}

/// Voices that can be had, as far as is known.
fn voices(app: &App) -> usize {
    let engines = [Engine::Standard, Engine::Neural];
    let all = tts_reader_speech::voices().iter();
    all.filter(|voice| engines.iter().any(|engine| app.speaker.offers(voice, *engine).is_ok()))
        .count()
}
