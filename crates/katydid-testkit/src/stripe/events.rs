//! Signing and delivering events.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Shared, StripeDouble};

/// How long the receiver may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The value of `Stripe-Signature` for a body, signed at this second since 1970.
pub fn stripe_signature(payload: &str, secret: &str, second: i64) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{second}.{payload}").as_bytes());
    let v1: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={second},v1={v1}")
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

/// Posts an event to where it belongs; the status of the answer.
pub(super) async fn deliver(shared: &Shared, event: &str) -> io::Result<u16> {
    let (url, payload) = {
        let mut books = shared.books();
        let url =
            books.webhook.clone().ok_or_else(|| io::Error::other("no address to deliver to"))?;
        (url, books.existing(event).to_string())
    };
    let signature = stripe_signature(&payload, StripeDouble::WEBHOOK_SECRET, now());
    tokio::time::timeout(PATIENCE, post(&url, &signature, &payload))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn post(url: &str, signature: &str, payload: &str) -> io::Result<u16> {
    let rest = url.strip_prefix("http://").ok_or_else(|| io::Error::other("an http:// address"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).await?;
    let request = format!(
        "POST /{path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json; charset=utf-8\r\n\
         user-agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\nstripe-signature: {signature}\
         \r\ncontent-length: {}\r\nconnection: close\r\n\r\n{payload}",
        payload.len()
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let status = answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    status
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| io::Error::other("the answer is no HTTP"))
}
