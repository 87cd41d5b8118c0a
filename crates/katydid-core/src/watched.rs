//! A process that was watched beside the load: CPU, memory, threads and descriptors over the run.

use serde::{Deserialize, Serialize};

use crate::monitored::{MarkKind, MonitorKind, MonitorMark, Monitored, Series, Unit};
use std::ops::Range;
use std::time::Duration;

/// Steps kept; a longer run gets steps twice as long.
const MOST_STEPS: usize = 3_600;

/// What a process and its descendants use at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// CPU time since they began.
    pub cpu: Duration,
    /// Resident memory, bytes; what several of them share counts for each.
    pub resident: u64,
    /// The part of it, and of what was swapped out, that no file backs, bytes.
    pub anonymous: u64,
    /// Threads.
    pub threads: u32,
    /// Open descriptors; `None`: this user may not know.
    pub descriptors: Option<u32>,
    /// Processes.
    pub processes: u32,
    /// The share of the time since the last look in which a CPU of the machine had work, of all.
    pub machine_busy: Option<f64>,
}

/// A watched process over a run, in bounded memory: by the second for an hour, then by two
/// seconds, by four, ….
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watched {
    /// Its pid.
    pub pid: u32,
    /// The name of its program.
    pub name: String,
    /// CPUs of the machine.
    pub cores: u32,
    /// It ended during the run: when that was noticed, within a second.
    pub ended: Option<Duration>,
    seconds: u32,
    steps: Vec<Step>,
    first: Option<(Duration, Usage)>,
    last: Option<(Duration, Usage)>,
    most: Usage,
}

/// What was seen in a step of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Step {
    /// Looks.
    looks: u32,
    /// Bytes, of all looks.
    anonymous: f64,
    /// CPU seconds used, and seconds in which they were.
    cpu: f64,
    time: f64,
    /// CPU seconds of all programs, as shares of all cores.
    busy: f64,
}

impl Watched {
    /// Nothing seen yet, on a machine of `cores` CPUs.
    pub fn new(pid: u32, name: &str, cores: u32) -> Self {
        Self {
            pid,
            name: name.to_owned(),
            cores,
            ended: None,
            seconds: 1,
            steps: Vec::new(),
            first: None,
            last: None,
            most: Usage::default(),
        }
    }

    /// Adds what was seen `at` after the start of the run.
    pub fn note(&mut self, at: Duration, usage: Usage) {
        let (before, then) = self.last.unwrap_or((at, usage));
        let time = at.saturating_sub(before).as_secs_f64();
        // Of a child that nobody waited for it may be less than before.
        let cpu = usage.cpu.saturating_sub(then.cpu).as_secs_f64();
        let step = Step {
            looks: 1,
            anonymous: usage.anonymous as f64,
            cpu,
            time,
            busy: usage.machine_busy.unwrap_or_default() * time,
        };
        // The look at 7.0 s tells of the second that began at 6.
        self.place(before.saturating_add(at) / 2).add(step);
        self.first.get_or_insert((at, usage));
        self.last = Some((at, usage));
        let most = &mut self.most;
        most.resident = most.resident.max(usage.resident);
        most.anonymous = most.anonymous.max(usage.anonymous);
        most.threads = most.threads.max(usage.threads);
        most.descriptors = most.descriptors.max(usage.descriptors);
        most.processes = most.processes.max(usage.processes);
    }

    /// It has ended.
    pub fn end(&mut self, at: Duration) {
        self.ended = Some(at);
    }

    /// A sentence, if it has ended during the run.
    pub fn ended_text(&self) -> Option<String> {
        let Self { pid, name, ended, .. } = self;
        let second = (*ended)?.as_secs();
        Some(format!("the watched process {pid} ({name}) ended in second {second} of the run"))
    }

    /// The first and the last look, with their times.
    pub fn ends(&self) -> Option<((Duration, Usage), (Duration, Usage))> {
        self.first.zip(self.last)
    }

    /// The most of each number of a moment; the CPU time means nothing here.
    pub fn most(&self) -> &Usage {
        &self.most
    }

    /// CPU time ÷ time over `window` of the run: 1.0 is one core all the time.
    pub fn cpu(&self, window: &Range<Duration>) -> Option<f64> {
        let sum = self.sum(window);
        (sum.time > 0.0).then(|| sum.cpu / sum.time)
    }

    /// The same of the busiest step.
    pub fn most_cpu(&self) -> Option<f64> {
        // The kernel counts in hundredths of a second: shorter times say nothing.
        let whole = self.steps.iter().filter(|step| step.time > 0.5);
        whole.map(|step| step.cpu / step.time).max_by(f64::total_cmp)
    }

    /// The share of the machine's CPUs that had work in `window`, for whatever program.
    pub fn machine_busy(&self, window: &Range<Duration>) -> Option<f64> {
        let sum = self.sum(window);
        (sum.time > 0.0).then(|| sum.busy / sum.time)
    }

    /// Mean memory that no file backs, in `window`.
    pub fn memory(&self, window: &Range<Duration>) -> Option<f64> {
        let sum = self.sum(window);
        (sum.looks > 0).then(|| sum.anonymous / f64::from(sum.looks))
    }

