//! What is kept of a request: what was sent, what came back, and how to send it again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::failure::FailureKind;
use crate::sample::Phases;

/// Why a request was kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Why {
    /// It failed.
    Failed(FailureKind),
    /// It succeeded, and took longer than 99 of 100 of its row.
    #[default]
    Slow,
}

/// The class of the failure, or `slow`.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(kind) => kind.fmt(f),
            Self::Slow => f.write_str("slow"),
        }
    }
}

/// One request with what is needed to understand it and to send it again.
///
/// Secrets are masked in every text of it, and no text has control characters but line ends and
/// tabs. What is missing was not there: a request that timed out has no answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemplar {
    /// Why it was kept.
    pub why: Why,
    /// When it ended, since the start of the run.
    pub ended: Duration,
    /// The number of the user in the run.
    pub user: u32,
    /// The user's class.
    pub class: Arc<str>,
    /// The flow of the task; empty outside flows.
    pub flow: Arc<str>,
    /// The task; empty in `on_start` and `on_stop`.
    pub task: Arc<str>,
    /// The tags of its row.
    pub tags: Arc<[Arc<str>]>,
    /// The method of its row.
    pub method: Arc<str>,
    /// The name of its row.
    pub name: Arc<str>,
    /// The address that was asked last, after redirects.
    pub url: String,
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// Why it failed, in words; `None` for a success.
    pub error: Option<String>,
    /// Due to last byte.
    pub response_time: Duration,
    /// Sent to last byte.
    pub service_time: Duration,
    /// Where the service time went.
    pub phases: Phases,
    /// What the answer says of its time (`Server-Timing`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub server_timing: Vec<StatedTime>,
    /// Redirects followed; `request`, `answer` and `curl` are the last hop then.
    pub redirects: u32,
    /// Whether it repeats a request that came to nothing.
    pub retry: bool,
    /// The request as sent: its head and the beginning of its body.
    pub request: String,
    /// The answer: its head and the beginning of its body, decompressed. Empty without one.
    pub answer: String,
    /// The `traceparent` header that it carried.
    pub traceparent: Option<String>,
    /// A command line for bash that sends the request again; secrets are variables in it.
    pub curl: String,
}

/// A stage that an answer names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatedTime {
    /// Its name.
    pub name: String,
    /// How long it took, if the answer says so.
    pub time: Option<Duration>,
    /// More about it; often empty.
    pub about: String,
}

impl Exemplar {
    /// Bytes of text that are its own.
    pub(crate) fn text_bytes(&self) -> usize {
        let Self { url, error, request, answer, traceparent, curl, .. } = self;
        let own = [url, request, answer, curl].map(String::len);
        let perhaps = [error, traceparent].map(|text| text.as_ref().map_or(0, String::len));
        let stated = self.server_timing.iter().map(|it| it.name.len() + it.about.len());
        own.into_iter().chain(perhaps).chain(stated).sum()
    }
}
