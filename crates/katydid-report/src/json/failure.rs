//! The lines of `--log-failures`.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use katydid_core::Exemplar;
use serde::Serialize;
use serde_json::json;

/// A failure as a line.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    ended_s: f64,
    user: u32,
    class: &'a str,
    flow: &'a str,
    task: &'a str,
    tags: &'a [std::sync::Arc<str>],
    method: &'a str,
    name: &'a str,
    url: &'a str,
    status: Option<u16>,
    kind: String,
    error: Option<&'a str>,
    response_ms: f64,
    service_ms: f64,
    phases_ms: PhasesMs,
    server_timing: Vec<Stated<'a>>,
    redirects: u32,
    retry: bool,
    traceparent: Option<&'a str>,
    request: &'a str,
    answer: &'a str,
    curl: &'a str,
}

#[derive(Serialize)]
struct PhasesMs {
    dns: f64,
    connect: f64,
    tls: f64,
    send: f64,
    wait: f64,
    receive: f64,
}

/// A stage that the answer names in `Server-Timing`.
#[derive(Serialize)]
struct Stated<'a> {
    name: &'a str,
    ms: Option<f64>,
    about: &'a str,
}

/// A failure as one line of JSON; `written` is the moment of writing, soon after it.
pub fn failure(failure: &Exemplar, written: SystemTime) -> Vec<u8> {
    let ms = |time: Duration| time.as_nanos() as f64 / 1e6;
    let [dns, connect, tls, send, wait, receive] = failure.phases.times().map(ms);
    let stated = failure.server_timing.iter();
    let stated = stated.map(|it| Stated { name: &it.name, ms: it.time.map(ms), about: &it.about });
    let line = Line {
        time: Timestamp::try_from(written).map(|time| format!("{time:.3}")).unwrap_or_default(),
        ended_s: failure.ended.as_secs_f64(),
        user: failure.user,
        class: &failure.class,
        flow: &failure.flow,
        task: &failure.task,
        tags: &failure.tags,
        method: &failure.method,
        name: &failure.name,
        url: &failure.url,
        status: failure.status,
        kind: failure.why.to_string(),
        error: failure.error.as_deref(),
        response_ms: ms(failure.response_time),
        service_ms: ms(failure.service_time),
        phases_ms: PhasesMs { dns, connect, tls, send, wait, receive },
        server_timing: stated.collect(),
        redirects: failure.redirects,
        retry: failure.retry,
        traceparent: failure.traceparent.as_deref(),
        request: &failure.request,
        answer: &failure.answer,
        curl: &failure.curl,
    };
    let mut bytes = serde_json::to_vec(&line).expect("memory takes everything, and keys are texts");
    bytes.push(b'\n');
    bytes
}

/// The last line of a log that lacks some.
pub fn dropped(count: u64) -> Vec<u8> {
    format!("{}\n", json!({ "dropped": count })).into_bytes()
}
