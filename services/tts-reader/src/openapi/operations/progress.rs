//! Following requests.

use serde_json::{Value, json};

use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        about, answer, count, has, list, matching, one_of, or_null, shared, text, text_of, time,
        truth, within,
    },
};

const ID: &str = "3f2a17c0-9a1b-4c3d-8e5f-001122334455";
const UNKNOWN: &str = "Extraction progress not found";

/// The name of a request.
fn id() -> Value {
    matching(text_of(1, 64), "^[A-Za-z0-9_-]+$")
}

/// Of the body of a request that can be followed.
pub(super) fn named() -> Value {
    about(
        or_null(id()),
        "A name of your own for this request, to follow it by; X-Progress-Id does the same.",
    )
}

/// What a request that can be followed takes and ends with beside all else.
pub(super) fn followed(told: Operation) -> Operation {
    told.optional_header(
        "X-Progress-Id",
        &id(),
        "A name of your own for this request, for /api/extract/progress and /api/extract/ws; best a new \
         UUID. The answer has it, too.",
    )
    .refuses(
        409,
        "Another request of yours with this progress id is under way.",
        &format!("A request with the progress id {ID} is under way; give each request its own"),
    )
    .refuses(
        422,
        "The progress id is none.",
        "X-Progress-Id must be 1 to 64 letters, digits, `-` or `_`",
    )
    .header(200, "X-Progress-Id", false)
}

fn status() -> Value {
    one_of(["starting", "processing", "completed", "failed"])
}

fn share() -> Value {
    json!({ "type": "number", "minimum": 0, "maximum": 1 })
}

/// For components: what the WebSocket sends.
pub(in crate::openapi) fn record() -> Value {
    about(
        answer([
            has("status", status()),
            has("message", text()),
            has("progress", about(share(), "The share of the work that is done; it never falls.")),
            has("method", about(or_null(text()), "How the text of the page was found.")),
            has("timestamp", time()),
            has("service", text()),
            has("extraction_id", id()),
            has("enhanced_mode", truth()),
            has("sequence", about(count(), "Counts the records of an id, for `after`.")),
        ]),
        "One message of the WebSocket.",
    )
}

pub(crate) fn progress() -> Operation {
    let moment = answer([
        has("status", status()),
        has("message", text()),
        has("progress", share()),
        has("method", or_null(text())),
        has("timestamp", time()),
    ]);
    let now = answer([
        has("extraction_id", id()),
        has("current_status", status()),
        has("current_message", text()),
        has("progress", share()),
        has("method", or_null(text())),
        has("history", about(list(moment), "The newest at most five records, the newest last.")),
        has("security_validated", truth()),
    ]);
    Operation::by_account(Tag::Extraction, "extract_progress", "What a request is at")
        .about(
            "Of a request that was given a name (X-Progress-Id, or extraction_id in its body), while it is \
             at work and PROGRESS_KEEP_SECONDS longer.",
        )
        .path("id", &text(), "The name of the request.")
        .refuses(404, "None of your requests has that name.", UNKNOWN)
        .answers(
            now,
            json!({
                "extraction_id": ID, "current_status": "processing",
                "current_message": "Spoke 3 of 10 sentences", "progress": 0.29,
                "method": null, "security_validated": true,
                "history": [{
                    "status": "starting", "message": "Starting", "progress": 0.0, "method": null,
                    "timestamp": "2026-11-23T02:27:28.741526+00:00",
                }, {
                    "status": "processing", "message": "Spoke 3 of 10 sentences", "progress": 0.29,
                    "method": null, "timestamp": "2026-11-23T02:27:28.751526+00:00",
                }],
            }),
        )
}

pub(crate) fn follow() -> Operation {
    let error = json!({ "detail": "Follow progress over a WebSocket" });
    Operation::by_account(Tag::Extraction, "extract_follow", "What a request is at, as it goes on")
        .about(
            "A WebSocket (RFC 6455). The access token comes as the subprotocol after `bearer` \
             (`new WebSocket(url, [\"bearer\", token])`), in the header Authorization, or, without either, \
             within PROGRESS_TOKEN_SECONDS as the first message, `{\"token\": \"…\"}`; never in the address. \
             Connect before the request is sent, or while it is at work: each message is a \
             ProgressRecord, the first of them the newest there is (with `after=0` the oldest that is kept), \
             then all that come. The socket is closed with 1000 after \
             the last record, 4401 when the token is worthless or its session is over, 4404 when no request \
             of that name began within PROGRESS_WAIT_SECONDS, 4429 for too many sockets of an account, \
             1008, 1009 for too many or too large messages of yours, 1012 when the service restarts, 1013 \
             when it cannot say. Whoever does not read, or does not answer pings, is dropped; connect \
             again with `after`.",
        )
        .path("id", &text(), "The name of the request.")
        .optional_query(
            "after",
            &within(0, i64::MAX),
            "The sequence of the newest record that you have: those after it are sent.",
        )
        .gives_other(101, "The connection is a WebSocket now.", None)
        .refuses(400, "It is no handshake.", "The header Connection must name Upgrade")
        .refuses(403, "The page is of an origin that is not in CORS_ORIGINS.", "Pages of this origin may not follow progress")
        .refuses(404, "Nothing can have that name.", UNKNOWN)
        .refuses(422, "`after` is no number.", "`after` is the sequence of a record")
        .gives(426, "It is no WebSocket.", shared("Refusal"), error)
        .throttled(
            "The account follows PROGRESS_SUBSCRIBERS_PER_ACCOUNT requests already.",
            "The account follows as many requests as it may",
        )
        .busy("There are PROGRESS_SUBSCRIBERS already.", "Following progress")
}
