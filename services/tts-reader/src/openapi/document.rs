//! The document as a whole.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use super::{operation::Tag, shared};
use crate::{route::Route, router};

/// The document of the service as it runs, as text; with `dev` also the routes for load tests.
pub(crate) fn document(dev: bool) -> &'static str {
    static NORMAL: LazyLock<String> = LazyLock::new(|| text(&router::table(false)));
    static DEV: LazyLock<String> = LazyLock::new(|| text(&router::table(true)));
    if dev { &DEV } else { &NORMAL }
}

fn text(routes: &[Route]) -> String {
    format!("{:#}\n", make(routes))
}

const DESCRIPTION: &str = "\
Web pages and texts in, speech with synchronised marks out; accounts, credits and payments around it.

Every path may end with a slash. GET routes also answer HEAD. A page of an allowed origin may ask with \
OPTIONS first (CORS). Fields of a request that nobody knows are ignored; a text with the character \
U+0000 is refused (422).

A path that is not served answers 404, another method 405 with `Allow`, both as `{\"detail\": …}`. \
Every answer carries the security headers and `X-Request-Id`: that of the request, if it is 1 to 128 letters, \
digits, `.`, `_` or `-`, else a new one. `Retry-After` comes with every 429 and 507, and with every 503 but that \
of /api/health. `Server-Timing` (unless SERVER_TIMING is false) tells in milliseconds where the time of the answer \
went: hash, sql, queue, synthesis, encoding, storage, fetch, parse, each only if there was any, and total.

What never becomes a request of a route is refused in the same form: 400 for what is no HTTP/1.1, 408 for a head \
that does not arrive in time, 413 for a body that is announced too large, 414 for a long address, 431 for a large \
head, 503 when there are too many connections.";

/// Version 3.1.
fn make(routes: &[Route]) -> Value {
    let mut paths = Map::new();
    for route in routes {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = route.told.json();
    }
    let used: Vec<Value> = Tag::ALL
        .into_iter()
        .map(Tag::name)
        .filter(|name| paths.values().any(|path| mentions(path, name)))
        .map(|name| json!({ "name": name }))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "TTS Reader",
            "version": "2.3.0-enterprise",
            "description": DESCRIPTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": used,
        "paths": paths,
        "components": {
            "schemas": shared::schemas(),
            "headers": shared::headers(),
            "responses": shared::responses(),
            "securitySchemes": { "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token of POST /api/login.",
            } },
        },
    })
}

fn mentions(path: &Value, tag: &str) -> bool {
    path.as_object().into_iter().flatten().any(|(_, operation)| operation["tags"][0] == tag)
}
