//! `tts-load` as people start it, against its own embedded backend.
#![cfg(feature = "embedded")]
#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

mod accounts;
mod clean;
mod diagnosis;
mod guide;
mod liar;
mod mix;
mod options;
mod plan;
mod preflight;
mod production;
mod refusals;
mod service;
mod smoke;

use std::path::Path;
use std::process::{Command, Stdio};

/// How a command ended and what it said.
struct Ended {
    code: Option<i32>,
    text: String,
}

impl Ended {
    /// The lines of the table of task executions: class, flow and task, executions, cut, requests.
    fn tasks(&self) -> Vec<(String, u64, u64)> {
        let mut lines = self.text.lines().skip_while(|line| *line != "Task executions");
        lines.by_ref().take(3).for_each(drop);
        lines.take_while(|line| !line.is_empty()).map(task).collect()
    }
}

fn task(line: &str) -> (String, u64, u64) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |at: usize| words[at].parse().unwrap_or_else(|_| panic!("{line}"));
    (words[..3].join("/"), number(3), number(5))
}

fn tts_load(dir: &Path, words: &str) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_tts-load"))
        .args(words.split_whitespace())
        .current_dir(dir)
        // Nobody is there to answer a question, whoever runs the tests.
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    Ended { code: output.status.code(), text: String::from_utf8(text).unwrap() }
}
