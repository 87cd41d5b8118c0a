//! The open model over sockets: what was sent in each second against the plan, lateness and CPU.
//!
//! `rates URL RATE SECONDS`, on one thread. Ends with 1 when a start is missing, when a second has
//! not the planned starts ± 1 by due time, or a request failed.
//!
//! A hook notes of every request when it was due and when it was sent: the moment of its end less
//! response time, less service time. Seconds are counted from the first due moment.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use katydid_core::{Latency, RunFacts, Snapshot, judge};
use katydid_engine::{
    Arrivals, BoxError, Control, Hooks, RequestView, RunSettings, Shared, Task, UserClass, run,
};

/// Two moments of every request, in ns since the start of the run.
struct Sent {
    next: AtomicUsize,
    due_ns: Vec<AtomicU64>,
    sent_ns: Vec<AtomicU64>,
}

impl Sent {
    fn new(most: usize) -> Self {
        let zeros = || (0..most).map(|_| AtomicU64::new(0)).collect();
        let (due_ns, sent_ns) = (zeros(), zeros());
        Self { next: AtomicUsize::new(0), due_ns, sent_ns }
    }

    fn note(&self, seen: &RequestView<'_>) {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        let before = |span: Duration| seen.ended.saturating_sub(span).as_nanos() as u64;
        if let (Some(due), Some(sent)) = (self.due_ns.get(index), self.sent_ns.get(index)) {
            due.store(before(seen.response_time), Ordering::Relaxed);
            sent.store(before(seen.service_time), Ordering::Relaxed);
        }
    }

    fn per_second(&self, of: &[AtomicU64], zero_ns: u64, seconds: usize) -> Vec<u64> {
        let mut counts = vec![0; seconds + 1];
        for at in &of[..self.next.load(Ordering::Relaxed).min(of.len())] {
            let second = at.load(Ordering::Relaxed).saturating_sub(zero_ns) / 1_000_000_000;
            counts[(second as usize).min(seconds)] += 1;
        }
        counts
    }

    fn first_due_ns(&self) -> u64 {
        let all = &self.due_ns[..self.next.load(Ordering::Relaxed).min(self.due_ns.len())];
        all.iter().map(|at| at.load(Ordering::Relaxed)).min().unwrap_or(0)
    }
}

fn main() -> Result<ExitCode, BoxError> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, rate, seconds] = &words[..] else {
        return Err("usage: rates URL RATE SECONDS".into());
    };
    let (rate, seconds): (u64, u64) = (rate.parse()?, seconds.parse()?);
    let sent = Arc::new(Sent::new((rate * seconds) as usize));
    let noted = Arc::clone(&sent);
    let class = UserClass::<()>::with_default("Visitor").task(Task::new("get", |(), session| {
        Box::pin(async move {
            session.get("").send().await?;
            Ok(())
        })
    }));
    let settings = RunSettings {
        arrivals: Some(Arrivals::new(format!("{rate}/s").parse()?).max_in_flight(2_000)),
        run_time: Some(Duration::from_secs(seconds)),
        host: Some(url.clone()),
        calibrate: true,
        hooks: Hooks::new().on_request(move |seen| noted.note(seen)),
        ..RunSettings::default()
    };
    let ended = run(&[class.into()], Shared::default(), &settings, &Control::new(), &mut |_| {})?;
    let faults = report(&ended.snapshot, &sent, rate, seconds as usize);
    for fault in &faults {
        println!("  FAIL: {fault}");
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn report(snapshot: &Snapshot, sent: &Sent, rate: u64, seconds: usize) -> Vec<String> {
    // Half a gap makes the edges of seconds safe.
    let zero_ns = sent.first_due_ns().saturating_sub(500_000_000 / rate);
    let due = sent.per_second(&sent.due_ns, zero_ns, seconds);
    let begun = sent.per_second(&sent.sent_ns, zero_ns, seconds);
    let off = |counts: &[u64]| {
        let errors = counts[..seconds].iter().map(|count| count.abs_diff(rate));
        (errors.clone().max().unwrap_or(0), errors.filter(|error| *error > 1).count())
    };
    let (by_due, by_sent) = (off(&due), off(&begun));
    let counts = snapshot.arrivals().copied().unwrap_or_default();
    println!("{rate}/s for {seconds} s: planned {}, {counts}", counts.planned);
    println!(
        "  per whole second by due time: at most {} off, {} seconds by more than 1",
        by_due.0, by_due.1
    );
    println!(
        "  per whole second by the moment sent: at most {} off, {} of {seconds} seconds by more than \
         1, {} after the last",
        by_sent.0, by_sent.1, begun[seconds]
    );
    let ms = |times: &Latency, quantile: f64| {
        times.quantile(quantile).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    let line = |name: &str, times: &Latency| {
        let [p50, p99, p999, max] = [0.5, 0.99, 0.999, 1.0].map(|quantile| ms(times, quantile));
        println!("  {name}: p50 {p50:.3} ms, p99 {p99:.3} ms, p99.9 {p999:.3} ms, max {max:.3} ms");
    };
    line("late with a start", &snapshot.lateness().all);
    line("response time", &snapshot.aggregated().response());
    let thread = &snapshot.generator.threads[0];
    let percent = |share: Option<f64>| share.unwrap_or(0.0) * 100.0;
    println!(
        "  the thread used {:.1} % of a core and waited {:.1} % of the time for one",
        percent(thread.cpu_share()),
        percent(thread.queued_share())
    );
    let verdict = judge(snapshot, &[], &[], RunFacts { interrupted: false, failed_code: 1 });
    println!("  RUN: {}, VERDICT: {:?}", verdict.run.word.as_str(), verdict.word);
    verdict
        .run
        .findings
        .iter()
        .for_each(|finding| println!("  {}: {}", finding.rule, finding.text));
    let mut faults: Vec<String> = snapshot.unaccounted().into_iter().collect();
    if by_due.0 > 1 || counts.completed != rate * seconds as u64 {
        faults.push(format!("the plan was not sent: {counts}, {} off in a second", by_due.0));
    }
    faults
}
