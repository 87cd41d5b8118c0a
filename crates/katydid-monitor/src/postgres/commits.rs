//! The target's commits: the database's without those of the looks.

/// Counts what the looks themselves have committed.
#[derive(Debug, Default)]
pub(super) struct Commits {
    own: u64,
    seen: f64,
    told: f64,
}

impl Commits {
    /// A transaction of our own has ended.
    pub(super) fn own(&mut self) {
        self.own += 1;
    }

    /// The target's, of all that the database has counted. It counts up to a second late, so what
    /// is subtracted too early comes back, and the number never falls; only when the database's
    /// own falls, because it began anew, does this.
    pub(super) fn of_others(&mut self, all: f64) -> f64 {
        if all < self.seen {
            *self = Self::default();
        }
        self.seen = all;
        self.told = self.told.max(all - self.own as f64);
        self.told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_database_commits_nothing_however_late_it_counts() {
        let mut commits = Commits::default();
        let looks = [100.0, 100.0, 101.0, 103.0, 104.0, 104.0, 106.0];
        let told: Vec<f64> = looks
            .iter()
            .map(|all| {
                let told = commits.of_others(*all);
                commits.own();
                told
            })
            .collect();
        assert_eq!(told, [100.0; 7]);
        // Ten of the target's, then a restart from zero.
        assert_eq!(commits.of_others(117.0), 110.0);
        assert_eq!(commits.of_others(3.0), 3.0);
        commits.own();
        assert_eq!(commits.of_others(6.0), 5.0);
    }
}
