//! The opening handshake (RFC 6455, 4): what is asked, and what the answer must hold.

use http::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use katydid_core::FailureKind;
use tungstenite::handshake::client::generate_key;
use tungstenite::handshake::derive_accept_key;

use crate::error::RequestFailed;
use crate::session::request::RequestBuilder;
use crate::session::response::Response;

/// One handshake: the key that the answer must prove to have seen, and the subprotocols offered.
pub(super) struct Handshake {
    key: String,
    offered: Vec<String>,
}

impl Handshake {
    pub(super) fn new(offered: Vec<String>) -> Self {
        Self { key: generate_key(), offered }
    }

    /// Puts what is asked into the request.
    pub(super) fn ask(&self, request: &mut RequestBuilder<'_>) {
        let headers = &mut request.headers;
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        let offered = (!self.offered.is_empty()).then(|| self.offered.join(", "));
        for (name, value) in [
            (SEC_WEBSOCKET_KEY, Some(self.key.as_str())),
            (SEC_WEBSOCKET_PROTOCOL, offered.as_deref()),
        ] {
            // Of letters, digits and signs that were looked at before.
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
                headers.insert(name, value);
            }
        }
    }

    /// Whether the server has consented, and which subprotocol it has chosen.
    ///
    /// # Errors
    /// When not: the request counts as failed.
    pub(super) fn check(&self, answer: Response) -> Result<Option<String>, RequestFailed> {
        let answer = answer.expect_status(101)?;
        match self.fault(&answer) {
            Some(fault) => {
                Err(answer.failed(FailureKind::Protocol, format!("no WebSocket: {fault}")))
            }
            None => Ok(answer.header(SEC_WEBSOCKET_PROTOCOL.as_str()).map(str::to_owned)),
        }
    }

    fn fault(&self, answer: &Response) -> Option<String> {
        let value = |name: &http::HeaderName| answer.header(name.as_str()).map(str::trim);
        let upgrade = value(&UPGRADE).unwrap_or_default();
        if !upgrade.eq_ignore_ascii_case("websocket") {
            return Some(format!("the answer upgrades to `{}`", beginning(upgrade)));
        }
        let connection = value(&CONNECTION).unwrap_or_default();
        if !connection.split(',').any(|word| word.trim().eq_ignore_ascii_case("upgrade")) {
            return Some("the answer has no `Connection: Upgrade`".to_owned());
        }
        let accept = derive_accept_key(self.key.as_bytes());
        if value(&SEC_WEBSOCKET_ACCEPT) != Some(accept.as_str()) {
            return Some("Sec-WebSocket-Accept is not the answer to our key".to_owned());
        }
        if let Some(extensions) = value(&SEC_WEBSOCKET_EXTENSIONS).filter(|it| !it.is_empty()) {
            let extensions = beginning(extensions);
            return Some(format!("the server uses `{extensions}`, which was not offered"));
        }
        match value(&SEC_WEBSOCKET_PROTOCOL) {
            Some(chosen) if !self.offered.iter().any(|offered| offered == chosen) => {
                let chosen = beginning(chosen);
                Some(format!("the server chose the subprotocol `{chosen}`, which was not offered"))
            }
            // Browsers refuse that too.
            None if !self.offered.is_empty() => {
                Some("the server chose none of the subprotocols offered".to_owned())
            }
            _ => None,
        }
    }
}

/// Enough of a header's value to recognise it.
fn beginning(value: &str) -> String {
    value.chars().take(40).collect()
}
