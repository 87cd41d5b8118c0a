//! What users do: six flows, their tasks named, weighted and tagged as the team's guide means them.

mod authentication;
mod billing;
mod extraction;
mod health;
mod preferences;
mod synthesis;

pub use authentication::Authentication;
pub use billing::Billing;
pub use extraction::Extraction;
pub use health::Health;
pub use preferences::Preferences;
pub(crate) use synthesis::LONGEST_ARTICLE;
pub use synthesis::Synthesis;
