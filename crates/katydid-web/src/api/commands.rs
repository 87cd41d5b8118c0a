//! What changes something: orders and changes, read strictly and passed on.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use katydid_core::or_nearest;
use schemars::JsonSchema;
use serde::Serialize;

use super::error::ApiError;
use super::fields::Fields;
use super::table::{CHANGE, ORDER};
use crate::app::App;
use crate::director::{Change, Finding, Order, Severity};
use crate::router::typed;

/// What was found before a start.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ShownFindings {
    findings: Vec<ShownFinding>,
}

/// Something that was looked at.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownFinding {
    what: String,
    /// `good`, `unknown` or `bad`.
    severity: &'static str,
    /// What was seen, and the next step.
    text: String,
}

/// Begins a run.
pub(super) async fn start(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    app.start(order(&headers, &body)?).await?;
    Ok(accepted())
}

/// Looks before a start.
pub(super) async fn look(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let order = order(&headers, &body)?;
    let findings = app.call(move |director| director.look(order)).await?;
    let shown = ShownFindings { findings: findings.into_iter().map(finding).collect() };
    Ok(typed("application/json", serde_json::to_vec(&shown).expect("texts alone")))
}

/// Changes the run.
pub(super) async fn change(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, ApiError> {
    let fields = Fields::read(&headers, &body, &CHANGE)?;
    app.change(wanted(&fields)?).await?;
    Ok(accepted())
}

fn accepted() -> Response {
    (StatusCode::ACCEPTED, [("content-type", "application/json")], "{}").into_response()
}

fn order(headers: &HeaderMap, body: &[u8]) -> Result<Order, ApiError> {
    let fields = Fields::read(headers, body, &ORDER)?;
    let options = fields.options("options");
    // On the command line it may be a file; nobody reads files of this machine from afar.
    let edits = options.get(CLASS_EDITS).into_iter().flatten();
    if edits.into_iter().any(|word| !word.trim_start().starts_with('{')) {
        let text = format!("`{CLASS_EDITS}` is a JSON object here, or a list of them, and no file");
        return Err(ApiError::wrong("wrong", CLASS_EDITS, text));
    }
    Ok(Order {
        options,
        classes: fields.texts("classes"),
        confirmed: fields.flag("confirmed").unwrap_or(false),
    })
}

fn finding(it: Finding) -> ShownFinding {
    let severity = match it.severity {
        Severity::Good => "good",
        Severity::Unknown => "unknown",
        Severity::Bad => "bad",
    };
    ShownFinding { what: it.what, severity, text: it.text }
}

/// The option that edits classes.
const CLASS_EDITS: &str = "config-users";

/// The words of changes, with the fields that each must have.
const CHANGES: [(&str, &[&str]); 9] = [
    ("users", &["users", "spawn_rate"]),
    ("arrival-rate", &["rate"]),
    ("weight", &["class", "weight"]),
    ("pause", &[]),
    ("resume", &[]),
    ("mark", &["text"]),
    ("reset-stats", &[]),
    ("stop", &[]),
    ("cut", &[]),
];
/// Letters of a note on the time line.
const LONGEST_MARK: usize = 200;

fn wanted(fields: &Fields) -> Result<Change, ApiError> {
    let word = fields.text("change").unwrap_or_default();
    let Some((_, own)) = CHANGES.iter().find(|(known, _)| *known == word) else {
        let hint = or_nearest(word, CHANGES.iter().map(|(word, _)| *word));
        return Err(ApiError::wrong("wrong", "change", format!("`{word}` is no change; {hint}")));
    };
    if let Some(odd) = fields.names().find(|name| *name != "change" && !own.contains(name)) {
        let text = format!("`{odd}` has no meaning for the change `{word}`");
        return Err(ApiError::wrong("unknown-field", odd, text));
    }
    if let Some(missing) = own.iter().find(|name| !fields.names().any(|it| it == **name)) {
        let text = format!("the change `{word}` needs `{missing}`");
        return Err(ApiError::wrong("missing-field", missing, text));
    }
    let rate = |name| match fields.number(name) {
        Some(rate) if rate > 0.0 => Ok(rate),
        _ => Err(ApiError::wrong("wrong", name, format!("`{name}` must be above 0"))),
    };
    Ok(match word {
        "users" => Change::Users {
            users: fields.whole("users").unwrap_or_default(),
            spawn_rate: rate("spawn_rate")?,
        },
        "arrival-rate" => Change::ArrivalRate(rate("rate")?),
        "weight" => Change::Weight {
            class: fields.text("class").unwrap_or_default().to_owned(),
            weight: fields.whole("weight").unwrap_or_default(),
        },
        "pause" => Change::Pause,
        "resume" => Change::Resume,
        "mark" => Change::Mark(mark(fields.text("text").unwrap_or_default())?),
        "reset-stats" => Change::ResetStats,
        "stop" => Change::Stop,
        _ => Change::Cut,
    })
}

fn mark(text: &str) -> Result<String, ApiError> {
    let text: String = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let length = text.chars().count();
    if length == 0 || length > LONGEST_MARK {
        let told = format!("`text` has {length} letters; write 1 to {LONGEST_MARK}");
        return Err(ApiError::wrong("wrong", "text", told));
    }
    Ok(text)
}
