//! Which row comes next.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::UsedUp;

/// A way to deal rows.
///
/// Rows in turn and unique rows are one sequence over all threads, and only something shared can
/// say who comes first. It is one atomic step per *row taken*, not a lock and not per request: a
/// user takes a row once in its life or once per task, and the step (some 20 ns, threads competing
/// for it included) has passed before the request begins, so it is in no measured time.
#[derive(Debug)]
pub(super) enum Deal {
    Sequential(AtomicUsize),
    Random {
        salt: u64,
    },
    Unique {
        used_up: UsedUp,
        taken: Box<[AtomicBool]>,
        /// Rows handed out from the end of the table.
        from_end: AtomicUsize,
        /// Rows dealt once more.
        again: AtomicUsize,
    },
}

impl Deal {
    pub(super) fn sequential() -> Self {
        Self::Sequential(AtomicUsize::new(0))
    }

    /// Two feeders draw different rows for the same user.
    pub(super) fn random(source: &str) -> Self {
        // FNV-1a: the standard library's hash may change with its version.
        let salt = source.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self::Random { salt }
    }

    pub(super) fn unique(rows: usize, used_up: UsedUp) -> Self {
        let taken = (0..rows).map(|_| AtomicBool::new(false)).collect();
        Self::Unique { used_up, taken, from_end: AtomicUsize::new(0), again: AtomicUsize::new(0) }
    }

    /// The row for the take with this number, from 0, of a user; or that none is left.
    pub(super) fn take(
        &self,
        rows: usize,
        user: u32,
        seed: u64,
        number: u64,
    ) -> Result<usize, UsedUp> {
        match self {
            Self::Sequential(next) => Ok(next.fetch_add(1, Ordering::Relaxed) % rows),
            Self::Random { salt } => {
                // Numbers are mixed by a multiplication each, so that neighbours are far apart.
                let draw = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ salt ^ draw);
                Ok(rng.random_range(0..rows))
            }
            Self::Unique { used_up, taken, from_end, again } => {
                let take = |row: usize| !taken[row].swap(true, Ordering::Relaxed);
                let own = user as usize;
                if number == 0 && own < rows && take(own) {
                    return Ok(own);
                }
                while from_end.load(Ordering::Relaxed) < rows {
                    let back = from_end.fetch_add(1, Ordering::Relaxed);
                    if let Some(row) = rows.checked_sub(back + 1)
                        && take(row)
                    {
                        return Ok(row);
                    }
                }
                match used_up {
                    UsedUp::StartOver => Ok(again.fetch_add(1, Ordering::Relaxed) % rows),
                    _ => Err(*used_up),
                }
            }
        }
    }
}
