//! The load test's side: start the backend, wait until it answers, notice its death, end it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::CHILD_WORD;
use crate::error::CliError;
use crate::suite::{EmbeddedReady, EmbeddedRequest};

/// A backend that needs longer to come up is stuck.
const START_LIMIT: Duration = Duration::from_mins(1);
/// How long it may take to end by itself before it is killed.
const END_LIMIT: Duration = Duration::from_secs(5);
/// Bytes of its log that an error quotes.
const LOG_TAIL: usize = 2_000;
/// No user on one connection sends more in a second.
const MOST_PER_USER_AND_SECOND: u64 = 100_000;

/// glibc gives threads heaps of their own, up to eight for each core, and what is freed in one stays with
/// it: a backend of many threads grew by 12 % in 20 minutes without keeping anything (mallopt(3)).
const FEW_HEAPS: (&str, &str) = ("MALLOC_ARENA_MAX", "2");

/// What the backend is started for.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Users of the run.
    pub(crate) users: u32,
    /// Length of the run, if bounded.
    pub(crate) run_time: Option<Duration>,
    /// Where its stderr is kept; without a place, only as long as it lives.
    pub(crate) log: Option<PathBuf>,
}

/// A running backend; ended and tidied up with its last handle. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Backend(Arc<Process>);

#[derive(Debug)]
struct Process {
    child: Mutex<Child>,
    pid: u32,
    /// Closing it ends the child.
    stdin: Option<ChildStdin>,
    ready: EmbeddedReady,
    /// Users whom it knows.
    accounts: u32,
    log: File,
    death_told: AtomicBool,
    /// Removed with everything in it.
    _home: TempDir,
}

impl Backend {
    /// Starts it and waits until it answers.
    ///
    /// # Errors
    /// It ended or did not answer in time; the text has the end of its log.
    pub(crate) fn start(order: &Order) -> Result<Self, CliError> {
        let home = tempfile::Builder::new().prefix("katydid-backend-").tempdir();
        let home = home.map_err(cannot("got no temporary directory"))?;
        let log = open_log(order)?;
        let stderr = log.try_clone().map_err(cannot("got no log"))?;
        let request = EmbeddedRequest {
            data_dir: home.path().to_owned(),
            accounts: order.users,
            planned_requests: planned_requests(order),
        };
        let line = serde_json::to_string(&request)
            .map_err(|fault| cannot("could not be told what to do")(fault.into()))?;
        let mut child = spawn(stderr).map_err(cannot("could not be started"))?;
        let mut stdin = child.stdin.take();
        let answers = listen(child.stdout.take());
        if let Some(stdin) = &mut stdin {
            // A child that is dead already says why by its log, below.
            let _ = writeln!(stdin, "{line}").and_then(|()| stdin.flush());
        }
        match answers.recv_timeout(START_LIMIT) {
            Ok(ready) => Ok(Self(Arc::new(Process {
                pid: child.id(),
                child: Mutex::new(child),
                stdin,
                ready,
                accounts: order.users,
                log,
                death_told: AtomicBool::new(false),
                _home: home,
            }))),
            Err(why) => {
                drop(stdin);
                if why == RecvTimeoutError::Timeout {
                    let _ = child.kill();
                }
                let status = child.wait().map_err(cannot("is lost"))?;
                let what = match why {
                    RecvTimeoutError::Timeout => {
                        format!("did not answer within {} s", START_LIMIT.as_secs())
                    }
                    RecvTimeoutError::Disconnected => {
                        format!("ended before it answered ({status})")
                    }
                };
                Err(CliError::Embedded(format!("{what}; {}", tail(&log))))
            }
        }
    }

    /// What it said when it came up.
    pub(crate) fn ready(&self) -> &EmbeddedReady {
        &self.0.ready
    }

    /// The users whom it knows.
    pub(crate) fn accounts(&self) -> u32 {
        self.0.accounts
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.0.pid
    }

    /// Whether it has not ended.
    pub(crate) fn lives(&self) -> bool {
        matches!(self.0.child().try_wait(), Ok(None))
    }

    /// A sentence when it has died, once.
    pub(crate) fn death(&self) -> Option<String> {
        let process = &self.0;
        if process.death_told.load(Ordering::Relaxed) {
            return None;
        }
        let status = process.child().try_wait().ok()??;
        process.death_told.store(true, Ordering::Relaxed);
        let (pid, url) = (process.pid, &process.ready.url);
        Some(format!(
            "the embedded backend ({url}, process {pid}) has died ({status}); {}",
            tail(&process.log)
        ))
    }
}

impl Process {
    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stdin = None;
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        let end = Instant::now() + END_LIMIT;
        while matches!(child.try_wait(), Ok(None)) {
            if Instant::now() > end {
                let _ = child.kill();
                let _ = child.wait();
                return;
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

fn cannot(what: &'static str) -> impl Fn(io::Error) -> CliError {
    move |fault| CliError::Embedded(format!("{what}: {fault}"))
}

/// A named file, or one that is gone with its last reader.
fn open_log(order: &Order) -> Result<File, CliError> {
    let Some(path) = order.log.clone() else {
        return tempfile::tempfile().map_err(cannot("got no temporary file for its log"));
    };
    if let Some(parent) = path.parent() {
        // The reason, if there is one, comes with the file.
        let _ = std::fs::create_dir_all(parent);
    }
    let opened = File::options().read(true).write(true).create(true).truncate(true).open(&path);
    opened.map_err(|fault| CliError::File { what: "log of the embedded backend", path, fault })
}

fn spawn(stderr: File) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    if std::env::var_os(FEW_HEAPS.0).is_none() {
        command.env(FEW_HEAPS.0, FEW_HEAPS.1);
    }
    command
        .arg(CHILD_WORD)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(stderr)
        // A group of its own: Ctrl-C stops the load, and the backend must answer to the end of it.
        .process_group(0)
        .spawn()
}

/// The first line that is an answer. Whatever else comes is read and dropped, so that a backend
/// that prints is never blocked.
fn listen(stdout: Option<ChildStdout>) -> Receiver<EmbeddedReady> {
    let (tell, hear) = channel();
    std::thread::spawn(move || {
        let Some(stdout) = stdout else { return };
        let mut tell = Some(tell);
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let Ok(ready) = serde_json::from_slice(&line) else { continue };
            if let Some(tell) = tell.take() {
                let _ = tell.send(ready);
            }
        }
    });
    hear
}

fn planned_requests(order: &Order) -> u64 {
    let Some(time) = order.run_time else { return u64::MAX };
    let user_seconds = u64::from(order.users).saturating_mul(time.as_secs() + 1);
    user_seconds.saturating_mul(MOST_PER_USER_AND_SECOND)
}

/// The end of the log. The child writes to the same open file, so nothing may move its position.
fn tail(log: &File) -> String {
    let length = log.metadata().map_or(0, |log| log.len());
    let mut bytes = vec![0; LOG_TAIL.min(length as usize)];
    let from = length - bytes.len() as u64;
    if log.read_exact_at(&mut bytes, from).is_err() {
        bytes.clear();
    }
    match String::from_utf8_lossy(&bytes).trim() {
        "" => "its log is empty".to_owned(),
        text => format!("its log ends with:\n{text}"),
    }
}
