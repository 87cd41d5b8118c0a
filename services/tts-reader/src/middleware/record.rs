//! What the logs are told of a request that is answered.

use std::{net::IpAddr, time::Duration};

use axum::http::{Method, StatusCode};

use super::RequestId;
use crate::{app::App, audit::Level, settings::RequestLog};

/// Longest part of a path in a line of the audit log.
const PATH_CHARACTERS: usize = 200;

/// A request.
pub(super) struct Seen {
    pub(super) method: Method,
    /// The route's pattern; `None` when no route matched.
    pub(super) route: Option<String>,
    /// Never the query: a signed link's signature is a secret.
    pub(super) path: String,
    /// Who asked, as far as the proxies before the service are trusted.
    pub(super) peer: Option<IpAddr>,
}

/// What became of it.
pub(super) struct Ended<'r> {
    pub(super) id: &'r RequestId,
    pub(super) status: StatusCode,
    pub(super) took: Duration,
    pub(super) user: Option<&'r str>,
    /// Why it was refused or failed.
    pub(super) cause: &'r str,
}

impl Seen {
    /// A line in the log, as far as such requests get one, and one in the audit log for what was
    /// refused or failed.
    pub(super) fn record(&self, app: &App, ended: &Ended<'_>) {
        let kind = kind(ended.status);
        if kind <= app.settings.log_requests {
            self.log(kind, ended);
        }
        let level = match kind {
            RequestLog::Failed => Level::Error,
            RequestLog::Refused => Level::Warning,
            RequestLog::All => return,
        };
        app.audit.write(level, "app.api", &self.line(ended));
    }

    fn log(&self, kind: RequestLog, ended: &Ended<'_>) {
        let (method, path, status) = (&self.method, &self.path, ended.status.as_u16());
        let took_ms = (ended.took.as_secs_f64() * 1e6).round() / 1e3;
        let (user, peer, cause) = (ended.user.unwrap_or("-"), self.peer(), ended.cause);
        if kind == RequestLog::Failed {
            tracing::error!(%method, path, status, took_ms, user, peer, cause, "a request failed");
        } else if kind == RequestLog::Refused {
            tracing::info!(%method, path, status, took_ms, user, peer, cause, "a request refused");
        } else {
            tracing::info!(%method, path, status, took_ms, user, peer, "a request answered");
        }
    }

    fn line(&self, ended: &Ended<'_>) -> String {
        let path = match self.path.char_indices().nth(PATH_CHARACTERS) {
            Some((end, _)) => format!("{}…", &self.path[..end]),
            None => self.path.clone(),
        };
        format!(
            "{} {path} answered {} to {} at {}, request {}: {}",
            self.method,
            ended.status.as_u16(),
            ended.user.unwrap_or("-"),
            self.peer(),
            ended.id,
            ended.cause
        )
    }

    fn peer(&self) -> String {
        self.peer.map_or_else(|| "-".to_owned(), |peer| peer.to_string())
    }
}

/// Which of the logged kinds an answer is.
fn kind(status: StatusCode) -> RequestLog {
    // The service is well where it is busy, or was not made for what is asked.
    let well = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::NOT_IMPLEMENTED].contains(&status);
    if well || status.is_client_error() {
        RequestLog::Refused
    } else if status.is_server_error() {
        RequestLog::Failed
    } else {
        RequestLog::All
    }
}
