//! What a run says of itself, with the numbers that it was judged by, as one line: for runs that
//! are made again and again on the same target (`xtask/shows/aa.sh`).
//!
//! `judged URL open|closed SECONDS`
//!
//! Open: 500 starts per second. Closed: 50 users who wait 0.1 s. Targets are those of a harmless
//! test, so a FAIL on a healthy target is a lie.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::time::Duration;

use katydid_core::{GeneratorThread, Latency, RunFacts, Snapshot, Target, judge};
use katydid_engine::{
    Arrivals, BoxError, Control, RunSettings, Shared, Task, UserClass, constant, run,
};

const USAGE: &str = "usage: judged URL open|closed SECONDS";
const TARGETS: [&str; 2] = ["success == 100%", "p95 < 50ms"];

fn main() -> Result<(), BoxError> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, model, seconds] = &words[..] else { return Err(USAGE.into()) };
    let visitor = UserClass::<()>::with_default("Visitor").wait(constant(0.1)).task(Task::new(
        "visit",
        |(), session| {
            Box::pin(async move {
                let answer = session.get("").send().await?;
                let _ = answer.status();
                Ok(())
            })
        },
    ));
    let arrivals = match model.as_str() {
        "open" => Some(Arrivals::new("500/s".parse()?)),
        "closed" => None,
        _ => return Err(USAGE.into()),
    };
    let settings = RunSettings {
        users: 50,
        spawn_rate: 1e9,
        arrivals,
        run_time: Some(Duration::from_secs_f64(seconds.parse()?)),
        threads: std::thread::available_parallelism()?.get(),
        host: Some(url.clone()),
        calibrate: true,
        ..RunSettings::default()
    };
    let ended = run(&[visitor.into()], Shared::default(), &settings, &Control::new(), &mut |_| {})?;
    let targets = TARGETS.map(str::parse::<Target>).into_iter().collect::<Result<Vec<_>, _>>()?;
    let facts = RunFacts { interrupted: false, failed_code: 1 };
    let verdict = judge(&ended.snapshot, &targets, &[], facts);
    let causes: Vec<&str> = verdict.run.findings.iter().map(|finding| finding.rule).collect();
    println!(
        "{} {:?} {} {}",
        verdict.run.word.as_str(),
        verdict.word,
        numbers(&ended.snapshot),
        if causes.is_empty() { "-".to_owned() } else { causes.join(",") }
    );
    for finding in &verdict.run.findings {
        println!("  {}: {}", finding.rule, finding.text);
    }
    Ok(())
}

/// `name=value` of what the rules look at; of threads, the worst.
fn numbers(snapshot: &Snapshot) -> String {
    let generator = &snapshot.generator;
    let ms = |times: &Latency, quantile: f64| {
        times.quantile(quantile).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    let worst =
        |of: &dyn Fn(&GeneratorThread) -> f64| generator.threads.iter().map(of).fold(0.0, f64::max);
    let late = |quantile: f64| worst(&|thread| ms(&thread.beats.late, quantile));
    let percent = |share: Option<f64>| share.unwrap_or(0.0) * 100.0;
    let floor = generator.floor.clone().unwrap_or_default();
    let all = snapshot.aggregated();
    let response = all.response();
    format!(
        "late_ms=p50:{:.2},p90:{:.2},p99:{:.2},max:{:.2} queue={:.1}% cpu={:.1}% steal={:.1}% \
         floor_ms=p50:{:.3},p99:{:.3},p99.9:{:.3} response_ms=p50:{:.2},p99:{:.2} requests={}",
        late(0.5),
        late(0.9),
        late(0.99),
        late(1.0),
        worst(&|thread| percent(thread.queued_share())),
        worst(&|thread| percent(thread.cpu_share())),
        percent(generator.machine.steal),
        ms(&floor, 0.5),
        ms(&floor, 0.99),
        ms(&floor, 0.999),
        ms(&response, 0.5),
        ms(&response, 0.99),
        all.requests(),
    )
}
