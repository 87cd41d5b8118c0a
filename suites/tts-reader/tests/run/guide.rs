//! Every command of docs/LOAD_TESTING.md and of the README, line by line, as a shell runs it.
//!
//! - What makes load on this machine runs as it stands, but for 1 s and with 3 users (`shortened`).
//!   It must end with a verdict, without a failed request. Lines that follow each other run side by
//!   side, each with accounts and a directory of its own.
//! - What would load another machine is resolved with `--show-task-ratio`, and nothing is sent.
//! - Everything else (`accounts`, `plan`, `init`, `--list`, …) runs as it stands, in the order of the
//!   document, and must end with 0. `localhost:5000` is the backend of this test, and no batch has
//!   more than 36 accounts.
//! - `# … not run: REASON` behind a line is the only way past. In the README lines of cargo and the
//!   start of a backend need none: tests of their own build and start them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use super::Ended;
use super::service::Service;

const GUIDE: &str = include_str!("../../../../docs/LOAD_TESTING.md");
const README: &str = include_str!("../../../../README.md");

/// Runs at one time, and the accounts of each: as many as task starts of an open model.
const SIDE_BY_SIDE: usize = 6;
const ACCOUNTS: usize = 6;

/// The lines of the blocks of this language, comments cut off; those that are not run have a reason.
fn lines(document: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let blocks = plain(document);
    let blocks = blocks.split(&fence).skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty());
    let runs = lines.filter_map(|line| {
        let (command, comment) = line.split_once(" #").unwrap_or((line, ""));
        match comment.split_once("not run:") {
            Some((_, reason)) => {
                assert!(reason.trim().len() > 5, "why is it not run? {line}");
                None
            }
            None => Some(command.trim().to_owned()),
        }
    });
    runs.filter(|line| !line.starts_with('#')).collect()
}

/// Blocks inside of lists begin like all others, and continued lines are one.
fn plain(document: &str) -> String {
    let lines = document.lines().map(|line| {
        let text = line.trim_start();
        if text.starts_with("```") { text } else { line }
    });
    (lines.collect::<Vec<_>>().join("\n") + "\n").replace("\\\n", " ")
}

/// A directory in which the lines of a document run, and the backend that they load.
struct Place {
    dir: PathBuf,
    service: Service,
}

impl Place {
    /// Runs lines in their order; those that make load wait for the next that does not.
    fn follow(&self, lines: &[String]) -> usize {
        let mut loads = Vec::new();
        let mut done = 0;
        for line in lines {
            let line = line.replace("http://localhost:5000", &self.service.url);
            let line = line.replace("-H local ", &format!("-H {} ", self.service.url));
            if makes_load(&line) {
                loads.push(line);
                continue;
            }
            done += self.side_by_side(std::mem::take(&mut loads));
            self.once(&line);
        }
        done + self.side_by_side(loads)
    }

    /// A line that makes no load.
    fn once(&self, line: &str) {
        let count = ACCOUNTS * SIDE_BY_SIDE;
        let mut line = replaced(line, "--count ", &format!("--count {count}"));
        if line.contains(" remove ") && !line.contains("--yes") {
            line += " --yes";
        }
        let line = &line;
        // Where runs have left their folders.
        let dir = if line.contains(" clean ") { self.slot(0) } else { self.dir.clone() };
        let ended = shell(&dir, line);
        assert_eq!(ended.code, Some(0), "{line}: {}", ended.text);
        let silent = ["source", "echo", "mkdir"].iter().any(|word| line.starts_with(word));
        assert!(!ended.text.is_empty() || silent || line.contains('>'), "{line} says nothing");
        if line == "tts-load init" {
            let conf = self.dir.join("locust.conf");
            let text = fs::read_to_string(&conf).unwrap();
            assert!(text.contains("http://localhost:5000"), "{text}");
            fs::write(conf, text.replace("http://localhost:5000", &self.service.url)).unwrap();
        }
    }

