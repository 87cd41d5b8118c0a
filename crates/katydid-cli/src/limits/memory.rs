//! Memory: where descriptors are plenty, it ends first.

use std::fs;
use std::path::Path;

use crate::error::CliError;

/// Of a user with an open connection, without what its suite keeps: 4.6 KiB were measured
/// (`xtask/shows/memory.sh`). Rather too little than too much, for it refuses.
const PER_USER: u64 = 4 << 10;

/// Whether `users` fit into what is free.
///
/// # Errors
/// They do not, whatever their suite keeps.
pub(super) fn check(users: u32) -> Result<(), CliError> {
    // Where it cannot be known, the system will tell.
    available().map_or(Ok(()), |free| fits(users, free))
}

/// So many users fit into what is free, if that is known.
pub(super) fn fit() -> Option<u64> {
    available().map(|free| free / PER_USER)
}

fn fits(users: u32, free: u64) -> Result<(), CliError> {
    if u64::from(users) * PER_USER <= free {
        return Ok(());
    }
    Err(CliError::Memory { users, needed: u64::from(users) * PER_USER, free, fit: free / PER_USER })
}

/// Free bytes: of the machine, or of the control group that this program is in, if that has fewer.
fn available() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| of_machine(&text));
    machine.into_iter().chain(of_group()).min()
}

fn of_machine(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

/// What the control group still allows (version 2). None: it has no limit.
fn of_group() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let folder = Path::new("/sys/fs/cgroup").join(own);
    let number = |name: &str| -> Option<u64> {
        fs::read_to_string(folder.join(name)).ok()?.trim().parse().ok()
    };
    Some(number("memory.max")?.saturating_sub(number("memory.current")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_read() {
        let text = "MemTotal:  1000 kB\nMemFree:   1 kB\nMemAvailable:     250 kB\n";
        assert_eq!(of_machine(text), Some(256_000));
        assert_eq!(of_machine("MemTotal: 1000 kB\n"), None);
        assert_eq!(of_machine("MemAvailable: much\n"), None);
    }

    #[test]
    fn more_users_than_memory_are_refused_with_the_number_that_fits() {
        assert!(fits(1_000, 1_000 * PER_USER).is_ok());
        assert_eq!(
            fits(1_000_000_000, 8 << 30).unwrap_err().to_string(),
            "1000000000 users need at least 3814.7 GiB of memory (4 KiB for each with its \
             connection) and 8.0 GiB are free here; at most 2097152 users fit, spread the others over \
             more machines"
        );
    }
}
