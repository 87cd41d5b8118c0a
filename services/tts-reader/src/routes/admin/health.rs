//! `GET /api/admin/health`: asks the database and the disk now, and tells all that the service knows
//! of itself.

use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::gate::Admin;
use crate::{
    app::App,
    domain::Timestamp,
    health::Probe,
    routes::system::{email, mode, speech},
    workers::Figures,
};

pub(crate) async fn health(State(app): State<Arc<App>>, Admin(_): Admin) -> Json<Value> {
    let look = app.health.look(&app).await;
    let healthy = look.database.is_well() && look.storage.is_well();
    let pools = app.store.figures().pools.into_iter().map(|(pool, now)| {
        json!({ "pool": pool, "size": now.size, "in_use": now.in_use, "waiting": now.waiting })
    });
    let post = app.post.figures();
    Json(json!({
        "status": word(healthy),
        "timestamp": Timestamp::now(),
        "mode": mode(&app.settings),
        "uptime_seconds": app.started.elapsed().as_secs(),
        "probes": { "database": probe(&look.database), "storage": probe(&look.storage) },
        "breakers": {
            "email": email(&app),
            "payments": app.payments.health(),
            "speech": speech(&app),
        },
        "speech_engine": app.speaker.name(),
        "database": { "kind": app.store.kind(), "pools": pools.collect::<Value>() },
        "queues": {
            "speech": queue(app.speaker.figures()),
            "passwords": queue(app.passwords.figures()),
            "extraction": { "in_flight": app.extraction.figures().in_flight },
            "letters": { "waiting": post.waiting, "failed": post.failed },
        },
        "connections": { "open": app.places.taken(), "limit": app.places.limit() },
        "audit_trail": {
            "lines_written": app.audit.written(),
            "lines_dropped": app.audit.dropped(),
            "tampering_detected": app.audit.tampered(),
        },
    }))
}

fn word(well: bool) -> &'static str {
    if well { "healthy" } else { "unhealthy" }
}

fn probe(it: &Probe) -> Value {
    let milliseconds = |took: Duration| (took.as_secs_f64() * 1e6).round() / 1e3;
    json!({
        "status": word(it.is_well()),
        "milliseconds": milliseconds(it.took),
        "trouble": it.trouble,
    })
}

fn queue(it: Figures) -> Value {
    json!({ "running": it.running, "waiting": it.waiting, "refused": it.refused })
}
