//! Every route in words: a file per noun, a function per route.

pub(crate) mod accounts;
pub(crate) mod admin;
pub(crate) mod billing;
pub(crate) mod dev;
pub(crate) mod docs;
pub(crate) mod extraction;
pub(crate) mod progress;
pub(crate) mod signing_in;
pub(crate) mod speech;
pub(crate) mod system;
