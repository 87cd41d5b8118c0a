//! Every mistake of the catalogue is told, and the suite without any is silent.
#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use lies::catalogue::{CASES, Case, Host, SHORT, USUAL, page};

/// Runs at one time: they mostly wait.
const AT_ONE_TIME: usize = 6;

struct Ended {
    code: Option<i32>,
    /// All that was said, as it is compared: with blanks collapsed.
    text: String,
    raw: String,
}

impl Ended {
    /// The files that it says it has written.
    fn reports(&self) -> Vec<&str> {
        let block = self.raw.split("\nReports:\n").nth(1).unwrap_or_default();
        block.lines().take_while(|line| !line.is_empty()).map(str::trim).collect()
    }

    /// The names in the block of warnings. What the log said while it was true may have gone since.
    fn warnings(&self) -> Vec<String> {
        let block = self.raw.split("\nWarnings\n").nth(1).unwrap_or_default();
        let block = block.split("\n\n").next().unwrap_or_default();
        let block = block.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let mut names: Vec<String> = block
            .filter_map(|line| Some(line.trim().split_once(": ")?.0))
            .filter(|name| name.parse::<katydid::WarningName>().is_ok())
            .map(str::to_owned)
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

/// The toy service, one for all.
fn service() -> SocketAddr {
    static SERVICE: OnceLock<SocketAddr> = OnceLock::new();
    *SERVICE.get_or_init(|| {
        lies::server::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port")
    })
}

fn run(folder: &Path, lie: Option<&str>, words: &str) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lies"));
    command.args(words.split_whitespace()).current_dir(folder).stdin(Stdio::null());
    command.env("HOME", folder).env("NO_COLOR", "1").env_remove("LIE");
    if let Some(lie) = lie {
        command.env("LIE", lie);
    }
    let output = command.output().unwrap();
    let raw = String::from_utf8([output.stderr, output.stdout].concat()).unwrap();
    let text = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    Ended { code: output.status.code(), text, raw }
}

/// The usual load, bounded by what it does and not by the clock: a slow machine takes longer.
fn usual(executions: u32) -> String {
    format!("{USUAL} -i {executions} -t 2m --seed 7")
}

fn run_case(case: &Case) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let words = if case.words.is_empty() { usual(400) } else { case.words.to_owned() };
    let mut words = case.complete(&words);
    match case.host {
        Host::Typed => words += &format!(" -H http://{}", service()),
        Host::File => {
            let conf = format!("host = http://0.0.0.0:{}\n", service().port());
            std::fs::write(folder.path().join("locust.conf"), conf).unwrap();
        }
        Host::Own => {}
    }
    let ended = run(folder.path(), lies::Mistake::named(case.name).map(|_| case.name), &words);
    let expected: Vec<&str> = case.warning().into_iter().collect();
    let told = ended.warnings();
    if ended.code != Some(i32::from(case.exit)) {
        return Err(format!("exit code {:?} instead of {}:\n{}", ended.code, case.exit, ended.raw));
    }
    if !ended.text.contains(case.says) {
        return Err(format!("{:?} is not said:\n{}", case.says, ended.raw));
    }
    if let Some(missing) =
        ended.reports().into_iter().find(|path| !folder.path().join(path).exists())
    {
        return Err(format!("{missing} is listed and does not exist:\n{}", ended.raw));
    }
    if told != expected {
        return Err(format!("warned of {told:?} instead of {expected:?}:\n{}", ended.raw));
    }
    Ok(())
}

#[test]
fn every_lie_is_told() {
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONE_TIME {
            scope.spawn(|| {
                while let Some(case) = CASES.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if let Err(fault) = run_case(case) {
                        faults.lock().unwrap().push(format!("{}: {fault}", case.name));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn the_suite_without_a_lie_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    // Enough for a p99 of every name, so that only what is true of every toy is silenced.
    let words = format!("{} --silence=same-machine=toy -H http://{}", usual(2_400), service());
    let ended = run(folder.path(), None, &words);
    assert_eq!(ended.code, Some(0), "{}", ended.raw);
    assert!(ended.text.contains("VERDICT: PASS"), "{}", ended.raw);
    assert_eq!(ended.warnings(), [""; 0], "{}", ended.raw);
    assert!(!ended.raw.contains("/WARNING/"), "{}", ended.raw);
    assert!(!ended.raw.contains("\nDiagnosis\n"), "{}", ended.raw);
}

#[test]
fn a_lie_that_is_none_is_refused() {
    let ended = run(Path::new("."), Some("wrong-field"), &format!("{USUAL} {SHORT}"));
    assert_eq!(ended.code, Some(2), "{}", ended.raw);
    assert!(ended.text.contains("LIE=wrong-field is not among the mistakes"), "{}", ended.raw);
}

#[test]
fn every_number_of_the_old_load_test_has_its_place() {
    let mut numbers: Vec<u8> = CASES.iter().map(|case| case.number).filter(|n| *n > 0).collect();
    for (range, _) in lies::catalogue::ELSEWHERE {
        for part in range.split(", ") {
            let (from, to) = part.split_once('–').unwrap_or((part, part));
            numbers.extend(from.parse::<u8>().unwrap()..=to.parse().unwrap());
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (1..=33).collect::<Vec<_>>());
}

#[test]
fn the_page_for_people_is_the_catalogue() {
    let there = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/LIES.md");
    let there = std::fs::read_to_string(there).unwrap_or_default();
    assert_eq!(there, page(), "`cargo run -p lies -- catalogue --markdown > docs/LIES.md`");
}
