//! The other side of a signature, by code of its own: from the request as it came to what it should have.

use axum::http::request::Parts;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use sha2::{Digest, Sha256};

use super::{KEY, REGION, SECRET};

/// How far AWS lets clocks differ.
const SKEW_SECONDS: i64 = 5 * 60;

/// Whether the request may come in; why not.
pub(super) fn check(head: &Parts, body: &[u8], service: &str) -> Result<(), String> {
    let header = |name: &str| {
        let value = head.headers.get(name).ok_or_else(|| format!("no header {name}"))?;
        value.to_str().map_err(|error| error.to_string())
    };
    let authorization = header("authorization")?;
    let rest = authorization.strip_prefix("AWS4-HMAC-SHA256 ").ok_or("another algorithm")?;
    let part = |name: &str| {
        let part = rest.split(", ").find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        part.ok_or_else(|| format!("no {name} in {rest}"))
    };
    let time = header("x-amz-date")?;
    check_time(time)?;
    let day = time.get(..8).ok_or("no day")?;
    let scope = format!("{day}/{REGION}/{service}/aws4_request");
    if part("Credential")? != format!("{KEY}/{scope}") {
        return Err("The security token included in the request is invalid.".to_owned());
    }
    let names: Vec<&str> = part("SignedHeaders")?.split(';').collect();
    let sorted = names.windows(2).all(|two| two[0] < two[1]);
    let must = ["host", "x-amz-date", "x-amz-security-token", "x-amz-target", "content-type"];
    let unsigned = must.iter().find(|it| head.headers.contains_key(**it) && !names.contains(it));
    if !sorted || unsigned.is_some() {
        return Err(format!("these headers are signed: {names:?}, not {unsigned:?}"));
    }
    let mut text = format!("{}\n{}\n{}\n", head.method, head.uri.path(), sorted_query(head));
    for name in &names {
        text.push_str(&format!("{name}:{}\n", header(name)?.trim()));
    }
    text.push_str(&format!("\n{}\n{}", names.join(";"), hex(&Sha256::digest(body))));
    let text =
        format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(text.as_bytes())));
    let mut key = format!("AWS4{SECRET}").into_bytes();
    for part in scope.split('/') {
        key = mac(&key, part);
    }
    if part("Signature")? == hex(&mac(&key, &text)) {
        return Ok(());
    }
    Err("The request signature we calculated does not match the signature you provided.".to_owned())
}

fn check_time(time: &str) -> Result<(), String> {
    let parsed = DateTime::strptime("%Y%m%dT%H%M%SZ", time).map_err(|error| error.to_string())?;
    let then = parsed.to_zoned(TimeZone::UTC).map_err(|error| error.to_string())?.timestamp();
    let apart = Timestamp::now().as_second() - then.as_second();
    if apart.abs() <= SKEW_SECONDS { Ok(()) } else { Err("Signature expired".to_owned()) }
}

fn sorted_query(head: &Parts) -> String {
    let mut pairs: Vec<&str> =
        head.uri.query().into_iter().flat_map(|query| query.split('&')).collect();
    pairs.sort_unstable();
    pairs.join("&")
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
