//! What `katydid compare` finds where the truth is known: runs made of random numbers whose seconds
//! resemble their neighbours, whose runs differ by themselves, and whose second side is slower by a
//! known factor.
//!
//! Prints, for each kind of run, how often the intervals of single numbers hold the truth (95 % is
//! meant), how often a pair of equal builds is called different (5 % at most is meant) and how often
//! a slowdown of 10 % is found, each with its 95 % confidence limits (Wilson). Beside it stands how often
//! it would be found at best, by who knows all about the noise beforehand and looks at the average
//! alone; and what a comparison that most likely misses it says to be enough for the average (median).
//!
//! `compare_known [PAIRS]`, 1,000 unless told; ends with 1 when a promise is broken.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::compare::{Block, FailWhen, Line, Needed, Rule, Run, Settings, Times, compare};
use katydid_core::{Latency, Metric, RowKey};
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

/// A kind of run.
#[derive(Clone, Copy)]
struct Kind {
    seconds: usize,
    per_second: u32,
    /// Correlation of neighbouring seconds.
    alike: f64,
    /// Spread of seconds (logarithm).
    seconds_spread: f64,
    /// Spread of runs (logarithm).
    runs_spread: f64,
    runs: usize,
    names: usize,
    /// The noise between runs that is assumed.
    assumed: f64,
    /// Whether it is long and quiet enough that a slowdown of 10 % must be found.
    tells: bool,
    /// Whether it is beyond what is promised of false alarms: seconds too alike for its length, or
    /// runs that differ by twice of what is assumed.
    beyond: bool,
}

/// Spread of requests (logarithm).
const OF_REQUESTS: f64 = 0.4;

const USUAL: Kind = Kind {
    seconds: 60,
    per_second: 100,
    alike: 0.0,
    seconds_spread: 0.05,
    runs_spread: 0.01,
    runs: 1,
    names: 1,
    assumed: 0.015,
    tells: true,
    beyond: false,
};

