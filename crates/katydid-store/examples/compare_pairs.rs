//! What `katydid compare` finds in pairs made of saved real runs: seconds of a run are drawn anew in
//! blocks (their autocorrelation stays), and the second side's times may be made longer by a tenth.
//!
//! `compare_pairs [--pairs N] RUN…`: files or folders of saved runs of one build, at least two. Pairs
//! of equal builds are drawn from one run (nothing differs but the seconds), and from two different
//! ones (runs differ too). Prints how often a pair is called different (5 % at most is meant) and how
//! often the slowdown is found (90 % at least), with 95 % confidence limits (Wilson); then the same of
//! all pairs of the runs as they are (which share runs, so without limits), and by how much the
//! runs differ beyond their seconds. Ends with 1 when a promise is broken.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use katydid_core::Latency;
use katydid_core::compare::{Block, Difference, FailWhen, Run, Settings, Times, Window, compare};
use katydid_store::{Cut, Runs, Saved};
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The mean length of what is drawn as one, in blocks of the run.
const DRAWN: f64 = 6.0;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let mut pairs = 1_000_u32;
    if let Some(at) = words.iter().position(|word| word == "--pairs") {
        pairs = words.get(at + 1).ok_or("--pairs N")?.parse()?;
        words.drain(at..at + 2);
    }
    let runs = words.iter().map(|word| read(word)).collect::<Result<Vec<Run>, _>>()?;
    if runs.len() < 2 {
        return Err("give two saved runs or more of one build".into());
    }
    let seconds: Vec<String> =
        runs.iter().map(|run| format!("{:.0}", run.length().as_secs_f64())).collect();
    println!(
        "{} saved runs with {} steady seconds; {pairs} pairs of each kind",
        runs.len(),
        seconds.join(", ")
    );
    let mut broken = false;
    for (name, other) in [("seconds of one run", false), ("seconds of two runs", true)] {
        let mut count = Count::default();
        for pair in 0..pairs {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(u64::from(pair) + 1);
            let base = random.random_range(0..runs.len());
            let step = random.random_range(1..runs.len());
            let new = if other { (base + step) % runs.len() } else { base };
            let sides = [&runs[base], &runs[new]].map(|run| [drawn(run, &mut random)]);
            count.add(&sides[0], &sides[1]);
        }
        println!("{name}: {}", count.text(true));
        broken |= count.breaks();
    }
    let mut count = Count::default();
    for (at, base) in runs.iter().enumerate() {
        for new in &runs[at + 1..] {
            count.add(std::slice::from_ref(base), std::slice::from_ref(new));
        }
    }
    println!("all {} pairs of the runs as they are: {}", count.pairs, count.text(false));
    broken |= count.breaks();
    println!("runs differ beyond their seconds by (standard deviation): {}", apart(&runs));
    Ok(ExitCode::from(u8::from(broken)))
}

/// What pairs of equal builds were called.
#[derive(Default)]
struct Count {
    pairs: u32,
    alarms: u32,
    found: u32,
}

impl Count {
    /// Compares two runs of one build, and the first with the second made slower.
    fn add(&mut self, base: &[Run], new: &[Run]) {
        let (none, settings) = ((&[][..], FailWhen::Shown), Settings::default());
        let slow: Vec<Run> = new.iter().map(slower).collect();
        let told = compare(base, &slow, none, settings);
        let grown = told.all.shown().any(|it| it.change.is_some_and(|it| it.estimate > 0.0));
        self.pairs += 1;
        self.alarms += u32::from(compare(base, new, none, settings).is_different());
        self.found += u32::from(grown);
    }

    fn text(&self, limits: bool) -> String {
        let share = |count| share(count, self.pairs, limits);
        format!("A/A called different {}, +10 % found {}", share(self.alarms), share(self.found))
    }

    fn breaks(&self) -> bool {
        self.alarms * 20 > self.pairs || self.found * 10 < self.pairs * 9
    }
}

/// What runs add to the seconds inside them, number by number, measured with all of them. Nothing is
/// assumed: that leaves out the weight that an assumption of nothing has.
fn apart(runs: &[Run]) -> String {
    let mut settings = Settings::default();
    settings.run_noise = 0.0;
    let (base, new) = runs.split_at(runs.len() / 2);
    let told = compare(base, new, (&[], FailWhen::Shown), settings);
    let freedom = (runs.len() as f64 - 2.0).max(1.0);
    let of = |it: &Difference| {
        let noise = it.change?.run_noise * ((freedom + 2.0) / freedom).sqrt();
        Some(format!("{} {:.2} %", it.metric, noise * 100.0))
    };
    told.all.differences.iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

fn read(name: &str) -> Result<Run, Box<dyn Error>> {
    let found = Runs::new(PathBuf::new()).find(name)?;
    let saved = Saved::open(&found.file(), &Cut::default())?;
    let (run, cut) = Run::of(saved.snapshot.history(), Window::Steady);
    if run.stretches.is_empty() {
        return Err(format!("{name}: {}", cut.sentence(Window::Steady)).into());
    }
    Ok(run)
}

/// The stationary bootstrap (Politis and Romano 1994): blocks of random length that go round.
fn drawn(run: &Run, random: &mut Xoshiro256PlusPlus) -> Run {
    let stretch = |blocks: &Vec<Block>| {
        let mut at = 0;
        let next = (0..blocks.len()).map(|place| {
            let jump = place == 0 || random.random::<f64>() < 1.0 / DRAWN;
            at = if jump { random.random_range(0..blocks.len()) } else { (at + 1) % blocks.len() };
            blocks[at].clone()
        });
        next.collect()
    };
    Run { rows: run.rows.clone(), stretches: run.stretches.iter().map(stretch).collect() }
}

/// The run with every time a tenth longer.
fn slower(run: &Run) -> Run {
    let times = |times: &Times| {
        let [good, bad] = times.latencies().map(|all| {
            let mut longer = Latency::default();
            for (micros, count) in all.buckets() {
                (0..count).for_each(|_| longer.record(micros * 1_100));
            }
            longer
        });
        Times::of(&good, &bad)
    };
    let block = |block: &Block| Block {
        length: block.length,
        rows: block.rows.iter().map(|(row, all)| (*row, times(all))).collect(),
    };
    let stretches = run.stretches.iter().map(|all| all.iter().map(block).collect()).collect();
    Run { rows: run.rows.clone(), stretches }
}

/// `4.1 %`, with limits `4.1 % (3.0 to 5.5)`.
fn share(count: u32, of: u32, limits: bool) -> String {
    const Z: f64 = 1.96;
    let (n, p) = (f64::from(of), f64::from(count) / f64::from(of));
    if !limits {
        return format!("{:.1} %", p * 100.0);
    }
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = (1.0 + Z * Z / n) / 100.0;
    let (low, high) = ((middle - half) / whole, (middle + half) / whole);
    format!("{:.1} % ({:.1} to {:.1})", p * 100.0, low.max(0.0), high.min(100.0))
}
