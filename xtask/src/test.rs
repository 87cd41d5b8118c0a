//! The one test command: Rust's tests, the recogniser's, and a last line that counts them.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result};
use cargo_metadata::Message;

use crate::python::Checked;
use crate::tally::Tally;
use crate::{
    aws, backend, browser, deny, docs_page, intelligibility, live, locust_page, machines, peer,
    postgres, prepare, workflows,
};

/// Runs everything; the answer is whether all of it passed.
pub(crate) fn run() -> Result<bool> {
    thread::scope(|beside| {
        // Done before any test begins: tests look at clocks, and nothing runs beside them.
        beside.spawn(|| timed("installing what checks need, beside the compiler", prepare::all));
        timed("compiling", compile)
    })?;
    let mut all = timed("Rust's tests", || rust_tests(tests(&["--no-fail-fast"])))?;
    all.add(timed("tests in documentation", || {
        let mut tests = cargo();
        tests.args(["test", "--workspace", "--doc", "--no-fail-fast"]);
        rust_tests(tests)
    })?);
    let mut unchecked = Vec::new();
    for (what, checked) in steps()? {
        match checked {
            Checked::Passed(lines) => all.passed += lines,
            Checked::Failed(told) => {
                all.failed += 1;
                all.told.push(format!("---- {what} ----"));
                all.told.extend(told);
            }
            Checked::NotPossible(why) => unchecked.push(format!("{what}: {why}")),
        }
    }
    println!();
    for line in &all.told {
        println!("FAILED: {line}");
    }
    for what in &unchecked {
        println!("NOT CHECKED: {what}");
    }
    println!("{} passed, {} failed, {} skipped", all.passed, all.failed, unchecked.len());
    Ok(all.failed == 0)
}

/// Everything that is started here. Other examples are for people: the lints have looked at them, and each
/// would take seconds to be linked.
fn compile() -> Result<()> {
    let built = tests(&["--no-run"]).status().context("cargo cannot be started")?;
    anyhow::ensure!(built.success(), "the tests do not build");
    let examples = ["demo", "faulty", "pages", "peer", "real_postgres", "say"];
    build(&examples.map(|name| ["--example", name]).concat())
}

/// Rust's tests but those in documentation, with more words for cargo.
fn tests(more: &[&str]) -> Command {
    let mut tests = cargo();
    tests.args(["test", "--workspace", "--tests"]).args(more);
    tests
}

/// What other programs check, step by step, and what came of it.
fn steps() -> Result<Vec<(&'static str, Checked)>> {
    let mut steps = Steps(Vec::new());
    thread::scope(|beside| -> Result<()> {
        const WHAT: &str = "speech recogniser";
        // Whoever listens needs minutes of all processors and looks at no clock. The steps beside him
        // wait most of their time, and look at none either.
        let listening = beside.spawn(|| timed(WHAT, intelligibility::run));
        steps.one("Locust as a peer", peer::run)?;
        steps.one("Locust's own page before our API", locust_page::run)?;
        steps.one("the backend's OpenAPI document", || peer::api(&[]))?;
        steps.one("Stripe's package as a peer", peer::stripe)?;
        steps.one("report page in a browser", browser::run)?;
        steps.one("the backend's API page in a browser", docs_page::run)?;
        let heard = listening.join().expect("a step does not panic")?;
        steps.0.push((WHAT, heard));
        Ok(())
    })?;
    steps.one("live page in a browser", live::run)?;
    steps.several("dependencies", deny::run)?;
    steps.several("the backend beside other packages", backend::run)?;
    steps.several("PostgreSQL", postgres::both)?;
    steps.several("what other programs read", machines::run)?;
    steps.several("workflows", workflows::run)?;
    // Last: it is the only one that compiles.
    steps.one("S3, Polly and Textract before moto and botocore", aws::run)?;
    Ok(steps.0)
}

struct Steps(Vec<(&'static str, Checked)>);

impl Steps {
    fn one(&mut self, what: &'static str, check: impl FnOnce() -> Result<Checked>) -> Result<()> {
        self.0.push((what, timed(what, check)?));
        Ok(())
    }

    fn several<S: IntoIterator<Item = (&'static str, Checked)>>(
        &mut self,
        what: &str,
        checks: impl FnOnce() -> Result<S>,
    ) -> Result<()> {
        self.0.extend(timed(what, checks)?);
        Ok(())
    }
}

/// Says how long it took: whoever finds the whole too long looks there first.
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let done = work();
    println!("took {} s: {what}", begun.elapsed().as_secs());
    done
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a room of it").into()
}

/// The cargo that runs this.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Builds what these words of cargo's name, by its name in the whole workspace: then it has the
/// features of all of it, as the tests have them. Of one package alone tokio, hyper, sqlx and
/// ourselves would be compiled anew for each choice of features, for minutes.
pub(crate) fn build(words: &[&str]) -> Result<()> {
    // What tests depend on has features, too, and counts once an example is asked for.
    let all = ["build", "--quiet", "--workspace", "--example", "say"];
    let built = cargo().args(all).args(words).status();
    anyhow::ensure!(
        built.context("cargo cannot be started")?.success(),
        "`cargo build {}` fails",
        words.join(" ")
    );
    Ok(())
}

/// The test programs of the package in this folder, as they were built for all.
pub(crate) fn test_programs(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut building = tests(&["--quiet", "--no-run", "--message-format", "json"]);
    let mut child = building.stdout(Stdio::piped()).spawn().context("cargo cannot be started")?;
    let output = child.stdout.take().context("stdout was asked for")?;
    let mut programs = Vec::new();
    for message in Message::parse_stream(BufReader::new(output)) {
        let Message::CompilerArtifact(built) = message? else { continue };
        let mine = built.manifest_path.as_std_path().parent() == Some(folder);
        programs.extend(built.executable.filter(|_| mine && built.profile.test));
    }
    anyhow::ensure!(child.wait()?.success(), "the tests do not build");
    Ok(programs.into_iter().map(Into::into).collect())
}

/// Runs tests, showing what it prints, and counts them.
pub(crate) fn rust_tests(mut command: Command) -> Result<Tally> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cargo cannot be started")?;
    let output = child.stdout.take().context("stdout was asked for")?;
    let mut tally = Tally::default();
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        tally.line(&line);
    }
    tally.end(child.wait()?.success());
    Ok(tally)
}
