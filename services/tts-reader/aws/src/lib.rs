//! The few calls of AWS that the TTS Reader backend can use.
//!
//! * [`Polly`] speaks: the sound of a text, and when each word of it is heard.
//! * [`Textract`] reads a picture or a page of PDF: its lines in reading order.
//! * `s3::Bucket` (feature `s3`) keeps files.
//!
//! Every call is signed (`sigv4.rs`), bounded in time, size and number of tries (`client.rs`), and fails
//! with an error that names the step. What is deliberately not here: roles and metadata services
//! (keys are given), accounts, and anything of the service's own words.

mod client;
mod config;
mod error;
mod polly;
#[cfg(feature = "s3")]
pub mod s3;
mod sigv4;
mod textract;

pub use config::{Config, Credentials, Patience};
pub use error::AwsError;
pub use polly::{
    Engine, LONGEST as POLLY_LONGEST, Mark, MarkKind, Polly, Request,
    SAMPLE_RATE as POLLY_SAMPLE_RATE, Voice,
};
pub use textract::{Document, Layout, Line, MAX_BYTES as TEXTRACT_MAX_BYTES, Textract};
