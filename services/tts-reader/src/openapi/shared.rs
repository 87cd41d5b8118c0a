//! Shapes and headers that several answers share.

use serde_json::{Value, json};

use super::{
    operations,
    schema::{
        about, answer, count, has, integer, list, may, number, one_of, or_null, shared, text, time,
    },
};

pub(super) fn schemas() -> Value {
    json!({
        "Refusal": about(answer([has("detail", text())]), "What is wrong, in words."),
        "Failure": about(
            answer([has("detail", text()), may("error_code", one_of(["INTERNAL_ERROR"]))]),
            "What failed. The cause is in the service's log.",
        ),
        "Unequipped": about(
            answer([
                has("detail", about(text(), "What it takes, and what would help.")),
                has("error_code", one_of(["NOT_IMPLEMENTED"])),
                has("missing", one_of(["browser", "pdf", "textract"])),
            ]),
            "What this service was not built or set up with.",
        ),
        "Invalid": about(
            answer([has("detail", about(json!({
                "type": "array", "minItems": 1, "items": fault(),
            }), "One entry for each field."))]),
            "Everything that is wrong with the request.",
        ),
        "Tokens": answer([
            has("access_token", about(text(), "A JWT for the header Authorization: Bearer.")),
            has("token_type", one_of(["bearer"])),
            has("refresh_token", about(text(), "For POST /api/refresh, once.")),
        ]),
        "Message": answer([has("message", text())]),
        "Tier": one_of(["FREE", "LIGHT", "PREMIUM", "PRO"]),
        "Transaction": transaction(),
        "Mark": answer([
            has("time", about(count(), "Milliseconds from the start of the audio.")),
            has("type", one_of(["word", "sentence"])),
            has("start", about(count(), "The first character of it in the text, from 0.")),
            has("end", about(count(), "The character after its last.")),
            has("value", text()),
        ]),
        "ProgressRecord": operations::progress::record(),
        "Checkout": answer([has("url", about(text(), "Where to pay."))]),
        "Member": answer([
            has("username", text()),
            has("email", text()),
            has("user_id", text()),
            has("tier", shared("Tier")),
            has("credits", about(count(), "What it was made with.")),
        ]),
    })
}

/// One entry of a 422 answer.
fn fault() -> Value {
    answer([
        has("type", about(text(), "missing, string_too_long, int_parsing, json_invalid, …")),
        has(
            "loc",
            about(
                list(json!({ "type": ["string", "integer"] })),
                "Where: body or query, then the field, or the byte of a body that is not JSON.",
            ),
        ),
        has("msg", text()),
        has("input", about(json!({}), "What was sent, shortened; secrets are blacked out.")),
        may("ctx", json!({ "type": "object" })),
    ])
}

/// Credits that were bought or given together.
fn transaction() -> Value {
    answer([
        has("id", integer()),
        has("credits_purchased", count()),
        has("credits_remaining", count()),
        has("purchase_price", about(or_null(count()), "Cents.")),
        has("tier_at_purchase", or_null(text())),
        has("purchased_at", time()),
        has("expires_at", time()),
        has("days_until_expiration", integer()),
        has("status", one_of(["ACTIVE"])),
        has("stripe_payment_id", or_null(text())),
        has("created_at", time()),
    ])
}

/// What an account can spend, in `/api/user` and `/api/credit-balance`.
pub(super) fn ledger() -> [super::schema::Field; 5] {
    [
        has("credit_balance", count()),
        has("next_expiration", or_null(time())),
        has("days_until_expiration", or_null(integer())),
        has("active_transactions", list(shared("Transaction"))),
        has("total_transactions", count()),
    ]
}

pub(super) fn headers() -> Value {
    let seconds = json!({ "type": "integer", "minimum": 0 });
    let mut headers = json!({});
    for (name, schema, description) in [
        ("Retry-After", seconds.clone(), "Seconds after which another try may succeed."),
        ("WWW-Authenticate", one_of(["Bearer"]), "What opens the route."),
        ("X-Rate-Limit-Remaining", count(), "Requests that are left in this hour."),
        ("X-Rate-Limit-Reset", seconds, "Seconds until one more may be made."),
        ("Idempotent-Replayed", one_of(["true"]), "The answer was given before."),
        (
            "X-Cache",
            one_of(["HIT", "MISS"]),
            "HIT: the account had the same text spoken before, and the audio is that one.",
        ),
        ("X-Usage-Warning", text(), "At least 80 % of the month's characters are used."),
        ("Allow", text(), "The methods that the path has."),
        ("X-Progress-Id", text(), "The name that you gave to the request."),
    ] {
        let header = |required: bool| json!({ "description": description, "required": required, "schema": schema });
        headers[name] = header(true);
        headers[format!("Maybe-{name}")] = header(false);
    }
    headers
}

/// What paths and methods answer that are not served; no route can name them.
pub(super) fn responses() -> Value {
    let refusal = |detail: &str| {
        json!({ "application/json": {
            "schema": shared("Refusal"),
            "example": { "detail": detail },
        } })
    };
    json!({
        "BadRequest": {
            "description": "What came is no HTTP/1.1.",
            "content": refusal("Invalid HTTP request"),
        },
        "RequestTimeout": {
            "description": "The head did not arrive within HEADER_TIMEOUT_SECONDS.",
            "content": refusal("The request's head did not arrive within 10 seconds"),
        },
        "ContentTooLarge": {
            "description": "The body is announced larger than MAX_CONTENT_LENGTH.",
            "content": refusal("Request body larger than 2097152 bytes"),
        },
        "UriTooLong": {
            "description": "The address is longer than MAX_URL_LENGTH.",
            "content": refusal("Request address longer than 8192 bytes"),
        },
        "HeadTooLarge": {
            "description": "The head is larger than MAX_HEADER_BYTES or has more than MAX_HEADERS fields.",
            "content": refusal("Request head larger than 16384 bytes or 100 fields"),
        },
        "TooManyConnections": {
            "description": "All connections are taken.",
            "headers": { "Retry-After": { "$ref": "#/components/headers/Retry-After" } },
            "content": refusal("The service is busy; try again in 1 seconds"),
        },
        "NotFound": {
            "description": "There is no such path.",
            "content": refusal("Not Found"),
        },
        "MethodNotAllowed": {
            "description": "The path has other methods.",
            "headers": { "Allow": { "$ref": "#/components/headers/Allow" } },
            "content": refusal("Method Not Allowed"),
        },
    })
}

/// Milliseconds and seconds as numbers with a fraction.
pub(super) fn seconds() -> Value {
    about(number(), "Seconds.")
}
