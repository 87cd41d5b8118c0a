//! A program in a terminal of its own, as a person has it.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, Command};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcgetwinsize, tcsetwinsize};

use crate::grid;

/// A test that waits longer than this has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// A program and the keyboard and screen that it thinks it has.
pub(crate) struct Terminal {
    child: Child,
    keyboard: File,
    /// Kept open so that the screen can be read, and asked for its modes, to the end.
    line: File,
    /// The modes before anything ran on it.
    modes_before: String,
    screen: Arc<(Mutex<String>, Condvar)>,
}

impl Terminal {
    /// Starts a program on a terminal of 160 columns.
    pub(crate) fn start(command: &Command) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        resize(&master, 160);
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let line = File::options().read(true).write(true).open(name).unwrap();
        let modes_before = modes(&line);
        // In a session of its own, whose terminal this is: that takes code before `exec`, which
        // util-linux has.
        let mut session = Command::new("setsid");
        session.arg("--ctty").arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => session.env(name, value),
                None => session.env_remove(name),
            };
        }
        let end = || OwnedFd::from(line.try_clone().unwrap());
        session.stdin(end()).stdout(end()).stderr(end());
        let child = session.spawn().expect("setsid of util-linux");
        let screen = Arc::new((Mutex::new(String::new()), Condvar::new()));
        watch(File::from(master.try_clone().unwrap()), Arc::clone(&screen));
        Self { child, keyboard: File::from(master), line, modes_before, screen }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Makes the window so many columns wide.
    pub(crate) fn resize(&self, columns: u16) {
        resize(&self.line, columns);
    }

    /// Waits until the screen has had `text`; returns everything that it has had.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |seen| seen.contains(text))
    }

    /// Waits until the screen has had something that `holds`; returns everything.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let (screen, changed) = &*self.screen;
        let mut seen = screen.lock().unwrap();
        let end = Instant::now() + PATIENCE;
        while !holds(&seen) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let seen = seen.clone();
                panic!("{what} never came:\n{seen}");
            }
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
        seen.clone()
    }

    /// Waits until `text` stands on the screen; returns what stands there then.
    pub(crate) fn wait_for_frame(&self, text: &str) -> String {
        self.wait_until_frame(text, |frame| frame.contains(text))
    }

    /// Waits until something stands on the screen that `holds`; returns what stands there then.
    pub(crate) fn wait_until_frame(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let frame = |seen: &str| {
            let size = tcgetwinsize(&self.line).unwrap();
            grid::lines(seen, (size.ws_col.into(), size.ws_row.into())).join("\n")
        };
        frame(&self.wait_until(what, |seen| holds(&frame(seen))))
    }

    /// The modes of the terminal, to compare them.
    pub(crate) fn modes(&self) -> String {
        modes(&self.line)
    }

    /// The same before anything ran on it.
    pub(crate) fn modes_before(&self) -> &str {
        &self.modes_before
    }

    /// Waits until the program is stopped, as by Ctrl-Z.
    pub(crate) fn wait_until_stopped(&self) {
        let end = Instant::now() + PATIENCE;
        let path = format!("/proc/{}/stat", self.pid());
        while !std::fs::read_to_string(&path).is_ok_and(|stat| stat.contains(") T ")) {
            assert!(Instant::now() < end, "it was never stopped");
            std::thread::yield_now();
        }
    }

    /// Waits until keys are read one by one and unseen, or no longer.
    pub(crate) fn wait_until_raw(&self, raw: bool) {
        let modes = LocalModes::ICANON | LocalModes::ECHO;
        let end = Instant::now() + PATIENCE;
        let now = || tcgetattr(&self.line).unwrap().local_modes & modes;
        while now() != if raw { LocalModes::empty() } else { modes } {
            assert!(Instant::now() < end, "the terminal never became raw = {raw}");
            std::thread::yield_now();
        }
    }

    /// Waits for the end; the exit code.
    pub(crate) fn end(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn modes(terminal: impl AsFd) -> String {
    format!("{:?}", tcgetattr(terminal).unwrap())
}

fn resize(terminal: impl AsFd, columns: u16) {
    let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).unwrap();
}

fn watch(mut screen: File, seen: Arc<(Mutex<String>, Condvar)>) {
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = screen.read(&mut bytes) {
            *seen.0.lock().unwrap() += &String::from_utf8_lossy(&bytes[..count]);
            seen.1.notify_all();
        }
    });
}
