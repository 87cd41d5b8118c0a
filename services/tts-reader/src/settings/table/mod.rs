//! Every setting there is: one table behind `serve --help`, `config show` and docs/BACKEND.md. A file has the
//! rows of one subject, `whole` puts them together.

mod accounts;
mod audio;
mod aws;
mod database;
mod extraction;
mod logs;
mod mail;
mod payments;
mod process;
mod progress;
mod requests;
mod setting;
mod whole;

pub(crate) use setting::Setting;
pub(crate) use whole::TABLE;
