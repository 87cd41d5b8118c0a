//! How a WebSocket ended.

use katydid_core::FailureKind;
use tungstenite::Error;
use tungstenite::error::{CapacityError, ProtocolError};
use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;

use crate::error::RequestFailed;

/// The end that is normal.
pub(super) const NORMAL: u16 = 1000;
/// What a Close frame without a code counts as.
const NO_CODE: u16 = 1005;

/// Why nothing more comes.
#[derive(Clone, Debug)]
pub(super) enum End {
    /// The server's Close frame came.
    Closed { code: u16, reason: String, at_ns: u64 },
    /// The connection broke, or something came that must not come.
    Failed { failed: RequestFailed, at_ns: u64 },
}

impl End {
    pub(super) fn closed(frame: Option<CloseFrame>, at_ns: u64) -> Self {
        match frame {
            Some(frame) => {
                let (code, reason) = (frame.code.into(), frame.reason.as_str().to_owned());
                Self::Closed { code, reason, at_ns }
            }
            None => Self::Closed { code: NO_CODE, reason: String::new(), at_ns },
        }
    }

    /// When it was known.
    pub(super) fn at_ns(&self) -> u64 {
        match self {
            Self::Closed { at_ns, .. } | Self::Failed { at_ns, .. } => *at_ns,
        }
    }

    /// The server has ended it in good order.
    pub(super) fn is_normal(&self) -> bool {
        matches!(self, Self::Closed { code: NORMAL | NO_CODE, .. })
    }

    /// As the failure of whatever needed the connection.
    pub(super) fn failed(&self) -> RequestFailed {
        match self {
            Self::Failed { failed, .. } => failed.clone(),
            Self::Closed { code, reason, .. } => {
                let mut text = match *code {
                    NO_CODE => "closed by the server without a code".to_owned(),
                    code => format!("closed by the server with code {code}"),
                };
                if !reason.is_empty() {
                    text += &format!(": {reason}");
                }
                RequestFailed::new(FailureKind::Closed(*code), text)
            }
        }
    }
}

/// What `tungstenite` complains about as one of our classes, and the code that the server is told.
pub(super) fn failure(error: &Error) -> (RequestFailed, Option<CloseCode>) {
    let (kind, text, code) = match error {
        Error::Io(error) => (FailureKind::Connection, error.to_string(), None),
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            let text = "the connection ended without a Close frame".to_owned();
            (FailureKind::Connection, text, None)
        }
        Error::Capacity(CapacityError::MessageTooLong { max_size, .. }) => {
            let text = format!("a message is larger than the limit of {max_size} bytes");
            (FailureKind::TooLarge, text, Some(CloseCode::Size))
        }
        Error::Utf8(_) => {
            let text = "a text message is not UTF-8".to_owned();
            (FailureKind::Protocol, text, Some(CloseCode::Invalid))
        }
        Error::Protocol(error) => {
            (FailureKind::Protocol, format!("no WebSocket: {error}"), Some(CloseCode::Protocol))
        }
        error => (FailureKind::Protocol, error.to_string(), Some(CloseCode::Protocol)),
    };
    (RequestFailed::new(kind, text), code)
}
