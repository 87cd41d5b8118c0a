//! docs/REQUIREMENTS.md: every rule has tests, and they exist. Rules that are about the whole source
//! are tested here.

use std::path::{Path, PathBuf};

/// Rules whose subject is not built yet.
const OPEN: [&str; 1] = ["R36"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a room of the workspace")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// (rule, column of tests, result) of each row.
fn rows(text: &str) -> Vec<(&str, &str, &str)> {
    let rows = text.lines().filter(|line| line.starts_with("| R"));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [rule, _, tests, result] = cells[..] else { panic!("not four columns: {line}") };
        (rule, tests, result)
    })
    .collect()
}

/// The tests named `path::function`.
fn named(tests: &str) -> Vec<(&str, &str)> {
    let names = tests.split('`').skip(1).step_by(2);
    names.map(|name| name.rsplit_once("::").expect("path::function")).collect()
}

fn is_test(text: &str, function: &str) -> bool {
    let mark = format!("fn {function}(");
    let Some(at) = text.find(&mark) else { return false };
    // Its attributes stand right above, with comments between.
    let above = text[..at].rsplit("\n}\n").next().unwrap_or_default();
    let attributes = above.rsplit("\n\n").next().unwrap_or_default();
    // A list of tests for a harness of its own.
    let lists = text.split("tests![").skip(1).filter_map(|rest| rest.split(']').next());
    let listed = lists.flat_map(|list| list.split(',')).any(|name| name.trim() == function);
    listed || attributes.contains("#[test]") || attributes.contains("#[tokio::test")
}

#[test]
fn every_rule_has_a_row_and_every_test_of_it_exists() {
    let text = read(&root().join("docs/REQUIREMENTS.md"));
    let rows = rows(&text);
    let rules: Vec<&str> = rows.iter().map(|row| row.0).collect();
    let all: Vec<String> = (1..=36).map(|number| format!("R{number}")).collect();
    assert_eq!(rules, all);
    for (rule, tests, result) in rows {
        let named = named(tests);
        assert_eq!(named.is_empty(), result.starts_with("open"), "{rule}: {tests} {result}");
        assert_eq!(named.is_empty(), OPEN.contains(&rule), "{rule}: {tests}");
        for (path, function) in named {
            let source = read(&root().join(path));
            assert!(is_test(&source, function), "{rule}: {path} has no test {function}");
        }
    }
}

#[test]
fn a_function_that_is_no_test_is_not_taken_for_one() {
    let source = "#[test]\nfn one() {\n}\n\nfn two() {\n}\n\n/// Told.\n#[test]\nfn three() {\n}\n";
    assert_eq!(
        ["one", "two", "three", "tw"].map(|name| is_test(source, name)),
        [true, false, true, false]
    );
}

/// The product's sources of some rooms, without their tests.
fn sources(rooms: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> =
        rooms.iter().map(|room| root().join("crates").join(room).join("src")).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a room has sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = read(&path);
                let product = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                found.push((path, product.to_owned()));
            }
        }
    }
    assert!(found.len() > 50, "only {} files", found.len());
    found
}

/// R7. The calendar may be asked when a run began, what `Retry-After` means as a date, whether
/// somebody set it, and by the preflight, for the target's `Date` and the days of its certificate.
#[test]
fn times_that_are_measured_come_from_the_monotonic_clock() {
    let may = [
        "session/retry.rs",
        "run/vitals/machine.rs",
        "run/dispatcher/start.rs",
        "run/rehearsal.rs",
        "probe/mod.rs",
        "probe/certificate.rs",
    ];
    for (path, text) in sources(&["katydid-core", "katydid-engine"]) {
        let asks = text.contains("SystemTime") || text.contains("Timestamp::now");
        let allowed = may.iter().any(|end| path.ends_with(end));
        assert!(!asks || allowed, "{} asks the calendar", path.display());
    }
}

/// R35. What the engine connects to is what the suite asks for. Metrics leave by doors of their own,
/// each of which a flag opens.
#[test]
fn only_the_engine_speaks_to_the_network() {
    let words = ["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "reqwest", "hyper::"];
    let rooms = ["katydid-core", "katydid-report", "katydid-cli", "katydid-macros", "katydid"];
    for (path, text) in sources(&rooms) {
        let word = words.iter().find(|word| text.contains(**word));
        let word = word.filter(|_| !path.to_string_lossy().contains("katydid-cli/src/export/"));
        assert_eq!(word, None, "{} speaks to the network", path.display());
    }
}

/// The patches of `xtask/shows/mutations.sh`.
#[test]
fn every_mutation_applies_and_its_test_stands_in_the_table() {
    let folder = root().join("xtask/shows/parts/mutations");
    let table = read(&root().join("docs/REQUIREMENTS.md"));
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("there are mutations") {
        let path = entry.expect("an entry").path();
        let text = read(&path);
        let test = text.lines().find_map(|line| line.strip_prefix("test: ")).expect("a test");
        let function = test.rsplit("::").next().expect("a path");
        assert!(table.contains(&format!("::{function}`")), "{function} is not in the table");
        let check = std::process::Command::new("git")
            .args(["apply", "--check"])
            .arg(&path)
            .current_dir(root())
            .output()
            .expect("git is installed");
        let why = String::from_utf8_lossy(&check.stderr);
        assert!(check.status.success(), "{}: {why}", path.display());
        count += 1;
    }
    assert!(count >= 5, "only {count}");
}
