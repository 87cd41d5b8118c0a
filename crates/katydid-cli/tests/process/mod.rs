//! A program at work: its output as it comes, signals, and its exit code.

#![expect(clippy::unwrap_used, reason = "a test that cannot see its program has failed")]

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// No program under test takes longer than this.
const LONGEST: Duration = Duration::from_mins(3);

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stderr:\n{}\nstdout:\n{}", self.stderr, self.stdout);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "{text:?} is not in stderr:\n{}", self.stderr);
        self
    }

    /// The last line of stderr.
    pub(crate) fn last_line(&self) -> &str {
        self.stderr.lines().last().unwrap_or_default()
    }
}

/// A running program.
pub(crate) struct Running {
    child: Child,
    stderr: Arc<(Mutex<String>, Condvar)>,
    readers: (JoinHandle<String>, JoinHandle<()>),
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Ended {
    start(command).end()
}

/// Starts a program.
pub(crate) fn start(command: &mut Command) -> Running {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let stdout = std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        text
    });
    let stderr = Arc::new((Mutex::new(String::new()), Condvar::new()));
    let shared = Arc::clone(&stderr);
    let lines = std::thread::spawn(move || {
        for line in BufReader::new(err).lines() {
            *shared.0.lock().unwrap() += &(line.unwrap() + "\n");
            shared.1.notify_all();
        }
    });
    Running { child, stderr, readers: (stdout, lines) }
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until stderr has `text`; returns all of it.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let (stderr, changed) = &*self.stderr;
        let mut seen = stderr.lock().unwrap();
        let end = Instant::now() + PATIENCE;
        while !seen.contains(text) {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{text:?} never came:\n{seen}");
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
        seen.clone()
    }

    /// Waits for the end. A program that waits for people, and should not, is ended.
    pub(crate) fn end(mut self) -> Ended {
        let end = Instant::now() + LONGEST;
        while self.child.try_wait().unwrap().is_none() && Instant::now() < end {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        if Instant::now() >= end {
            let _ = self.child.kill();
        }
        let code = self.child.wait().unwrap().code();
        self.readers.1.join().unwrap();
        let stdout = self.readers.0.join().unwrap();
        let stderr = self.stderr.0.lock().unwrap().clone();
        Ended { code, stdout, stderr }
    }
}

/// Sends a signal (`INT`, `TERM`, `KILL`) to a process.
pub(crate) fn signal(name: &str, pid: u32) {
    let sent = Command::new("sh").arg("-c").arg(format!("kill -{name} {pid}")).status().unwrap();
    assert!(sent.success());
}