fn kinds() -> Vec<(&'static str, Kind)> {
    let still = Kind { runs_spread: 0.0, assumed: 0.0, ..USUAL };
    vec![
        ("10 s", Kind { seconds: 10, tells: false, ..still }),
        ("10 s, alike 0.5", Kind { seconds: 10, alike: 0.5, tells: false, ..still }),
        ("20 s", Kind { seconds: 20, tells: false, ..still }),
        ("30 s", Kind { seconds: 30, ..still }),
        ("30 s, alike 0.5", Kind { seconds: 30, alike: 0.5, tells: false, ..still }),
        ("60 s", still),
        ("60 s, alike 0.5", Kind { alike: 0.5, ..still }),
        ("60 s, alike 0.8", Kind { alike: 0.8, tells: false, beyond: true, ..still }),
        ("300 s, alike 0.8", Kind { seconds: 300, alike: 0.8, beyond: true, ..still }),
        ("60 s, 1,000/s", Kind { per_second: 1_000, alike: 0.3, ..still }),
        ("60 s, runs 1 %", USUAL),
        ("60 s, runs 1.5 %", Kind { runs_spread: 0.015, ..USUAL }),
        ("60 s, 20 names", Kind { names: 20, per_second: 400, ..USUAL }),
        ("3 runs a side", Kind { runs: 3, ..USUAL }),
        ("3 runs of 3 %", Kind { runs: 3, runs_spread: 0.03, tells: false, beyond: true, ..USUAL }),
        ("5 runs of 3 %", Kind { runs: 5, runs_spread: 0.03, ..USUAL }),
    ]
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let pairs: u32 = std::env::args().nth(1).map_or(Ok(1_000), |word| word.parse())?;
    let wanted = std::env::args().nth(2).unwrap_or_default();
    let mut broken = false;
    println!("{pairs} pairs of each kind; in brackets 95 % confidence limits\n");
    let singles = ["avg", "p50", "p95", "p99", "rate"];
    println!(
        "| kind of run | intervals of {} hold the truth | A/A called different | +10 % found | at best | said to be enough |",
        singles.join(", ")
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    for (name, kind) in kinds().into_iter().filter(|(name, _)| name.contains(&wanted)) {
        let (mut held, mut told) = ([0u32; 5], [0u32; 5]);
        let (mut alarms, mut found) = (0, 0);
        let mut enough = Vec::new();
        for pair in 0..pairs {
            let mut random = Xoshiro256PlusPlus::seed_from_u64(u64::from(pair) + 1);
            let base = side(&kind, 1.0, &mut random);
            let same = side(&kind, 1.0, &mut random);
            let slow = side(&kind, 1.1, &mut random);
            let mut settings = Settings::default();
            settings.run_noise = kind.assumed;
            let none = (&[][..], FailWhen::Shown);
            alarms += u32::from(compare(&base, &same, none, settings).is_different());
            let slower = compare(&base, &slow, none, settings);
            found += u32::from(
                slower.all.shown().any(|it| it.change.is_some_and(|it| it.estimate > 0.0)),
            );
            enough.extend(said_to_be_enough(&slower.all));
            if pair % 4 > 0 {
                continue;
            }
            for (at, metric) in singles.iter().enumerate() {
                let rule: Rule = format!("{metric} > +0%").parse()?;
                let both = compare(&base, &same, (&[rule], FailWhen::Shown), settings);
                let change = both.rules[0].difference.change;
                told[at] += u32::from(change.is_some());
                held[at] += u32::from(change.is_some_and(|it| !it.is_shown()));
            }
        }
        let percent = |(held, told): (&u32, &u32)| {
            format!("{:.1}", f64::from(*held) / f64::from(*told) * 100.0)
        };
        let holds: Vec<String> = held.iter().zip(&told).map(percent).collect();
        println!(
            "| {name} | {} | {} | {} | {:.0} % | {} |",
            holds.join(", "),
            share(alarms, pairs),
            share(found, pairs),
            at_best(&kind) * 100.0,
            middle(enough, pairs),
        );
        broken |= (!kind.beyond && wilson(alarms, pairs).0 > 0.05)
            || (kind.tells && wilson(found, pairs).1 < 0.9);
    }
    Ok(ExitCode::from(u8::from(broken)))
}

/// How often a slowdown of 10 % is found by who knows the standard deviation of the average.
fn at_best(kind: &Kind) -> f64 {
    let seconds = kind.seconds as f64;
    let together = |apart: usize| {
        let pairs = if apart == 0 { seconds } else { 2.0 * (seconds - apart as f64) };
        pairs * kind.alike.powi(apart as i32)
    };
    let alike = (0..kind.seconds).map(together).sum::<f64>() / seconds;
    // The average of log-normal times, on the scale of logarithms.
    let request = (OF_REQUESTS.powi(2)).exp_m1() / f64::from(kind.per_second);
    let run = (kind.seconds_spread.powi(2) * alike + request) / seconds + kind.runs_spread.powi(2);
    below(1.1_f64.ln() / (2.0 * run / kind.runs as f64).sqrt() - 1.96)
}

/// The probability that a normal number is below (Simpson's rule).
fn below(number: f64) -> f64 {
    let density = |x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let (from, steps) = (-8.0, 400);
    let step = (number.clamp(from, 8.0) - from) / f64::from(steps);
    let weight = |at: i32| if at == 0 || at == steps { 1.0 } else { f64::from(2 + 2 * (at % 2)) };
    (0..=steps).map(|at| weight(at) * density(from + step * f64::from(at))).sum::<f64>() * step
        / 3.0
}

fn said_to_be_enough(all: &Line) -> Option<f64> {
    let average = all.differences.iter().find(|it| it.metric == Metric::MeanResponseTime)?;
    match average.change?.needed? {
        Needed::Seconds(seconds) => Some(seconds),
        _ => None,
    }
}

/// The median, where most comparisons say something.
fn middle(mut all: Vec<f64>, of: u32) -> String {
    if all.len() * 2 < of as usize {
        return "-".to_owned();
    }
    all.sort_by(f64::total_cmp);
    format!("{:.0} s", all[all.len() / 2])
}

fn side(kind: &Kind, slower: f64, random: &mut Xoshiro256PlusPlus) -> Vec<Run> {
    (0..kind.runs).map(|_| run(kind, slower, random)).collect()
}

/// A run with log-normal times whose seconds are a process of first order.
fn run(kind: &Kind, slower: f64, random: &mut Xoshiro256PlusPlus) -> Run {
    let of_run = normal(random) * kind.runs_spread;
    let mut of_second = normal(random) * kind.seconds_spread;
    let own = (1.0 - kind.alike * kind.alike).sqrt() * kind.seconds_spread;
    let tags = Arc::from([]);
    let rows = (0..kind.names).map(|name| RowKey::new("GET", &format!("/{name}"), &tags)).collect();
    let stretch = (0..kind.seconds).map(|_| {
        of_second = of_second * kind.alike + normal(random) * own;
        let mut times = vec![(Latency::default(), Latency::default()); kind.names];
        for _ in 0..poisson(kind.per_second, random) {
            let name = random.random_range(0..kind.names);
            let log = 20e6_f64.ln() + of_run + of_second + OF_REQUESTS * normal(random);
            let ns = (log.exp() * slower) as u64;
            let failed = random.random_range(0..100) == 0;
            if failed { times[name].1.record(ns) } else { times[name].0.record(ns) }
        }
        let rows =
            times.iter().enumerate().map(|(at, (good, bad))| (at as u32, Times::of(good, bad)));
        Block { length: Duration::from_secs(1), rows: rows.collect() }
    });
    Run { stretches: vec![stretch.collect()], rows }
}

fn normal(random: &mut Xoshiro256PlusPlus) -> f64 {
    let (left, right): (f64, f64) = (random.random(), random.random());
    (-2.0 * (1.0 - left).ln()).sqrt() * (std::f64::consts::TAU * right).cos()
}

/// Arrivals of one second, with random gaps.
fn poisson(mean: u32, random: &mut Xoshiro256PlusPlus) -> u32 {
    let (mut count, mut time) = (0, 0.0);
    loop {
        time -= (1.0 - random.random::<f64>()).ln() / f64::from(mean);
        if time > 1.0 {
            return count;
        }
        count += 1;
    }
}

/// `4.1 % (3.0 to 5.5)`
fn share(count: u32, of: u32) -> String {
    let (low, high) = wilson(count, of);
    format!(
        "{:.1} % ({:.1} to {:.1})",
        f64::from(count) / f64::from(of) * 100.0,
        low * 100.0,
        high * 100.0
    )
}

/// The 95 % confidence limits of a share (Wilson 1927).
fn wilson(count: u32, of: u32) -> (f64, f64) {
    const Z: f64 = 1.96;
    let (n, p) = (f64::from(of), f64::from(count) / f64::from(of));
    let middle = p + Z * Z / (2.0 * n);
    let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + Z * Z / n;
    ((middle - half) / whole, (middle + half) / whole)
}
