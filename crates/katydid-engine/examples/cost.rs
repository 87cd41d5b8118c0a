//! What a request costs the generator, on the engine alone: users ask for one address so many times
//! and stop. Prints requests, failures, seconds, and the process's CPU time per request.
//!
//! `cost URL USERS THREADS REQUESTS_PER_USER [PER_SECOND_AND_USER]`
//!
//! With a rate the load is fixed, so that one and two threads do the same work; without one it is
//! as fast as the target answers, for counting instructions (`valgrind --tool=callgrind`).
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::time::{Duration, Instant};

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
        session.get("").send().await?;
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
    let ended = run(&[class.into()], shared, &settings, &Control::new(), &mut |_| {})?;
    let (seconds, cpu) = (begun.elapsed().as_secs_f64(), cpu_time()?.saturating_sub(used));
    let requests = ended.snapshot.requests();
    println!(
        "requests {requests} failed {} seconds {seconds:.2} cpu_us_per_request {:.3}",
        ended.snapshot.failed(),
        cpu.as_secs_f64() * 1e6 / requests as f64
    );
    Ok(())
}

/// The CPU time of the whole process, user and system, ended threads included, in steps of 10 ms.
fn cpu_time() -> Result<Duration, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = text.rsplit_once(')').ok_or("/proc/self/stat has no name")?;
    let ticks: Vec<u64> =
        fields.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    // USER_HZ is 100 on every Linux.
    Ok(Duration::from_millis(10 * ticks.iter().sum::<u64>()))
}
