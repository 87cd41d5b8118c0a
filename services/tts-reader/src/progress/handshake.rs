//! From a request to a WebSocket: RFC 6455, section 4.2.

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::errors::ApiError;

/// The subprotocol; the one named after it is the access token. Browsers can send a token no other way
/// before the connection speaks WebSocket, and an address would end up in logs.
const BEARER: &str = "bearer";
const VERSION: &str = "13";
/// The length of a key: 16 bytes in base64.
const KEY_CHARACTERS: usize = 24;

/// A client that wants a WebSocket.
#[derive(Debug)]
pub(crate) struct Offer {
    accept: HeaderValue,
    protocol: Option<&'static str>,
    /// What it offered as its access token.
    pub(crate) token: Option<String>,
}

impl Offer {
    /// What a GET request says of it; `None`: nothing.
    ///
    /// # Errors
    /// Another version, no key, or other subprotocols.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Option<Self>, ApiError> {
        if !has(headers, &header::UPGRADE, "websocket") {
            return Ok(None);
        }
        if !has(headers, &header::CONNECTION, "upgrade") {
            return Err(ApiError::bad_request("The header Connection must name Upgrade"));
        }
        if headers.get(header::SEC_WEBSOCKET_VERSION).is_none_or(|it| it != VERSION) {
            return Err(ApiError::UpgradeRequired("The WebSocket version must be 13"));
        }
        let key = headers.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
        let Some(key) = key.filter(|key| key.len() == KEY_CHARACTERS) else {
            return Err(ApiError::bad_request(
                "The header Sec-WebSocket-Key must be 16 bytes in base64",
            ));
        };
        let accept = HeaderValue::try_from(derive_accept_key(key)).expect("base64 is visible");
        let mut offered = list(headers, &header::SEC_WEBSOCKET_PROTOCOL).peekable();
        let (mut protocol, mut token) = (None, None);
        if offered.peek().is_some() {
            if offered.any(|one| one == BEARER) {
                protocol = Some(BEARER);
                token = offered.next().map(str::to_owned);
            } else {
                return Err(ApiError::bad_request(
                    "The subprotocols must be `bearer` and then the access token",
                ));
            }
        }
        Ok(Some(Self { accept, protocol, token }))
    }

    /// The answer after which the connection speaks WebSocket.
    pub(crate) fn taken(self) -> Response {
        let mut response = StatusCode::SWITCHING_PROTOCOLS.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, self.accept);
        if let Some(protocol) = self.protocol {
            headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(protocol));
        }
        response
    }
}

/// Whether one of the words of a header is that one, in any case.
fn has(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    list(headers, name).any(|one| one.eq_ignore_ascii_case(word))
}

/// The words of a header, which may come in several lines.
fn list<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::Offer;

    fn headers(changes: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("upgrade", "WebSocket"),
            ("connection", "keep-alive, Upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ]
        .iter()
        .chain(changes)
        {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn an_offer_is_taken_as_the_rfc_says() {
        let offer = Offer::of(&headers(&[])).unwrap().unwrap();
        assert_eq!((offer.protocol, &offer.token), (None, &None));
        let answer = offer.taken();
        assert_eq!(answer.status(), 101);
        assert_eq!(answer.headers()["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        assert!(!answer.headers().contains_key("sec-websocket-protocol"));
    }

    #[test]
    fn the_token_is_the_subprotocol_after_bearer() {
        for (line, token) in [
            ("bearer, eyJ.a-b_c.d", Some("eyJ.a-b_c.d")),
            ("chat,bearer,t,u", Some("t")),
            ("bearer", None),
        ] {
            let offer = Offer::of(&headers(&[("sec-websocket-protocol", line)])).unwrap().unwrap();
            assert_eq!(offer.token.as_deref(), token, "{line}");
            assert_eq!(offer.taken().headers()["sec-websocket-protocol"], "bearer");
        }
    }

    #[test]
    fn what_is_no_offer_is_told_why() {
        let mut plain = headers(&[]);
        plain.remove("upgrade");
        assert!(Offer::of(&plain).unwrap().is_none());
        assert!(Offer::of(&headers(&[("upgrade", "h2c")])).unwrap().is_none());
        for (name, value, status) in [
            ("connection", "close", 400),
            ("sec-websocket-version", "8", 426),
            ("sec-websocket-key", "short", 400),
            ("sec-websocket-protocol", "chat", 400),
        ] {
            let refused = Offer::of(&headers(&[(name, value)])).unwrap_err();
            assert_eq!(refused.status(), status, "{name}");
        }
    }
}
