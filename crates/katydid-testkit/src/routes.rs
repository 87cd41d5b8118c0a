//! Which path gives which answer.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use crate::compressed::{self, Bombs};
use crate::reply::{Body, Fault, Reply};
use crate::request::Request;
use crate::share;

/// The body of `/ok`: 23 bytes.
pub const OK_BODY: &str = r#"{"status":"ok","n":123}"#;

/// What `/gzip`, `/brotli` and `/zstd` hold when unpacked.
pub const COMPRESSED_BODY: &str =
    "So many words, so many words, so many words, and so little said in so many words.";

/// The chunk with this number of the answer of `/chunked/{n}`, counted from 0.
pub fn chunk(number: usize) -> String {
    format!("chunk {number:06}\n")
}

/// Answers a request, the `nth` of its path.
pub(crate) async fn answer(request: &Request, nth: u64, bombs: &Bombs) -> Reply {
    let path = request.path();
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match *parts.as_slice() {
        ["ok"] => ok(),
        ["reset"] => Reply::fault(Fault::Reset),
        ["close"] => Reply::fault(Fault::Close),
        ["garbage"] => Reply::fault(Fault::Garbage),
        ["cookies"] => cookies(request),
        ["timed"] => ok()
            .header("server-timing", "sql;dur=1.5, cache;desc=hit")
            .header("server-timing", "speech;dur=20;desc=\"two sentences, token=planted\""),
        ["x-cache", word] => ok().header("x-cache", word),
        ["echo"] => echo(request),
        ["gzip" | "brotli" | "zstd"] => compressed::text(parts[0]).await,
        ["set-cookie", name, value] => {
            Reply::text(200, "cookie set").header("set-cookie", format!("{name}={value}; Path=/"))
        }
        ["errors", percent] => match percent.parse::<f64>() {
            Ok(percent) if share::hits(nth, percent / 100.0) => status(500),
            Ok(_) => ok(),
            Err(_) => not_found(path),
        },
        [route, number] => match number.parse() {
            Ok(number) => numbered(route, number, bombs).await,
            Err(_) => not_found(path),
        },
        _ => not_found(path),
    }
}

/// The routes with one number.
async fn numbered(route: &str, number: u64, bombs: &Bombs) -> Reply {
    let wait = Duration::from_millis(number);
    match route {
        "delay" => Reply { delay: wait, ..ok() },
        "slow-body" => Reply { body_delay: wait, ..ok() },
        "status" => status(number),
        "size" => Reply::text(200, "").with_body(Body::Fill(number)),
        "half" => broken(Fault::Half, number),
        "unfinished" => broken(Fault::Unfinished, number),
        "wrong-length" => broken(Fault::WrongLength, number.saturating_mul(2)),
        "chunked" => {
            let chunks = (0..number.min(1 << 20) as usize).map(|n| Bytes::from(chunk(n)));
            Reply::text(200, "").with_body(Body::Chunks(chunks.collect()))
        }
        "redirect" => match number {
            0 => ok(),
            1 => redirect(302, "/ok"),
            hops => redirect(302, &format!("/redirect/{}", hops - 1)),
        },
        "redirect-status" if (300..400).contains(&number) => redirect(number as u16, "/echo"),
        "bomb" => bombs.get(number).await,
        _ => not_found(&format!("/{route}/{number}")),
    }
}

/// An answer of so many `x` whose length is announced wrongly.
fn broken(fault: Fault, length: u64) -> Reply {
    let body = Body::Bytes(vec![b'x'; length.clamp(1, 1 << 24) as usize].into());
    Reply::fault(fault).with_body(body)
}

fn ok() -> Reply {
    Reply::json(OK_BODY)
}

fn not_found(path: &str) -> Reply {
    Reply::text(404, format!("the test server has no {path}\n"))
}

fn status(code: u64) -> Reply {
    match code {
        // 101 would promise another protocol.
        100 | 102..200 => Reply { interim: Some(code as u16), ..ok() },
        200..1000 => Reply::text(code as u16, format!("status {code}\n")),
        _ => not_found(&format!("/status/{code}")),
    }
}

fn redirect(status: u16, to: &str) -> Reply {
    Reply::text(status, "elsewhere\n").header("location", to)
}

fn cookies(request: &Request) -> Reply {
    let pairs: BTreeMap<&str, &str> = request
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("cookie"))
        .flat_map(|(_, value)| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .collect();
    Reply::json(json!(pairs).to_string())
}

fn echo(request: &Request) -> Reply {
    Reply::json(echo_text(request))
}

/// The request as JSON.
pub(crate) fn echo_text(request: &Request) -> String {
    let echo = json!({
        "method": request.method,
        "path": request.target,
        "headers": request.headers,
        "body": String::from_utf8_lossy(&request.body),
        "length": request.body.len(),
    });
    echo.to_string()
}
