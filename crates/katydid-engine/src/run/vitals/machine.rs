//! What the machine goes through between two moments.

use std::time::{Duration, Instant, SystemTime};

use katydid_core::Machine;

use super::netstat::{self, Netstat};

/// The machine as it was when the run, or its statistics, began.
#[derive(Debug)]
pub(crate) struct MachineWatch(Moment);

#[derive(Debug)]
struct Moment {
    monotonic: Instant,
    calendar: SystemTime,
    cpu: Option<Duration>,
    /// By how much the clock that counts sleep is ahead of the one that does not.
    slept: Option<Duration>,
    ticks: Option<CpuTicks>,
    netstat: Option<Netstat>,
}

/// Ticks of all CPUs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CpuTicks {
    all: u64,
    stolen: u64,
    /// Neither idle nor waiting for a disk nor stolen.
    busy: u64,
}

impl MachineWatch {
    /// Begins now.
    pub(crate) fn begin() -> Self {
        Self(Moment::now())
    }

    /// What has happened since.
    pub(crate) fn look(&self) -> Machine {
        let (then, now) = (&self.0, Moment::now());
        let between =
            |of: fn(&Moment) -> Option<Duration>| Some(of(&now)?.saturating_sub(of(then)?));
        let count = |of: fn(&Netstat) -> u64| {
            Some(of(now.netstat.as_ref()?).saturating_sub(of(then.netstat.as_ref()?)))
        };
        let mut machine = Machine::default();
        machine.others = others(then.ticks, now.ticks, between(|at| at.cpu));
        machine.suspended = between(|at| at.slept);
        machine.steal = stolen(then.ticks, now.ticks);
        machine.clock_step = Some(step(then, &now, machine.suspended.unwrap_or_default()));
        machine.syn_retransmits = count(|at| at.syn_retransmits);
        machine.listen_drops = count(|at| at.listen_drops);
        machine
    }
}

impl Moment {
    fn now() -> Self {
        Self {
            monotonic: Instant::now(),
            calendar: SystemTime::now(),
            cpu: clock(rustix::time::ClockId::ProcessCPUTime),
            slept: slept(),
            ticks: cpu_ticks(),
            netstat: netstat::read(),
        }
    }
}

/// By how much the calendar moved more than the time that passed.
fn step(then: &Moment, now: &Moment, asleep: Duration) -> f64 {
    let passed = (now.monotonic - then.monotonic + asleep).as_secs_f64();
    let calendar = match now.calendar.duration_since(then.calendar) {
        Ok(forward) => forward.as_secs_f64(),
        Err(back) => -back.duration().as_secs_f64(),
    };
    calendar - passed
}

fn stolen(then: Option<CpuTicks>, now: Option<CpuTicks>) -> Option<f64> {
    let (then, now) = (then?, now?);
    let all = now.all.saturating_sub(then.all);
    (all > 0).then(|| now.stolen.saturating_sub(then.stolen) as f64 / all as f64)
}

/// The share of all CPU time that others used while this program used `ours`.
fn others(then: Option<CpuTicks>, now: Option<CpuTicks>, ours: Option<Duration>) -> Option<f64> {
    let (then, now, ours) = (then?, now?, ours?);
    let all = now.all.saturating_sub(then.all);
    let busy = now.busy.saturating_sub(then.busy) as f64;
    // USER_HZ is 100 on every Linux.
    (all > 0).then(|| ((busy - ours.as_secs_f64() * 100.0) / all as f64).clamp(0.0, 1.0))
}

fn clock(id: rustix::time::ClockId) -> Option<Duration> {
    Duration::try_from(rustix::time::clock_gettime(id)).ok()
}

#[cfg(target_os = "linux")]
fn slept() -> Option<Duration> {
    let awake = clock(rustix::time::ClockId::Monotonic)?;
    Some(clock(rustix::time::ClockId::Boottime)?.saturating_sub(awake))
}

#[cfg(not(target_os = "linux"))]
fn slept() -> Option<Duration> {
    None
}

#[cfg(target_os = "linux")]
fn cpu_ticks() -> Option<CpuTicks> {
    parse(&std::fs::read_to_string("/proc/stat").ok()?)
}

#[cfg(not(target_os = "linux"))]
fn cpu_ticks() -> Option<CpuTicks> {
    None
}

/// The first line: user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted
/// in the first two.
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "Linux alone has the file"))]
fn parse(text: &str) -> Option<CpuTicks> {
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let ticks: Vec<u64> = line.split_whitespace().map_while(|word| word.parse().ok()).collect();
    let (all, stolen) = (ticks.iter().take(8).sum(), *ticks.get(7)?);
    let rest = [3, 4, 7].iter().map(|index: &usize| ticks[*index]).sum::<u64>();
    Some(CpuTicks { all, stolen, busy: all - rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stolen_and_used_time_are_shares_of_all_cpus() {
        let then = parse("cpu  100 0 100 800 0 0 0 10 5 5\ncpu0 1 2\n");
        assert_eq!(then, Some(CpuTicks { all: 1_010, stolen: 10, busy: 200 }));
        let now = parse("cpu  150 0 150 900 0 0 0 60 9 9\n");
        assert_eq!(stolen(then, now), Some(0.2));
        assert_eq!(stolen(now, now), None);
        // Of 250 ticks 100 were busy, 50 of them by us.
        assert_eq!(others(then, now, Some(Duration::from_millis(500))), Some(0.2));
        assert_eq!(parse("intr 1 2 3"), None);
    }

    #[test]
    fn a_calendar_that_is_set_is_noticed_and_sleep_is_not_a_step() {
        let then = Moment::now();
        let ahead = |passed: u64, calendar: u64| Moment {
            monotonic: then.monotonic + Duration::from_secs(passed),
            calendar: then.calendar + Duration::from_secs(calendar),
            ..Moment::now()
        };
        assert_eq!(step(&then, &ahead(10, 13), Duration::ZERO), 3.0);
        assert_eq!(step(&then, &ahead(10, 13), Duration::from_secs(3)), 0.0);
    }
}
