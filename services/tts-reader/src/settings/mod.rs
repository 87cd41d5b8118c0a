//! What the service can be told, from flags and environment to checked values.

mod database_url;
mod environment;
mod error;
mod resolve;
mod secret;
mod values;

pub use database_url::{DatabaseUrl, PostgresUrl};
pub use error::SettingsError;
pub use secret::Secret;
pub use values::Settings;

pub(crate) use environment::{Environment, help as environment_help};
pub(crate) use resolve::{Flags, embedded as embedded_from, resolve};
pub(crate) use secret::load_or_create;
