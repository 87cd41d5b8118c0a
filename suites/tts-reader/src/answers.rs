//! The target's answers as the contract documents them: what must be in them, and of what type.

use katydid::{RequestFailed, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Reads an answer's body as `T`.
///
/// # Errors
/// When it has not the documented shape: the request counts as failed.
pub(crate) fn read<T: DeserializeOwned>(
    response: Response,
) -> Result<(Response, T), RequestFailed> {
    let body = response.json::<T>();
    let what = body.as_ref().err().map(ToString::to_string).unwrap_or_default();
    let response = response.check(&what, |_| body.is_ok())?;
    Ok((response, body.expect("checked in the line above")))
}

/// `POST /api/login`.
#[derive(Debug, Deserialize)]
pub(crate) struct Login {
    pub(crate) access_token: String,
    pub(crate) token_type: String,
    pub(crate) refresh_token: String,
}

/// `POST /api/register`.
#[derive(Debug, Deserialize)]
pub(crate) struct Registered {
    pub(crate) user_id: String,
    pub(crate) username: String,
    pub(crate) email: String,
}

/// `POST /api/dev/credits`.
#[derive(Debug, Deserialize)]
pub(crate) struct Granted {
    pub(crate) credits_added: i64,
    pub(crate) credit_balance: i64,
}

/// `GET /api/user` and `GET /api/credit-balance`: both show the ledger.
#[derive(Debug, Deserialize)]
pub(crate) struct Owner {
    pub(crate) username: String,
    pub(crate) is_active: bool,
    pub(crate) tier: String,
    pub(crate) credit_balance: i64,
    pub(crate) active_transactions: Vec<Transaction>,
    pub(crate) total_transactions: usize,
}

/// Credits bought at one time.
#[derive(Debug, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) credits_remaining: i64,
}

/// `POST /api/synthesize`.
#[derive(Debug, Deserialize)]
pub(crate) struct Speech {
    pub(crate) audio_url: String,
    pub(crate) speech_marks: Vec<Mark>,
    pub(crate) characters_used: usize,
    pub(crate) duration_seconds: f64,
    pub(crate) voice_used: String,
    pub(crate) engine_used: String,
    pub(crate) credit_balance: i64,
    pub(crate) credits_used: i64,
}

/// `POST /api/extract-and-synthesize`.
#[derive(Debug, Deserialize)]
pub(crate) struct ArticleSpeech {
    pub(crate) text: String,
    pub(crate) audio_url: String,
    pub(crate) speech_marks: Vec<Mark>,
    pub(crate) characters_used: usize,
    pub(crate) duration: f64,
    pub(crate) voice_used: String,
    /// Newer than the contract, hence optional; when they are there, they are checked.
    pub(crate) credits_used: Option<i64>,
    pub(crate) credit_balance: Option<i64>,
}

/// A word or a sentence in the audio and in the text.
#[derive(Debug, Deserialize)]
pub(crate) struct Mark {
    /// Milliseconds from the beginning of the audio.
    pub(crate) time: u64,
    pub(crate) r#type: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) value: String,
}

/// An entry of `GET /api/voices`.
#[derive(Debug, Deserialize)]
pub(crate) struct Voice {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) gender: String,
    pub(crate) language_code: String,
    pub(crate) supports_speech_marks: bool,
}

/// `POST /api/extract` and `POST /api/extract/enhanced`.
#[derive(Debug, Deserialize)]
pub(crate) struct Extracted {
    pub(crate) text: String,
    pub(crate) characters_used: usize,
    pub(crate) extraction_method: String,
    /// The following are those of the enhanced route.
    pub(crate) word_count: Option<usize>,
    pub(crate) success: Option<bool>,
    pub(crate) content_source: Option<String>,
}

/// `POST /api/extract/preview`.
#[derive(Debug, Deserialize)]
pub(crate) struct Preview {
    pub(crate) preview: String,
    pub(crate) estimated_length: usize,
    pub(crate) word_count: usize,
    pub(crate) confidence: f64,
}

/// `GET /api/extract/methods`.
#[derive(Debug, Deserialize)]
pub(crate) struct Methods {
    pub(crate) methods: Vec<Method>,
    pub(crate) default_strategy: String,
}

/// A way to extract.
#[derive(Debug, Deserialize)]
pub(crate) struct Method {
    pub(crate) id: String,
    pub(crate) description: String,
}

/// A message of `/api/extract/ws/{id}`: how far a job is.
#[derive(Debug, Deserialize)]
pub(crate) struct Progress {
    pub(crate) status: String,
    pub(crate) message: String,
    /// 0 to 1.
    pub(crate) progress: f64,
    pub(crate) extraction_id: String,
    /// Newer than the contract, hence optional; when it is there, it is checked.
    pub(crate) sequence: Option<u64>,
}

/// `GET` and `POST /api/preferences`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Preferences {
    pub(crate) voice_id: String,
    pub(crate) engine: String,
    /// Only in the answer to `GET`.
    pub(crate) username: Option<String>,
}

/// `GET /api/usage`.
#[derive(Debug, Deserialize)]
pub(crate) struct Usage {
    pub(crate) username: String,
    pub(crate) total_chars: i64,
    pub(crate) used_chars: i64,
    pub(crate) remaining_chars: i64,
    pub(crate) is_active: bool,
}
