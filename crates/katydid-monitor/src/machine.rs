//! How busy all CPUs of the machine are.

use std::fs;

/// Ticks of all CPUs since the machine's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticks {
    all: u64,
    idle: u64,
    steal: u64,
    pub(crate) cores: u32,
}

impl Ticks {
    pub(crate) fn read() -> Option<Self> {
        parse(&fs::read_to_string("/proc/stat").ok()?)
    }

    /// The share of the time since `then` in which a CPU had work, of all CPUs.
    pub(crate) fn busy_since(self, then: Self) -> Option<f64> {
        let all = self.all.saturating_sub(then.all);
        let idle = self.idle.saturating_sub(then.idle).min(all);
        (all > 0).then(|| (all - idle) as f64 / all as f64)
    }

    /// The share in which a CPU had work and the host of this virtual machine gave it to others.
    pub(crate) fn stolen_since(self, then: Self) -> Option<f64> {
        let all = self.all.saturating_sub(then.all);
        (all > 0).then(|| self.steal.saturating_sub(then.steal) as f64 / all as f64)
    }
}

/// user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in the first two.
fn parse(text: &str) -> Option<Ticks> {
    let mut lines = text.lines();
    let line = lines.next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
    let cores = lines.take_while(|line| line.starts_with("cpu")).count();
    Some(Ticks {
        all: ticks.iter().take(8).sum(),
        idle: ticks.get(3)? + ticks.get(4)?,
        steal: ticks.get(7).copied().unwrap_or_default(),
        cores: u32::try_from(cores).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_a_disk_is_idle() {
        let then = parse("cpu  100 0 100 800 0 0 0 0 5 5\ncpu0 1 2\ncpu1 1 2\nintr 5\n").unwrap();
        assert_eq!(then.cores, 2);
        let now = parse("cpu  150 0 120 820 10 0 0 0 9 9\ncpu0 1 2\ncpu1 1 2\n").unwrap();
        assert_eq!(now.busy_since(then), Some(0.7));
        assert_eq!(now.busy_since(now), None);
        assert_eq!(parse("intr 1"), None);
    }
}
