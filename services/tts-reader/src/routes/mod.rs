//! The handlers: one folder per noun, one file per route.

pub(crate) mod accounts;
pub(crate) mod admin;
pub(crate) mod billing;
pub(crate) mod dev;
pub(crate) mod docs;
pub(crate) mod extraction;
pub(crate) mod fallback;
pub(crate) mod preferences;
pub(crate) mod speech;
pub(crate) mod system;
pub(crate) mod test_accounts;
