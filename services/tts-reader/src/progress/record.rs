//! One record of progress: the JSON that subscribers are sent, made once for all of them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::id::ProgressId;
use crate::domain::Timestamp;

const SERVICE: &str = "TTS Enhanced Content Extraction";
/// Longest message; those of failures have texts of others in them.
const MESSAGE_CHARACTERS: usize = 300;

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Starting,
    Processing,
    Completed,
    Failed,
}

/// What there is to tell at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment<'a> {
    pub(super) id: &'a ProgressId,
    /// Counts the records of an id, from 1.
    pub(super) sequence: u64,
    pub(super) status: Status,
    pub(super) message: &'a str,
    /// 0 to 1.
    pub(super) progress: f64,
    pub(super) method: Option<&'a str>,
}

/// A moment as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) sequence: u64,
    /// None comes after it.
    pub(crate) last: bool,
    pub(crate) text: Utf8Bytes,
}

#[derive(Serialize)]
struct Told<'a> {
    status: Status,
    message: &'a str,
    progress: f64,
    method: Option<&'a str>,
    timestamp: Timestamp,
    service: &'a str,
    extraction_id: &'a str,
    enhanced_mode: bool,
    sequence: u64,
}

/// What of a record is shown again later.
#[derive(Debug, Deserialize)]
pub(crate) struct Shown {
    pub(crate) status: Status,
    pub(crate) message: String,
    pub(crate) progress: f64,
    pub(crate) method: Option<String>,
    pub(crate) timestamp: String,
    pub(crate) extraction_id: String,
}

impl Status {
    pub(super) fn is_last(self) -> bool {
        matches!(self, Self::Completed | Self::Failed)
    }
}

impl Record {
    pub(super) fn of(moment: Moment<'_>) -> Self {
        let message = match moment.message.char_indices().nth(MESSAGE_CHARACTERS) {
            Some((end, _)) => &format!("{}…", &moment.message[..end]),
            None => moment.message,
        };
        let told = Told {
            status: moment.status,
            message,
            progress: (moment.progress * 1e3).round() / 1e3,
            method: moment.method,
            timestamp: Timestamp::now(),
            service: SERVICE,
            extraction_id: moment.id.as_str(),
            enhanced_mode: true,
            sequence: moment.sequence,
        };
        let text = serde_json::to_string(&told).expect("texts and numbers are JSON");
        Self { sequence: moment.sequence, last: moment.status.is_last(), text: text.into() }
    }

    /// Reads one back, from a database that another version may have written.
    pub(crate) fn shown(&self) -> Option<Shown> {
        serde_json::from_str(&self.text).ok()
    }
}

/// What a subscriber is told when there is nothing of that id.
pub(super) fn not_found(id: &ProgressId) -> Utf8Bytes {
    let told: Value = json!({
        "status": "error",
        "error": "Extraction progress not found",
        "extraction_id": id.as_str(),
    });
    told.to_string().into()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Moment, Record, Status, not_found};
    use crate::progress::id::ProgressId;

    fn record(message: &str, status: Status) -> Record {
        let id = ProgressId::parse("abc-123").unwrap();
        let progress = 1.0 / 3.0;
        Record::of(Moment { id: &id, sequence: 7, status, message, progress, method: None })
    }

    #[test]
    fn a_record_has_the_fields_of_the_contract() {
        let mut told: Value =
            serde_json::from_str(&record("Speaking", Status::Processing).text).unwrap();
        assert!(told["timestamp"].as_str().is_some_and(|time| time.ends_with("+00:00")));
        told["timestamp"] = "then".into();
        let expected = json!({
            "status": "processing", "message": "Speaking", "progress": 0.333, "method": null,
            "timestamp": "then", "service": "TTS Enhanced Content Extraction",
            "extraction_id": "abc-123", "enhanced_mode": true, "sequence": 7,
        });
        assert_eq!(told, expected);
    }

    #[test]
    fn a_record_is_read_back_and_a_long_message_cut() {
        let record = record(&"ü".repeat(1_000), Status::Failed);
        assert!(record.last);
        let shown = record.shown().unwrap();
        assert_eq!((shown.status, shown.message.chars().count()), (Status::Failed, 301));
    }

    #[test]
    fn an_unknown_id_is_told_as_the_original_does() {
        let id = ProgressId::parse("abc-123").unwrap();
        let told: Value = serde_json::from_str(&not_found(&id)).unwrap();
        let expected = json!({
            "status": "error", "error": "Extraction progress not found", "extraction_id": "abc-123",
        });
        assert_eq!(told, expected);
    }
}