    /// The same as what a monitor has seen: series of CPU, memory and the machine's CPUs.
    pub fn as_monitored(&self) -> Monitored {
        let mut cpu = Series::new("cpu", Unit::Cores);
        let mut memory = Series::new("memory", Unit::Bytes);
        let mut busy = Series::new("machine_busy", Unit::Share);
        for (index, step) in self.steps.iter().enumerate() {
            let middle = self.step() * index as u32 + self.step() / 2;
            if step.time > 0.0 {
                cpu.note(middle, step.cpu / step.time);
                busy.note(middle, step.busy / step.time);
            }
            if step.looks > 0 {
                memory.note(middle, step.anonymous / f64::from(step.looks));
            }
        }
        let name = format!("process {} ({})", self.pid, self.name);
        let mut monitored = Monitored::new(&name, MonitorKind::Process);
        monitored.series = vec![cpu, memory, busy];
        if let Some(at) = self.ended {
            let text = self.ended_text().unwrap_or_default();
            monitored.marks.push(MonitorMark { at, kind: MarkKind::Down, text });
        }
        monitored
    }

    /// Length of a step.
    pub fn step(&self) -> Duration {
        Duration::from_secs(u64::from(self.seconds))
    }

    /// The middle of each step that has something, the cores used in it, and the mean memory that no
    /// file backs.
    pub fn points(&self) -> impl Iterator<Item = (Duration, Option<f64>, Option<f64>)> {
        let seen = self.steps.iter().enumerate();
        let seen = seen.filter(|(_, step)| step.looks > 0 || step.time > 0.0);
        seen.map(|(index, step)| {
            let cpu = (step.time > 0.0).then(|| step.cpu / step.time);
            let memory = (step.looks > 0).then(|| step.anonymous / f64::from(step.looks));
            (self.step() * index as u32 + self.step() / 2, cpu, memory)
        })
    }

    /// All steps whose middle lies in `window`.
    fn sum(&self, window: &Range<Duration>) -> Step {
        let mut sum = Step::default();
        for (index, step) in self.steps.iter().enumerate() {
            let middle = self.step() * index as u32 + self.step() / 2;
            if window.contains(&middle) {
                sum.add(*step);
            }
        }
        sum
    }

    fn place(&mut self, at: Duration) -> &mut Step {
        let mut index = at.as_secs() as usize / self.seconds as usize;
        while index >= MOST_STEPS {
            self.seconds *= 2;
            let sum = |pair: &[Step]| {
                let mut sum = Step::default();
                for step in pair {
                    sum.add(*step);
                }
                sum
            };
            self.steps = self.steps.chunks(2).map(sum).collect();
            index = at.as_secs() as usize / self.seconds as usize;
        }
        if index >= self.steps.len() {
            self.steps.resize(index + 1, Step::default());
        }
        &mut self.steps[index]
    }
}

impl Step {
    fn add(&mut self, other: Self) {
        self.looks += other.looks;
        self.anonymous += other.anonymous;
        self.cpu += other.cpu;
        self.time += other.time;
        self.busy += other.busy;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(cpu_ms: u64, megabytes: u64) -> Usage {
        let bytes = megabytes * 1_000_000;
        let cpu = Duration::from_millis(cpu_ms);
        let machine_busy = Some(0.75);
        Usage { cpu, resident: bytes + 5, anonymous: bytes, machine_busy, ..Usage::default() }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn shares_of_cpu_are_those_of_the_time_between_looks() {
        let mut watched = Watched::new(7, "target", 2);
        // It had used 9 s before anybody looked.
        for (at, cpu) in [(0, 9_000), (1, 9_500), (2, 11_000), (4, 11_400)] {
            watched.note(seconds(at), usage(cpu, 10 + at));
        }
        assert_eq!(watched.cpu(&(seconds(0)..seconds(9))), Some(0.6));
        assert_eq!(watched.cpu(&(seconds(1)..seconds(2))), Some(1.5));
        assert_eq!(watched.most_cpu(), Some(1.5));
        assert_eq!(watched.machine_busy(&(seconds(0)..seconds(9))), Some(0.75));
        assert_eq!(watched.cpu(&(seconds(9)..seconds(10))), None);
        let ((_, first), (_, last)) = watched.ends().unwrap();
        assert_eq!((first.anonymous, last.anonymous), (10_000_000, 14_000_000));
        assert_eq!(watched.most().resident, 14_000_005);
    }

    #[test]
    fn a_day_is_bounded_and_keeps_its_sums() {
        let mut watched = Watched::new(7, "target", 2);
        let day = 24 * 3_600;
        (0..=day).for_each(|second| watched.note(seconds(second), usage(second * 500, second)));
        assert!(watched.steps.len() <= MOST_STEPS && watched.step() == seconds(32));
        let share = watched.cpu(&(seconds(0)..seconds(day + 32))).unwrap();
        assert!((share - 0.5).abs() < 1e-9, "{share}");
        let mean = watched.memory(&(seconds(3_200)..seconds(6_400))).unwrap();
        assert!((mean / 1e6 - 4_800.0).abs() < 2.0, "{mean}");
    }

    #[test]
    fn time_that_nobody_looked_at_is_no_memory_of_zero() {
        let mut watched = Watched::new(7, "target", 2);
        watched.note(seconds(0), usage(0, 10));
        watched.note(seconds(60), usage(0, 20));
        assert_eq!(watched.memory(&(seconds(5)..seconds(20))), None);
    }
}
