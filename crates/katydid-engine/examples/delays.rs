//! Users who ask for answers after fixed delays, on the engine alone: the Katydid side of the
//! comparison with Locust (`xtask/shows/locust_peer.py`). Prints histograms and counts as JSON.
//!
//! `delays URL USERS SPAWN_RATE SECONDS`
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::collections::BTreeMap;
use std::time::Duration;

use katydid_core::{RunEvent, Snapshot};
use katydid_engine::{
    Control, RunSettings, Session, Shared, Task, TaskResult, UserClass, constant, run,
};

#[derive(Default)]
struct Visitor;

impl Visitor {
    async fn short(_: &mut Self, session: &mut Session) -> TaskResult {
        session.get("/delay/5").send().await?;
        Ok(())
    }

    async fn middle(_: &mut Self, session: &mut Session) -> TaskResult {
        session.get("/delay/20").send().await?;
        Ok(())
    }

    async fn long(_: &mut Self, session: &mut Session) -> TaskResult {
        session.get("/delay/50").send().await?;
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [url, users, rate, seconds] = &words[..] else {
        return Err("usage: delays URL USERS SPAWN_RATE SECONDS".into());
    };
    let class = UserClass::<Visitor>::with_default("Visitor")
        .wait(constant(0.05))
        .task(Task::new("short", |user, session| Box::pin(Visitor::short(user, session))))
        .task(Task::new("middle", |user, session| Box::pin(Visitor::middle(user, session))))
        .task(Task::new("long", |user, session| Box::pin(Visitor::long(user, session))));
    let settings = RunSettings {
        users: users.parse()?,
        spawn_rate: rate.parse()?,
        run_time: Some(Duration::from_secs(seconds.parse()?)),
        host: Some(url.clone()),
        ..RunSettings::default()
    };
    let mut counts: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut count = |event: RunEvent<'_>| {
        if let RunEvent::Tick(snapshot) = event {
            for row in snapshot.rows_by_name() {
                counts.entry(row.key.name.to_string()).or_default().push(row.requests());
            }
        }
    };
    let done = run(&[class.into()], Shared::default(), &settings, &Control::new(), &mut count)?;
    println!("{}", serde_json::json!({ "cumulative": counts, "buckets": buckets(&done.snapshot) }));
    Ok(())
}

/// Per name: (response time in µs, count).
fn buckets(snapshot: &Snapshot) -> BTreeMap<String, Vec<(u64, u64)>> {
    let rows = snapshot.rows_by_name();
    rows.iter().map(|row| (row.key.name.to_string(), row.response().buckets().collect())).collect()
}