    /// Lines that make load; how many there were.
    fn side_by_side(&self, loads: Vec<String>) -> usize {
        let count = loads.len();
        let waiting = Mutex::new(loads.into_iter());
        let waiting = &waiting;
        std::thread::scope(|threads| {
            for slot in 0..SIDE_BY_SIDE.min(count) {
                threads.spawn(move || {
                    let dir = self.slot(slot);
                    // Not a `while let`: the lock would be kept while the line runs.
                    loop {
                        let next = waiting.lock().unwrap().next();
                        let Some(line) = next else { break };
                        load(&dir, &line);
                    }
                });
            }
        });
        count
    }

    /// A directory with the files of this one, but a part of the accounts.
    fn slot(&self, slot: usize) -> PathBuf {
        let dir = self.dir.join(format!("slot-{slot}"));
        fs::create_dir_all(&dir).unwrap();
        for name in ["locust.conf", "my-plan.toml"] {
            if self.dir.join(name).exists() {
                fs::copy(self.dir.join(name), dir.join(name)).unwrap();
            }
        }
        if let Ok(text) = fs::read_to_string(self.dir.join("accounts.csv")) {
            let own = text.lines().skip(1).skip(slot * ACCOUNTS).take(ACCOUNTS);
            let rows: Vec<&str> = text.lines().take(1).chain(own).collect();
            fs::write(dir.join("accounts.csv"), rows.join("\n") + "\n").unwrap();
        }
        dir
    }
}

fn makes_load(line: &str) -> bool {
    let quiet = ["--help", "-h", "--list", "--list-scenarios", "--print-settings", "--preflight"];
    let commands = ["init", "plan", "accounts", "clean", "completions", "man"];
    let mut words = line.split_whitespace();
    words.next() == Some("tts-load")
        && !words.clone().any(|word| quiet.contains(&word))
        && !words.next().is_some_and(|word| commands.contains(&word))
}

/// A line that makes load, made short, or not sent at all.
fn load(dir: &Path, line: &str) {
    if line.contains("https://") || line.contains("-H production") {
        let ended = shell(dir, &format!("{line} --show-task-ratio"));
        assert_eq!(ended.code, Some(0), "{line}: {}", ended.text);
        return;
    }
    let ended = shell(dir, &shortened(line));
    // In a second many a target has too few samples: 99. On a machine that is busy with other tests
    // the program may stand still, or a run be disturbed, and it says so: 3. What is wrong or fails
    // has another code.
    let busy = [
        "RUN: INVALID - the whole program stood still",
        "the generator, not the target, was the limit",
        "Exit code 3 (disturbed, and --strict)",
    ];
    let busy = ended.code == Some(3) && busy.iter().any(|why| ended.text.contains(why));
    let good = matches!(ended.code, Some(0 | 99)) || busy;
    assert!(good, "{line}: {:?} {}", ended.code, ended.text);
    if line.contains("--scenario capacity") {
        assert!(ended.text.contains("\nCAPACITY: "), "{line}: {}", ended.text);
        assert!(ended.text.contains("Probe 3, 2 users"), "{line}: {}", ended.text);
        return;
    }
    let mut sums = ended.text.lines().filter(|line| line.trim_start().starts_with("Aggregated"));
    let sent = sums.any(|line| line.split_whitespace().nth(1) != Some("0"));
    assert!(sent, "{line} sent nothing: {}", ended.text);
    assert!(!ended.text.contains("Error report"), "{line}: {}", ended.text);
    assert!(ended.text.contains("\nVERDICT: "), "{line}: {}", ended.text);
}

