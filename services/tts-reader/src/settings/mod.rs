//! What the service can be told, from flags and environment to checked values.

mod aws;
mod database_url;
mod email;
mod environment;
mod error;
mod extraction;
mod in_force;
mod limits;
mod load_test;
mod logs;
mod networks;
mod payments;
mod progress;
mod resolve;
mod secret;
mod secret_files;
mod speech;
mod storage;
mod table;
mod values;

pub use aws::Aws;
pub use database_url::{DatabaseUrl, PostgresUrl};
pub use email::{Email, Encryption, Hidden, Smtp};
pub use error::SettingsError;
pub use limits::Limits;
pub use logs::{RequestLog, ServerTiming};
pub use networks::Networks;
pub use payments::{Payments, Prices, Stripe};
pub use progress::ProgressLimits;
pub use secret::Secret;
pub use speech::{Speech, SpeechEngine};
pub use storage::{Bucket, Storage};
pub use values::Settings;

pub(crate) use environment::Environment;
pub(crate) use in_force::{InForce, help as environment_help, in_force};
pub(crate) use load_test::REPLACED;
pub(crate) use logs::LogFormat;
pub(crate) use resolve::{Flags, embedded as embedded_from, resolve};
pub(crate) use secret::{Kept, load, load_or_create};
pub(crate) use table::TABLE;
