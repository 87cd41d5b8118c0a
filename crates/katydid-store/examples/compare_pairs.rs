//! What `katydid compare` finds in pairs made of saved real runs: seconds of a run are drawn anew in
//! blocks (their autocorrelation stays), and the second side's times may be made longer by a tenth.
//!
//! `compare_pairs [--pairs N] RUN…`: files or folders of saved runs of one build, at least two. Pairs
//! of equal builds are drawn from one run (nothing differs but the seconds), and from two different
//! ones (runs differ too). Prints how often a pair is called different (5 % at most is meant) and how
//! often the slowdown is found (90 % at least), with 95 % confidence limits (Wilson); ends with 1 when
//! a promise is broken.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use katydid_core::Latency;
use katydid_core::compare::{Block, FailWhen, Run, Settings, Times, Window, compare};
use katydid_store::{Cut, Runs, Saved};
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// The mean length of what is drawn as one, in blocks of the run.
const DRAWN: f64 = 6.0;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let mut pairs = 1_000;
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
        let (mut alarms, mut found) = (0, 0);
        for pair in 0..pairs {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(u64::from(pair) + 1);
            let base = random.random_range(0..runs.len());
            let step = random.random_range(1..runs.len());
            let new = if other { (base + step) % runs.len() } else { base };
            let sides = [&runs[base], &runs[new]].map(|run| [drawn(run, &mut random)]);
            let slow = [slower(&sides[1][0])];
            let none = (&[][..], FailWhen::Shown);
            let settings = Settings::default();
            alarms += u32::from(compare(&sides[0], &sides[1], none, settings).is_different());
            let told = compare(&sides[0], &slow, none, settings);
            let grown = told.all.shown().any(|it| it.change.is_some_and(|it| it.estimate > 0.0));
            found += u32::from(grown);
        }
        println!(
            "{name}: A/A called different {}, +10 % found {}",
            share(alarms, pairs),
            share(found, pairs)
        );
        broken |= alarms * 20 > pairs || found * 10 < pairs * 9;
    }
    Ok(ExitCode::from(u8::from(broken)))
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

/// `4.1 % (3.0 to 5.5)`
fn share(count: u32, of: u32) -> String {
    const Z: f64 = 1.96;
    let (n, p) = (f64::from(of), f64::from(count) / f64::from(of));
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = (1.0 + Z * Z / n) / 100.0;
    format!("{:.1} % ({:.1} to {:.1})", p * 100.0, (middle - half) / whole, (middle + half) / whole)
}
