//! What a message holds, on its way out.

use tungstenite::Message;

/// What is sent in one message: text or bytes.
///
/// Text comes from strings and from JSON (`json!({…})`), bytes from a `Vec<u8>`.
#[derive(Clone, Debug)]
pub struct Payload(pub(super) Message);

impl From<&str> for Payload {
    fn from(text: &str) -> Self {
        Self(Message::text(text))
    }
}

impl From<String> for Payload {
    fn from(text: String) -> Self {
        Self(Message::text(text))
    }
}

impl From<serde_json::Value> for Payload {
    fn from(value: serde_json::Value) -> Self {
        value.to_string().into()
    }
}

impl From<Vec<u8>> for Payload {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Message::binary(bytes))
    }
}
