//! Planned against actual users, second by second, for stages given as text.
//!
//! `shape URL STAGES THREADS`, e.g. `shape http://127.0.0.1:8080 12@2.5/s:8s,3@1.3/s:7500ms 2`
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::sync::Arc;

use katydid_core::{RunEvent, RunState, Stages};
use katydid_engine::{Control, RunSettings, Shared, Task, UserClass, between, run};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, stages, threads] = &words[..] else {
        return Err("usage: shape URL STAGES THREADS".into());
    };
    let class = UserClass::<()>::with_default("Visitor").wait(between(0.1, 0.3)).task(Task::new(
        "visit",
        |(), session| {
            Box::pin(async move {
                session.get("/ok").send().await?;
                Ok(())
            })
        },
    ));
    let settings = RunSettings {
        shape: Some(Arc::new(stages.parse::<Stages>()?)),
        threads: threads.parse()?,
        host: Some(url.clone()),
        ..RunSettings::default()
    };
    let control = Control::new();
    let mut worst = 0;
    println!("   time  planned  actual  error");
    let outcome =
        run(&[class.into()], Shared::default(), &settings, &control, &mut |event| match event {
            RunEvent::RampBegun { from, to, spawn_rate } => {
                println!("ramp from {from} to {to} users at {spawn_rate}/s");
            }
            RunEvent::Tick(snapshot) if control.state() != RunState::Stopping => {
                let (planned, actual) = (snapshot.planned_users, snapshot.user_count());
                let error = i64::from(actual) - i64::from(planned);
                worst = worst.max(error.abs());
                let time = snapshot.elapsed.as_secs_f64();
                println!("{time:7.2}  {planned:7}  {actual:6}  {error:+5}");
            }
            _ => {}
        })?;
    let snapshot = outcome.snapshot;
    println!(
        "largest error {worst}; {} requests, {} failed",
        snapshot.requests(),
        snapshot.failed()
    );
    Ok(())
}
