//! What users do: six flows, their tasks named, weighted and tagged as the team's guide means them;
//! and a seventh for who asks for it.

mod authentication;
mod billing;
mod extraction;
mod health;
mod preferences;
mod progress;
mod synthesis;

pub use authentication::Authentication;
pub use billing::Billing;
pub use extraction::Extraction;
pub use health::Health;
pub use preferences::Preferences;
pub use progress::Progress;
pub(crate) use synthesis::LONGEST_ARTICLE;
pub use synthesis::Synthesis;
