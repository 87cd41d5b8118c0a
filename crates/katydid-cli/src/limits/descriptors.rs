//! File descriptors: the usual soft limit is 1024.

use rlimit::Resource;

use crate::error::CliError;

/// Logs, reports, pipes to the embedded backend, the resolver's sockets.
const RESERVE: u64 = 64;
/// Of an executor thread beside its users' connections.
const PER_THREAD: u64 = 8;
/// Raised this far in any case, as Locust does: redirects may open more than one per user.
const AT_LEAST: u64 = 10_000;

/// Raises the soft limit for `users` on `threads` threads.
///
/// # Errors
/// The hard limit lies below what they need.
pub(super) fn make_room(users: u32, threads: usize) -> Result<(), CliError> {
    // Where limits cannot be read, a failing connect will tell.
    let Ok((soft, hard)) = Resource::NOFILE.get() else { return Ok(()) };
    let target = room(users, threads, soft, hard)?;
    if target > soft && Resource::NOFILE.set(target, hard).is_err() {
        // Some systems have a ceiling below the hard limit they name.
        return room(users, threads, soft, soft).map(drop);
    }
    Ok(())
}

/// Raises the soft limit as far as it goes; so many users fit then, if that is known.
pub(super) fn fit(threads: usize) -> Option<u64> {
    let (soft, hard) = Resource::NOFILE.get().ok()?;
    let raised = soft >= hard || Resource::NOFILE.set(hard, hard).is_ok();
    let limit = if raised { hard } else { soft };
    Some(limit.saturating_sub(RESERVE + PER_THREAD * threads as u64))
}

/// The soft limit to set.
fn room(users: u32, threads: usize, soft: u64, hard: u64) -> Result<u64, CliError> {
    let reserve = RESERVE + PER_THREAD * threads as u64;
    let needed = u64::from(users) + reserve;
    if needed > hard {
        let fit = hard.saturating_sub(reserve);
        return Err(CliError::Descriptors { users, needed, allowed: hard, fit });
    }
    Ok(soft.max(needed).max(AT_LEAST).min(hard))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_is_raised_as_far_as_needed() {
        assert_eq!(room(10, 2, 1_024, 1 << 20).unwrap(), 10_000);
        assert_eq!(room(50_000, 2, 1_024, 1 << 20).unwrap(), 50_080);
        assert_eq!(room(10, 2, 1_024, 4_096).unwrap(), 4_096);
        assert_eq!(room(10, 2, 1 << 20, 1 << 20).unwrap(), 1 << 20);
    }

    #[test]
    fn too_low_a_hard_limit_says_how_many_fit() {
        let error = room(5_000, 2, 1_024, 4_096).unwrap_err();
        assert_eq!(
            error.to_string(),
            "5000 users need 5080 file descriptors and the system allows 4096; 4016 users fit, or \
             raise the limit (ulimit -Hn)"
        );
        assert!(room(4_016, 2, 1_024, 4_096).is_ok());
    }
}