/// The same for a second and three users: what comes last counts.
fn shortened(line: &str) -> String {
    let less = if line.contains("--arrival-stages") {
        "--arrival-stages 3/s:500ms,3/s..6/s:500ms --max-in-flight 6"
    } else if line.contains("--arrival-rate") {
        "--arrival-rate 5/s -t 1s --max-in-flight 6"
    } else if line.contains("--scenario capacity") {
        // Two probes of a load that is the most at once.
        "--from 2 -u 2 -r 9 --step-time 5s -t 60s --no-preflight"
    } else if line.contains("--scenario endurance") {
        // The stress test has its preflight; one is enough.
        "-t 1s -u 3 -r 3 --no-preflight"
    } else if line.contains("--scenario stress") {
        "--steps 3 -t 3s -u 3 -r 9"
    } else if line.contains("--stages") || line.contains("--scenario spike") {
        "--stages before:1@3/s:500ms,surge:3@9/s:500ms,after:1@9/s:500ms"
    } else {
        "-t 1s -u 3 -r 3"
    };
    // A line that opens the live page waits for people; here it begins and leaves by itself.
    let page = !line.contains("--headless") && !line.contains("--scenario");
    let alone = if page { " -P 0 --autostart --autoquit 0" } else { "" };
    // However busy this machine is, what began comes to its end.
    format!("{line} {less} --stop-timeout 20s{alone}")
}

/// `text` with `name` and its value replaced, if it has them.
fn replaced(text: &str, name: &str, by: &str) -> String {
    let Some((before, after)) = text.split_once(name) else { return text.to_owned() };
    let rest = after.find(' ').map_or("", |end| &after[end..]);
    format!("{before}{by}{rest}")
}

fn shell(dir: &Path, line: &str) -> Ended {
    let programs = Path::new(env!("CARGO_BIN_EXE_tts-load")).parent().unwrap();
    let mut path = OsString::from(programs);
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let mut command = Command::new("bash");
    command.args(["-c", line]).current_dir(dir).stdin(Stdio::null());
    // Nothing that lies about on this machine.
    command.env_clear().env("PATH", path).env("HOME", dir);
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    Ended { code: output.status.code(), text: String::from_utf8(text).unwrap() }
}

fn place(dir: &Path) -> Place {
    let dir = dir.to_owned();
    Place { service: Service::start(&dir.join("data"), true), dir }
}

#[test]
fn every_command_of_the_guide_works() {
    let dir = tempfile::tempdir().unwrap();
    let place = place(dir.path());
    let lines = lines(GUIDE, "sh");
    assert!(place.follow(&lines) > 20, "{lines:#?}");
    // The files that the guide promises, in whatever order the lines came.
    let (_, part) = GUIDE.split_once("\n### Report files\n").unwrap();
    let names: Vec<&str> = part
        .lines()
        .take_while(|line| !line.starts_with("###"))
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    assert_eq!(names.len(), 5);
    for name in names {
        assert!(dir.path().join("slot-0").join(name).exists(), "{name}");
    }
}

#[test]
fn every_command_of_the_readme_works() {
    let dir = tempfile::tempdir().unwrap();
    let mut lines = lines(README, "sh");
    lines.retain(|line| !line.starts_with("cargo ") && !line.starts_with("tts-reader serve"));
    assert!(place(dir.path()).follow(&lines) > 5, "{lines:#?}");
}

#[test]
fn the_guides_job_for_continuous_integration_works() {
    let dir = tempfile::tempdir().unwrap();
    let steps: Vec<String> = lines(GUIDE, "yaml")
        .iter()
        .filter_map(|line| line.strip_prefix("- run: ").map(str::to_owned))
        .collect();
    assert_eq!(steps.len(), 1, "{steps:#?}");
    load(dir.path(), &steps[0]);
    assert!(dir.path().join("load_test_results.html").exists());
    assert!(dir.path().join("load_test_results_stats.csv").exists());
}

/// Chapters of the team's guide, in its order.
#[test]
fn the_guide_has_the_chapters_that_people_know() {
    let chapters: Vec<&str> = GUIDE.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let known = [
        "Quick start",
        "Test scenarios",
        "User types",
        "Running tests",
        "Interpreting results",
        "Best practices",
        "Advanced scenarios",
        "Support and troubleshooting",
        "Quick reference",
        "Next steps",
    ];
    assert_eq!(chapters, known);
}
