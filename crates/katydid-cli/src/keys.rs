//! Locust's keys: `w` and `W` add one and ten users, `s` and `S` take them away, Enter opens the live
//! page. Where the terminal shows the run, `p` pauses it and lets it go on, and `q` is Ctrl-C.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::RunState;
use rustix::event::Timespec;
use signal_hook::consts::SIGINT;
use signal_hook::low_level::raise;

use crate::console::Console;
use crate::live::open_in_browser;
use crate::signals::Watch;
use crate::terminal::{Terminal, read_keys};

/// How long a look at the keyboard lasts.
const LOOK: Duration = Duration::from_millis(200);
const CTRL_L: u8 = 0xc;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    /// So many users more, or fewer.
    Users(i32),
    /// The live page.
    Page,
    /// A pause, or its end.
    Pause,
    /// As Ctrl-C.
    Stop,
    /// The screen is drawn again.
    Redraw,
}

impl Key {
    fn of(byte: u8) -> Option<Self> {
        match byte {
            b'w' => Some(Self::Users(1)),
            b'W' => Some(Self::Users(10)),
            b's' => Some(Self::Users(-1)),
            b'S' => Some(Self::Users(-10)),
            b'\r' | b'\n' => Some(Self::Page),
            b'p' => Some(Self::Pause),
            b'q' => Some(Self::Stop),
            CTRL_L => Some(Self::Redraw),
            _ => None,
        }
    }

    /// Beside a log a finger that slips must not disturb a run.
    fn is_of_the_view(self) -> bool {
        matches!(self, Self::Pause | Self::Stop | Self::Redraw)
    }
}

/// Reads keys on a thread of its own until the process ends.
///
/// # Errors
/// No thread for it.
pub(crate) fn listen(terminal: Arc<Terminal>, watch: Watch, console: Console) -> io::Result<()> {
    let read = move || {
        let look = Timespec { tv_sec: 0, tv_nsec: LOOK.subsec_nanos().into() };
        loop {
            if !terminal.take() {
                // In the background, or the run has ended.
                std::thread::park_timeout(LOOK);
                continue;
            }
            let Some(bytes) = read_keys(look) else { return };
            for key in bytes.into_iter().filter_map(Key::of) {
                act(key, &watch, &console);
            }
        }
    };
    std::thread::Builder::new().name("katydid-keys".to_owned()).spawn(read).map(drop)
}

fn act(key: Key, watch: &Watch, console: &Console) {
    let control = &watch.control;
    if key.is_of_the_view() && !watch.screen.is_shown() {
        return;
    }
    let why_not = match key {
        Key::Users(_) => watch.room.why_users_stay(),
        Key::Pause => watch.room.why_no_pause(),
        _ => None,
    };
    if let Some(why_not) = why_not {
        return console.info(why_not);
    }
    match key {
        Key::Users(more) if control.state() == RunState::Spawning => {
            console.warning(if more > 0 {
                "Already spawning users, can't spawn more right now"
            } else {
                "Spawning users, can't stop right now"
            });
        }
        Key::Users(more) => {
            let present = control.target_users();
            let room = watch.room.make(present.saturating_add_signed(more), present);
            let done = room.and_then(|()| control.add_users(more).map_err(|it| it.to_string()));
            if let Err(fault) = done {
                console.warning(&fault);
            }
        }
        Key::Page => match watch.page() {
            Some(address) => open_in_browser(address, console),
            None => console.info("This run has no live page; --web-ui opens one beside it"),
        },
        Key::Pause => {
            let done = if control.is_paused() { control.resume() } else { control.pause() };
            if let Err(fault) = done {
                console.warning(&fault.to_string());
            }
        }
        Key::Stop => {
            if let Err(fault) = raise(SIGINT) {
                console.warning(&format!("q has no effect: {fault}"));
            }
        }
        Key::Redraw => watch.screen.redraw(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_locusts() {
        let asked: Vec<Key> = b"wWsS\nxpq\x0c".iter().filter_map(|byte| Key::of(*byte)).collect();
        let users = [1, 10, -1, -10].map(Key::Users);
        assert_eq!(asked[..4], users);
        assert_eq!(asked[4..], [Key::Page, Key::Pause, Key::Stop, Key::Redraw]);
        assert!(asked[5..].iter().all(|key| key.is_of_the_view()));
        assert!(!asked[..5].iter().any(|key| key.is_of_the_view()));
    }
}
