//! Real processes, started here, watched through the public door.
#![cfg(target_os = "linux")]

use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use katydid_core::Watched;
use katydid_monitor::{Monitor, Process, WatchError, listener};

/// A shell at work, and what it said; killed at the end of its test.
struct Shell(Child, String);

impl Shell {
    /// Runs `script` and waits until it has said a line.
    fn start(script: &str) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("there is a shell");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("it says a line");
        Self(child, line)
    }

    fn process(&self) -> Process {
        Process::find(self.0.id()).expect("it runs")
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Watches until what was seen is `enough`.
fn watch(shell: &Shell, enough: impl Fn(&Watched) -> bool) -> Watched {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        let monitor = Monitor::start(vec![shell.process()]);
        std::thread::park_timeout(Duration::from_millis(600));
        let (mut watched, cost) = monitor.finish();
        assert_eq!(watched.len(), 1);
        assert!(cost.looks >= 2, "at the beginning and at the end");
        let watched = watched.remove(0);
        if enough(&watched) {
            return watched;
        }
        assert!(Instant::now() < end, "{watched:?}");
    }
}

fn all() -> std::ops::Range<Duration> {
    Duration::ZERO..Duration::MAX
}

#[test]
fn a_busy_child_counts_with_its_parent() {
    let shell = Shell::start("while :; do :; done & echo $!; wait");
    // On a busy machine it may get little of a core, but never nothing for long.
    let watched = watch(&shell, |watched| watched.cpu(&all()).is_some_and(|cpu| cpu > 0.05));
    assert_eq!(watched.most().processes, 2);
    assert!(watched.cores >= 1 && watched.machine_busy(&all()).unwrap() > 0.0);
    // The loop would outlive its parent.
    let kill = format!("kill -9 {}", shell.1.trim());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("there is a shell").success());
}

#[test]
fn memory_descriptors_and_threads_are_seen() {
    let script = "exec 7</dev/null 8</dev/null; x=$(head -c 30000000 /dev/zero | tr '\\0' a); \
                  echo up; read y";
    let shell = Shell::start(script);
    let watched = watch(&shell, |_| true);
    let most = watched.most();
    assert!(most.anonymous >= 30_000_000 && most.resident >= most.anonymous, "{most:?}");
    assert_eq!((most.threads, most.processes), (1, 1));
    assert!(most.descriptors.unwrap() >= 5, "{most:?}");
    assert!(watched.memory(&all()).unwrap() >= 30e6);
}

#[test]
fn the_end_of_a_process_is_seen_though_nobody_has_buried_it() {
    let mut shell = Shell::start("echo up; exec sleep 600");
    let mut monitor = Monitor::start(vec![shell.process()]);
    shell.0.kill().expect("it is ours");
    let end = Instant::now() + Duration::from_mins(1);
    let ended = loop {
        match monitor.drain().pop() {
            Some(ended) => break ended,
            None => std::thread::park_timeout(Duration::from_millis(20)),
        }
        assert!(Instant::now() < end, "its end is not seen");
    };
    assert_eq!(ended.pid, shell.0.id());
    assert!(ended.ended.is_some());
    let (watched, _) = monitor.finish();
    assert_eq!(watched[0].ended, ended.ended, "it is told once and stays ended");
    let pid = shell.0.id();
    assert_eq!(Process::find(pid), Err(WatchError::NoSuchProcess(pid)));
}

#[test]
fn who_listens_is_told_only_where_it_is_known() {
    let own = std::process::id();
    assert_eq!(Process::find(own), Err(WatchError::Own(own)));
    let ours = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = ours.local_addr().expect("it is bound");
    assert_eq!(listener(&[address]), Err(WatchError::Own(own)));
    let port = address.port();
    drop(ours);
    let nobody: SocketAddr = ([127, 0, 0, 1], port).into();
    assert_eq!(listener(&[nobody]), Err(WatchError::Hidden));
}
