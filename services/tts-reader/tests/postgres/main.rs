//! What only PostgreSQL can show: several services on one database, and a database that goes away.
//! The API's own tests (`tests/api`) hold on it too, where `KATYDID_POSTGRES` names a server.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stdout, reason = "whoever ran the tests must see what was not checked")]

#[path = "../api/app.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod app;
#[path = "../api/contract.rs"]
mod contract;
#[path = "../api/database.rs"]
mod database;
mod limits;
mod original;
mod outage;
mod progress;
mod proxy;
mod refusals;
#[path = "../api/slow_site.rs"]
mod slow_site;
#[path = "../api/socket.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod socket;
mod sql;
mod tls;
mod together;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let there = std::env::var_os(database::SERVER).is_some();
    if !there && !arguments.list {
        println!(
            "\nNOT CHECKED: the service on PostgreSQL: {} names no server; `cargo xtask test` and \
             `cargo xtask postgres` start one",
            database::SERVER
        );
    }
    let trials = [
        together::trials(),
        limits::trials(),
        outage::trials(),
        refusals::trials(),
        original::trials(),
        progress::trials(),
        tls::trials(),
    ]
    .into_iter()
    .flatten();
    let trials = trials.map(|it| it.with_ignored_flag(!there)).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test that runs on a runtime of its own.
pub(crate) fn trial<F: Future<Output = ()>>(
    name: &'static str,
    test: impl FnOnce() -> F + Send + 'static,
) -> Trial {
    Trial::test(name, move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(test());
        Ok(())
    })
}
