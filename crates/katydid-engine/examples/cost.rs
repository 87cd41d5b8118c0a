//! What a request costs the generator, on the engine alone: users ask for one address so many times
//! and stop. Prints requests, failures, seconds, and the process's CPU time per request.
//!
//! `cost URL USERS THREADS REQUESTS_PER_USER [PER_SECOND_AND_USER]`
//!
//! The run is judged as a program would do it: warnings on every tick, verdict and diagnosis at the
//! end. Built with KATYDID_UNCHECKED set it has none of this, for `xtask/shows/price.sh`.
//!
//! With a rate the load is fixed, so that one and two threads do the same work; without one it is
//! as fast as the target answers, for counting instructions (`valgrind --tool=callgrind`).
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::time::{Duration, Instant};

use katydid_core::{CHECKED, RunEvent, RunFacts, diagnose, judge, measured_warnings};
use katydid_engine::{
    Control, RunSettings, Session, Shared, Task, TaskError, TaskResult, UserClass,
    constant_throughput, no_wait, run,
};

/// How often each user asks.
struct Times(u64);

#[derive(Default)]
struct Visitor {
    asked: u64,
}

impl Visitor {
    async fn ask(&mut self, session: &mut Session) -> TaskResult {
        let answer = session.get("").send().await?;
        std::hint::black_box(answer.status());
        self.asked += 1;
        if self.asked < session.shared::<Times>().0 { Ok(()) } else { Err(TaskError::StopUser) }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (url, users, threads, times, rate) = match &words[..] {
        [url, users, threads, times] => (url, users, threads, times, None),
        [url, users, threads, times, rate] => (url, users, threads, times, Some(rate)),
        _ => return Err("usage: cost URL USERS THREADS REQUESTS_PER_USER [PER_SECOND]".into()),
    };
    let wait = match rate {
        Some(rate) => constant_throughput(rate.parse()?),
        None => no_wait(),
    };
    let class = UserClass::<Visitor>::with_default("Visitor")
        .wait(wait)
        .task(Task::new("ask", |user, session| Box::pin(user.ask(session))));
    let settings = RunSettings {
        users: users.parse()?,
        spawn_rate: 10_000.0,
        threads: threads.parse()?,
        run_time: Some(Duration::from_mins(10)),
        host: Some(url.clone()),
        ..RunSettings::default()
    };
    let mut shared = Shared::default();
    shared.insert(Times(times.parse()?));
    let (begun, used) = (Instant::now(), cpu_time()?);
    let mut watch = |event: RunEvent<'_>| {
        if let RunEvent::Tick(snapshot) = event
            && CHECKED
        {
            std::hint::black_box(measured_warnings(snapshot, false));
        }
    };
    let ended = run(&[class.into()], shared, &settings, &Control::new(), &mut watch)?;
    if CHECKED {
        let facts = RunFacts { interrupted: false, failed_code: 1 };
        std::hint::black_box(judge(&ended.snapshot, &[], &[], facts));
        std::hint::black_box(diagnose(&ended.snapshot, &[]));
    }
    let (seconds, cpu) = (begun.elapsed().as_secs_f64(), cpu_time()?.saturating_sub(used));
    let requests = ended.snapshot.requests();
    println!(
        "requests {requests} failed {} seconds {seconds:.2} cpu_us_per_request {:.3}",
        ended.snapshot.failed(),
        cpu.as_secs_f64() * 1e6 / requests as f64
    );
    Ok(())
}

/// The CPU time of the whole process, user and system, ended threads included.
fn cpu_time() -> Result<Duration, Box<dyn std::error::Error>> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Ok(Duration::try_from(time)?)
}
