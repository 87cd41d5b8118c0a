//! What the statistics of one second cost the dispatcher, and how much memory the history takes.
//!
//! `cargo run --release -p katydid-core --example tick_cost -- ROWS REQUESTS_PER_ROW SECONDS`

use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Latency, Recorder, RecorderLimits, RunPhase, Sample, Snapshot};

const THREADS: usize = 2;

#[expect(clippy::print_stdout, reason = "a report for whoever runs it by hand")]
fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse().ok());
    let mut next = |default: u64| numbers.next().unwrap_or(default);
    let (rows, requests, seconds) = (next(300), next(100), next(900));
    let names: Vec<String> = (0..rows).map(|row| format!("/row/{row}")).collect();
    let limits = RecorderLimits { names: rows as usize, ..RecorderLimits::default() };
    let mut recorders: Vec<Recorder> = (0..THREADS).map(|_| Recorder::new(0, limits)).collect();
    let mut snapshot = Snapshot::new(&[], &[], THREADS);
    snapshot.plan_phases(RunPhase::steady(None));
    let mut state = 1u64;
    let (mut ticks, mut recycled) = (Latency::default(), [None, None]);
    for second in 1..=seconds {
        for name in &names {
            for request in 0..requests {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                // Mostly a few ms, at times a second.
                let spread = (state >> 33) % 5_000_000;
                let last_byte_ns =
                    1_000_000 + spread * if state.is_multiple_of(97) { 200 } else { 1 };
                let recorder = &mut recorders[request as usize % THREADS];
                let row = recorder.row("GET", name, &Arc::from([]));
                recorder.success(row, &Sample { last_byte_ns, ..Sample::default() });
            }
        }
        let elapsed = Duration::from_secs(second);
        let intervals: Vec<_> = (0..THREADS)
            .map(|thread| recorders[thread].take(0, &[], recycled[thread].take()))
            .collect();
        let begin_ns = cpu_ns();
        for (thread, interval) in intervals.into_iter().enumerate() {
            snapshot.absorb(thread, &interval);
            recycled[thread] = Some(interval);
        }
        snapshot.tick(elapsed);
        ticks.record(cpu_ns() - begin_ns);
    }
    let ms = |quantile| ticks.quantile(quantile).unwrap_or_default().as_secs_f64() * 1e3;
    let steps = snapshot.history().steps().len();
    println!(
        "{rows} rows, {requests} requests each: a tick takes {:.2} ms of CPU (median), {:.2} ms at most; \
         {steps} steps",
        ms(0.5),
        ms(1.0)
    );
}

/// CPU time of this thread: other programs do not count.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|first| first.parse().ok()).unwrap_or_default()
}
