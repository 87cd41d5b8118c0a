//! What the service says about itself.

mod enterprise_status;
mod health;
mod metrics;
mod platform_stats;
mod root;

pub(crate) use enterprise_status::enterprise_status;
pub(crate) use health::{email, health, mode, speech};
pub(crate) use metrics::metrics;
pub(crate) use platform_stats::platform_stats;
pub(crate) use root::root;
