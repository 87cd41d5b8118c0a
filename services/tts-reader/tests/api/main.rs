//! The service through its front door: real HTTP on a free port, a fresh directory and database each
//! time. With `KATYDID_POSTGRES` the database is PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod accounts;
mod admin;
mod admin_audit;
mod app;
mod attacks;
mod audit;
mod auth;
mod bad_input;
mod bad_pages;
mod bad_texts;
mod command_line;
mod config;
mod connections;
mod contract;
mod credits;
mod database;
#[path = "../../speech/tests/common/mod.rs"]
mod decoding;
mod deletion;
mod disk;
mod disputes;
mod embedded;
mod extraction;
mod followers;
mod golden;
mod health;
mod idempotency;
mod killed;
mod lifecycle;
mod limits;
mod load_test_speech;
mod logs;
mod mail;
mod metrics;
mod mock_payments;
mod openapi;
mod payments;
mod process;
mod progress;
mod raw;
mod reuse;
mod shapes;
mod shop;
mod site;
mod slow_site;
mod socket;
mod speaking;
mod speech;
mod test_accounts;
mod timings;
mod tokens;
mod unequipped;
mod validation;
