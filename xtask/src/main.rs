//! Chores of this repository: `cargo xtask test` and the long shows.
#![expect(clippy::print_stdout, reason = "a chore talks to the person who started it")]

mod apt;
mod archive;
mod aws;
mod backend;
mod browser;
mod deny;
mod docs_page;
mod intelligibility;
mod live;
mod locust_page;
mod machines;
mod npm;
mod peer;
mod postgres;
mod prepare;
mod python;
mod show;
mod tally;
mod test;
mod workflows;

use std::process::ExitCode;

use python::is_passed;

const HELP: &str = "\
cargo xtask test               every test, then how many ran and what could not be checked
cargo xtask intelligibility    only the test of the speech with a recogniser
cargo xtask peer               only the comparison with Locust itself
cargo xtask stripe             only Stripe's own package against the double of Stripe
cargo xtask aws                only the backend with S3, Polly and Textract before moto and botocore
cargo xtask backend            only the backend's tokens, hashes and letters beside other packages
cargo xtask deny               only the rules for dependencies (deny.toml)
cargo xtask api [SECONDS [SEED]]  only the backend held to its OpenAPI document by schemathesis
cargo xtask machines           only the outputs, read by other programs
cargo xtask browser            only the report page, used in a browser
cargo xtask live               only the live page, used in a browser
cargo xtask docs               only the page of the backend's API, used in a browser
cargo xtask locust-page        only Locust's own page before our API, used in a browser
cargo xtask postgres           only what needs a real PostgreSQL: a monitor of it, the service on it
cargo xtask postgres serve     a PostgreSQL on a free port, until Enter is pressed
cargo xtask workflows          only the checks of what CI systems read
cargo xtask archive DIR [PROFILE]  the release archive of this machine's kind, and its checksum
cargo xtask python NAME FILE   a python with the packages of FILE, for shows; prints its path
cargo xtask show [NAME …]      runs a long show by hand, or lists them all (xtask/shows)";

fn main() -> ExitCode {
    let command: Vec<String> = std::env::args().skip(1).collect();
    let done = match command.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["test"] => test::run(),
        ["intelligibility"] => intelligibility::run().map(|checked| checked.is_passed()),
        ["stripe"] => peer::stripe().map(|checked| checked.is_passed()),
        ["aws"] => aws::run().map(|checked| checked.is_passed()),
        ["backend"] => backend::run().map(|checked| is_passed(&checked)),
        ["deny"] => deny::run().map(|checked| is_passed(&checked)),
        ["api"] => peer::api(&[]).map(|checked| checked.is_passed()),
        ["api", seconds] => peer::api(&["--seconds", seconds]).map(|checked| checked.is_passed()),
        ["api", seconds, seed] => {
            let how = ["--seconds", seconds, "--seed", seed];
            peer::api(&how).map(|checked| checked.is_passed())
        }
        ["peer"] => peer::run().map(|checked| checked.is_passed()),
        ["machines"] => machines::run().map(|checked| is_passed(&checked)),
        ["browser"] => browser::run().map(|checked| is_passed(&[("report page", checked)])),
        ["live"] => live::run().map(|checked| is_passed(&[("live page", checked)])),
        ["docs"] => docs_page::run().map(|checked| is_passed(&[("the API's page", checked)])),
        ["locust-page"] => {
            locust_page::run().map(|checked| is_passed(&[("Locust's own page", checked)]))
        }
        ["postgres"] => postgres::both().map(|checked| is_passed(&checked)),
        ["postgres", "serve"] => postgres::serve(),
        ["workflows"] => workflows::run().map(|checked| is_passed(&checked)),
        ["archive", folder] => archive::make(folder.as_ref(), "release"),
        ["archive", folder, profile] => archive::make(folder.as_ref(), profile),
        ["python", name, requirements] => python::prepare(name, requirements.as_ref()),
        ["show"] => show::list(),
        ["show", name, ref words @ ..] => show::run(name, words),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(true)
        }
        _ => {
            println!("unknown chore `{}`; there are:\n{HELP}", command.join(" "));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
