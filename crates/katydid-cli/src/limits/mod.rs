//! What this machine has for users: each holds a connection, and with it a file descriptor and memory.
//!
//! Every way to a number of users goes through here: flags, files and plans before a run, orders and
//! changes of the live page, Locust's API, and keys (`room.rs`).

mod descriptors;
mod memory;
mod room;

use crate::error::CliError;
use crate::settings::Settings;

pub(crate) use room::{Needs, Room, SEARCH};

/// Makes room for `users` on `threads` threads.
///
/// # Errors
/// They need more than this machine has, with the number that fits.
pub(crate) fn make_room(users: u32, threads: usize) -> Result<(), CliError> {
    descriptors::make_room(users, threads)?;
    memory::check(users)
}

/// Makes room for the users of a run.
///
/// # Errors
/// They need more than this machine has, with the number that fits.
pub(crate) fn make_room_for(settings: &Settings) -> Result<(), CliError> {
    make_room(most_users(settings), settings.run.threads)
}

/// The most users that there is room for on `threads` threads: what a shape of the suite's own cannot
/// go beyond, of which nobody knows before the run what it wants.
pub(crate) fn most(threads: usize) -> u32 {
    let fit = descriptors::fit(threads).into_iter().chain(memory::fit()).min();
    fit.map_or(u32::MAX, |fit| u32::try_from(fit).unwrap_or(u32::MAX))
}

/// The most users that there may be: in the open model some of each class may wait for their turn.
fn most_users(settings: &Settings) -> u32 {
    let classes = settings.classes.len() as u32;
    let open = settings.run.arrivals.is_some();
    if open { settings.run.users.saturating_mul(classes) } else { settings.run.users }
}
