//! How long requests are followed, and by how many.

use super::setting::{Setting, row};

pub(super) const ROWS: &[Setting] = &[
    row(
        "PROGRESS_HEARTBEAT_SECONDS",
        "how often who follows a request is asked whether it is there; two silent times end it",
        "20",
        |s, _| s.progress.heartbeat.as_secs().to_string(),
    ),
    row(
        "PROGRESS_KEEP_SECONDS",
        "how long progress is kept after the end of its request",
        "600",
        |s, _| s.progress.keep.as_secs().to_string(),
    ),
    row(
        "PROGRESS_SUBSCRIBERS",
        "WebSockets that follow requests at the same time, else 503",
        "5000",
        |s, _| s.progress.subscribers.to_string(),
    ),
    row(
        "PROGRESS_SUBSCRIBERS_PER_ACCOUNT",
        "those of one account, else closed: 4429",
        "1000",
        |s, _| s.progress.subscribers_of_account.to_string(),
    ),
    row(
        "PROGRESS_TOKEN_SECONDS",
        "how long a WebSocket may take to send the access token that its request had not",
        "5",
        |s, _| s.progress.token_time.as_secs().to_string(),
    ),
    row(
        "PROGRESS_WAIT_SECONDS",
        "how long a WebSocket waits for a request that has not begun",
        "60",
        |s, _| s.progress.wait.as_secs().to_string(),
    ),
];
