//! The terminal that stdin is, while keys are read from it: no echo, no waiting for Enter, and
//! always given back as it was.

use std::io::{self, IsTerminal as _};
use std::os::fd::AsFd;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::getpgrp;
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};

/// A terminal to read keys from.
#[derive(Debug)]
pub(crate) struct Terminal {
    /// How it was found.
    calm: Termios,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// As it was found.
    Calm,
    /// Without echo and lines.
    Keys,
    /// As it was found, until the process goes on.
    Paused,
    /// As it was found, for good.
    Left,
}

impl Terminal {
    /// The terminal that stdin is, if it is one.
    pub(crate) fn of_stdin() -> Option<Self> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return None;
        }
        Some(Self { calm: tcgetattr(&stdin).ok()?, state: Mutex::new(State::Calm) })
    }

    /// Makes single keys readable. Not while another process group has the terminal: whoever
    /// touches it from the background is stopped by the system.
    pub(crate) fn take(&self) -> bool {
        let mut state = self.lock();
        if *state != State::Calm || !in_foreground(io::stdin()) {
            return *state == State::Keys;
        }
        let mut keys = self.calm.clone();
        // Ctrl-C and Ctrl-Z go on being signals.
        keys.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
        keys.special_codes[SpecialCodeIndex::VMIN] = 1;
        keys.special_codes[SpecialCodeIndex::VTIME] = 0;
        // What was typed before was not meant for the run.
        if tcsetattr(io::stdin(), OptionalActions::Flush, &keys).is_ok() {
            *state = State::Keys;
        }
        *state == State::Keys
    }

    /// Puts the terminal back as it was found before the process is stopped; it is not taken
    /// again before [`Terminal::resume`].
    pub(crate) fn pause(&self) {
        self.restore(State::Paused);
    }

    /// Puts it back and never takes it again.
    pub(crate) fn leave(&self) {
        self.restore(State::Left);
    }

    /// The process goes on, and a shell may have changed the terminal meanwhile: the next
    /// [`Terminal::take`] sets it anew.
    pub(crate) fn resume(&self) {
        let mut state = self.lock();
        if *state != State::Left {
            *state = State::Calm;
        }
    }

    fn restore(&self, next: State) {
        let mut state = self.lock();
        if *state == State::Keys && in_foreground(io::stdin()) {
            // A terminal that is gone needs no restoring.
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &self.calm);
        }
        if *state != State::Left {
            *state = next;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits a moment for keys on a terminal that has been taken. `None` at the end of input.
pub(crate) fn read_keys(wait: Timespec) -> Option<Vec<u8>> {
    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    // A signal may have interrupted it, after which a read would wait for ever.
    let ready = poll(&mut fds, Some(&wait)).is_ok_and(|ready| ready > 0);
    if !ready || !in_foreground(&stdin) {
        return Some(Vec::new());
    }
    let mut bytes = [0; 64];
    match rustix::io::read(&stdin, &mut bytes) {
        Ok(0) => None,
        Ok(count) => Some(bytes[..count].to_vec()),
        Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => Some(Vec::new()),
        Err(_) => None,
    }
}

/// Whether a terminal is this process's own at this moment, and not the shell's.
pub(crate) fn in_foreground(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp())
}
