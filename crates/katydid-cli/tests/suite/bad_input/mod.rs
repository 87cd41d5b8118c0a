//! Wrong command lines, files and environments: each ends with exit code 2 and one line that names
//! the culprit, prints nothing else and leaves the target alone.

mod environments;
mod files;
mod words;

use katydid_testkit::TestServer;

use crate::process::run;
use crate::shop;

crate::tests![
    wrong_words_start_no_load,
    wrong_files_start_no_load,
    wrong_environments_start_no_load
];

fn wrong_words_start_no_load() {
    let cases = words::CASES.iter().map(|(words, says)| Case { words, says, ..Case::default() });
    refused(cases);
}

fn wrong_files_start_no_load() {
    let case = |(file, text, says): &(&'static str, &'static str, &'static str)| Case {
        words: "--headless -H TARGET",
        file: Some((file, text)),
        says,
        ..Case::default()
    };
    refused(files::CASES.iter().map(case));
}

fn wrong_environments_start_no_load() {
    let case = |(name, value, says): &(&'static str, &'static str, &'static str)| Case {
        words: "--headless -H TARGET",
        variable: Some((name, value)),
        says,
        ..Case::default()
    };
    refused(environments::CASES.iter().map(case));
}

/// One wrong use. `TARGET` in it is the address of a target that would answer.
#[derive(Debug, Default)]
struct Case {
    words: &'static str,
    file: Option<(&'static str, &'static str)>,
    variable: Option<(&'static str, &'static str)>,
    /// A part of the only line on stderr.
    says: &'static str,
}

#[track_caller]
fn refused(cases: impl Iterator<Item = Case>) {
    let server = TestServer::spawn();
    let faults: Vec<String> = cases.filter_map(|case| fault(&case, &server.url())).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(server.connections(), 0, "somebody asked the target");
}

/// What a case does otherwise than it should.
fn fault(case: &Case, target: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = shop(&case.words.replace("TARGET", target));
    command.current_dir(&folder);
    if let Some((name, text)) = case.file {
        std::fs::write(folder.path().join(name), text).unwrap();
        if !["locust.conf", "katydid.conf", "pyproject.toml"].contains(&name) {
            command.args(["--config", name]);
        }
    }
    if let Some((name, value)) = case.variable {
        command.env(name, value);
    }
    let ended = run(&mut command);
    let line = ended.stderr.strip_prefix("error: ").unwrap_or_default();
    let left = std::fs::read_dir(&folder).unwrap().count();
    let one_line = line.contains(case.says) && line.trim_end().lines().count() == 1;
    let nothing_else = ended.stdout.is_empty() && left == usize::from(case.file.is_some());
    let good = ended.code == Some(2) && one_line && nothing_else;
    (!good).then(|| format!("{case:?}\n  {left} files, {ended:?}"))
}
