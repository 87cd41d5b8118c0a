//! The attributes through the real engine, against a real server.

use std::collections::BTreeMap;
use std::time::Duration;

use katydid::prelude::*;
use katydid_engine::{Control, RunSettings};
use katydid_testkit::TestServer;

struct Reader {
    number: u32,
    entered: u32,
}

impl Reader {
    fn new(user: &NewUser<'_>) -> Self {
        Self { number: 100 + user.index, entered: 0 }
    }

    async fn log_in(&mut self, api: &mut Session) -> TaskResult {
        api.get("/ok").name(format!("log in {}", self.number)).send().await?;
        Ok(())
    }

    async fn log_out(&mut self, api: &mut Session) -> TaskResult {
        api.get("/ok").name(format!("log out {}", self.number)).send().await?;
        Ok(())
    }
}

struct Listening;

#[flow]
impl Listening {
    #[on_start]
    async fn enter(reader: &mut Reader, api: &mut Session) -> TaskResult {
        api.get("/ok").name("enter").send().await?;
        reader.entered += 1;
        Ok(())
    }

    #[task(weight = 3)]
    async fn listen(reader: &mut Reader, api: &mut Session) -> TaskResult {
        let entered = reader.entered;
        api.get("/ok").name("listen").send().await?.check("was entered", |_| entered > 0)?;
        Ok(())
    }

    #[task(weight = 0)]
    async fn never(_reader: &mut Reader, api: &mut Session) -> TaskResult {
        api.get("/never").send().await?;
        Ok(())
    }
}

/// A persona whose users pass the start, its flow and the end.
#[user(
    state = Reader,
    make = Reader::new,
    wait = constant(0.01),
    on_start = Reader::log_in,
    on_stop = Reader::log_out,
    flows(Listening = 1),
)]
struct Regular;

#[test]
fn a_persona_passes_start_flow_and_end_with_its_own_state() {
    let server = TestServer::spawn();
    let settings = RunSettings {
        users: 2,
        spawn_rate: 1e3,
        run_time: Some(Duration::from_secs(1)),
        stop_timeout: Duration::from_secs(10),
        host: Some(server.url()),
        ..RunSettings::default()
    };
    let classes = [katydid::Class::of::<Regular>()];
    let control = Control::new();
    let outcome =
        katydid_engine::run(&classes, Shared::default(), &settings, &control, &mut |_| {})
            .expect("the run starts");
    let snapshot = outcome.snapshot;
    assert_eq!(snapshot.exceptions().count(), 0);
    let counts: BTreeMap<String, (u64, u64)> = snapshot
        .rows()
        .map(|row| (row.key.name.to_string(), (row.requests(), row.failures())))
        .collect();
    for once in ["log in 100", "log in 101", "log out 100", "log out 101"] {
        assert_eq!(counts.get(once), Some(&(1, 0)), "{once}");
    }
    assert!(counts["listen"].0 > 4, "{counts:?}");
    assert_eq!((counts["listen"].1, counts.len()), (0, 6), "{counts:?}");
}
