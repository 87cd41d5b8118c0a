//! The schedule and the statistics at 50,000 starts per second in virtual time, as the engine uses
//! them: due moments by arithmetic, a recorder, an interval per second, the snapshot with its
//! history. Checks the starts of each second (R4), percentiles against the distribution that the
//! times were made of (R19) and resident memory (R22).
//!
//! `many_samples [SAMPLES]`, 100,000,000 unless told; ends with 1 when something is wrong.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use katydid_core::{ArrivalRate, Interval, Recorder, RecorderLimits, Sample, Snapshot};

const RATE: u64 = 50_000;
const SECOND_NS: u64 = 1_000_000_000;
/// By how much fewer samples its memory is compared with.
const FEWER: u64 = 100;
/// Median and spread of the times, which are log-logistic: their quantiles have a formula.
const MEDIAN_NS: f64 = 2e7;
const SPREAD: f64 = 0.5;

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let samples: u64 = std::env::args().nth(1).map_or(Ok(100_000_000), |word| word.parse())?;
    // A hundredth of the requests in the same time, so that what grows with time alone, as the
    // history up to its bound, is in both.
    let few = pass(RATE / FEWER, samples / FEWER)?;
    let early = resident_kib()?;
    drop(few);
    let begun = Instant::now();
    let run = pass(RATE, samples)?;
    let (late, took) = (resident_kib()?, begun.elapsed().as_secs_f64());
    println!(
        "{samples} samples in {took:.1} s ({:.0} ns each), {} virtual seconds at {RATE}/s",
        took * 1e9 / samples as f64,
        run.seconds
    );
    println!("starts per virtual second: from {} to {}", run.fewest, run.most);
    println!(
        "resident memory: {early} KiB after {} samples, {late} KiB after {samples} in the same time",
        samples / FEWER
    );
    let grown = late as f64 / early.max(1) as f64 - 1.0;
    let memory = (grown.abs() > 0.1).then(|| format!("memory differs by {:.1} %", grown * 100.0));
    let faults: Vec<String> = run.faults(samples).into_iter().chain(memory).collect();
    for fault in &faults {
        println!("FAIL: {fault}");
    }
    if faults.is_empty() {
        println!("ok: each second has {RATE} ± 1, percentiles within 0.1 %, memory within 10 %");
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// So many samples at so many per virtual second.
fn pass(per_second: u64, samples: u64) -> Result<Run, Box<dyn std::error::Error>> {
    let rate = ArrivalRate::constant(per_second as f64)?;
    let mut run = Run::new();
    for number in 0..samples {
        let due_ns = rate.due_ns(number as f64).ok_or("the rate has no end")?;
        run.start(due_ns, time_ns(share(number)));
    }
    run.end_second();
    Ok(run)
}

/// One thread's statistics and the run's.
struct Run {
    recorder: Recorder,
    snapshot: Snapshot,
    recycled: Option<Box<Interval>>,
    tags: Arc<[Arc<str>]>,
    seconds: u64,
    in_second: u64,
    fewest: u64,
    most: u64,
}

impl Run {
    fn new() -> Self {
        Self {
            recorder: Recorder::new(0, RecorderLimits::default()),
            snapshot: Snapshot::new(&[], &[], 1),
            recycled: None,
            tags: Arc::from([]),
            seconds: 0,
            in_second: 0,
            fewest: u64::MAX,
            most: 0,
        }
    }

    fn start(&mut self, due_ns: u64, time_ns: u64) {
        while due_ns >= (self.seconds + 1) * SECOND_NS {
            self.end_second();
        }
        self.in_second += 1;
        let row = self.recorder.row("GET", "/", &self.tags);
        self.recorder.request_begins();
        let last_byte_ns = due_ns + time_ns;
        let sample = Sample {
            due_ns,
            sent_ns: due_ns,
            first_byte_ns: last_byte_ns,
            last_byte_ns,
            ..Sample::default()
        };
        self.recorder.request_ends();
        self.recorder.success(row, &sample);
    }

    fn end_second(&mut self) {
        self.seconds += 1;
        let end_ns = self.seconds * SECOND_NS;
        let interval = self.recorder.take(end_ns, &[], self.recycled.take());
        self.snapshot.absorb(0, &interval);
        self.snapshot.tick(Duration::from_nanos(end_ns));
        self.recycled = Some(interval);
        self.fewest = self.fewest.min(self.in_second);
        self.most = self.most.max(self.in_second);
        self.in_second = 0;
    }

    fn faults(&self, samples: u64) -> Vec<String> {
        let mut faults: Vec<String> = self.snapshot.unaccounted().into_iter().collect();
        if self.snapshot.requests() != samples {
            faults.push(format!("{} of {samples} were counted", self.snapshot.requests()));
        }
        // The last second may be a part of one.
        if samples.is_multiple_of(RATE) && (self.fewest + 1 < RATE || self.most > RATE + 1) {
            faults.push(format!("a second has {} to {} starts", self.fewest, self.most));
        }
        let all = self.snapshot.aggregated();
        let times = all.response();
        for quantile in [0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999] {
            let exact = time_ns(quantile) as f64;
            let got = times.quantile(quantile).map_or(0.0, |time| time.as_nanos() as f64);
            println!(
                "p{:<6} {:>12.3} ms, exact {:>12.3} ms",
                quantile * 100.0,
                got / 1e6,
                exact / 1e6
            );
            if (got - exact).abs() > exact * 0.001 + 1_000.0 {
                faults.push(format!("p{} is {got} ns and should be {exact}", quantile * 100.0));
            }
        }
        faults
    }
}

/// Numbers between 0 and 1 that fill the interval evenly without a pattern (multiples of the golden
/// ratio, Weyl 1916): their quantiles are the distribution's.
fn share(number: u64) -> f64 {
    let turned = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((turned >> 11) as f64 + 0.5) / (1u64 << 53) as f64
}

/// The time that this share of all times does not exceed.
fn time_ns(share: f64) -> u64 {
    (MEDIAN_NS * (share / (1.0 - share)).powf(SPREAD)) as u64
}

/// Resident memory of this process (Linux).
fn resident_kib() -> Result<u64, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/self/status")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
