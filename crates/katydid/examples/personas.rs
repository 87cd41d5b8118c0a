//! Personas that share flows: the same tasks, drawn in another mix. Try
//! `cargo run --example personas -- --list`.

use std::process::ExitCode;
use std::time::Duration;

use katydid::prelude::*;

/// What every persona remembers of one user.
struct Reader {
    name: String,
    played: u32,
}

impl Reader {
    /// Each user has a name of its own.
    fn new(user: &NewUser<'_>) -> Self {
        Self { name: format!("reader-{}", user.index), played: 0 }
    }

    async fn log_in(&mut self, api: &mut Session) -> TaskResult {
        let reply = api.post("/api/login").json(&json!({ "name": self.name })).send().await?;
        let reply = reply.expect_status(200)?;
        api.set_bearer(reply.header("x-token"));
        Ok(())
    }

    async fn log_out(&mut self, api: &mut Session) -> TaskResult {
        api.post("/api/logout").json(&json!({ "played": self.played })).send().await?;
        Ok(())
    }
}

struct Listening;

#[flow]
impl Listening {
    /// The core path: text in, audio out.
    #[task(weight = 15, tags("critical"))]
    async fn synthesize(reader: &mut Reader, api: &mut Session) -> TaskResult {
        let length = api.random(1..=40);
        let text = "Please read this to me. ".repeat(length);
        let reply = api.post("/api/synthesize").json(&json!({ "text": text })).send().await?;
        reply.expect_status(200)?.check("has audio", |reply| !reply.bytes().is_empty())?;
        reader.played += 1;
        Ok(())
    }

    #[task(weight = 5)]
    async fn voices(_reader: &mut Reader, api: &mut Session) -> TaskResult {
        api.get("/api/voices").send().await?.expect_status(200)?;
        Ok(())
    }
}

struct Settings;

#[flow(name = "Preferences")]
impl Settings {
    #[task(tags("account"))]
    async fn read(_reader: &mut Reader, api: &mut Session) -> TaskResult {
        api.get("/api/preferences").send().await?.expect_status(200)?;
        Ok(())
    }

    /// Thinks about it, and that is all.
    #[task(sends_nothing)]
    async fn hesitate(_reader: &mut Reader, api: &mut Session) -> TaskResult {
        api.sleep(Duration::from_secs(2)).await;
        Ok(())
    }
}

/// Listens, and sometimes changes a setting.
#[user(
    weight = 7,
    wait = between(1.0, 5.0),
    state = Reader,
    make = Reader::new,
    on_start = Reader::log_in,
    on_stop = Reader::log_out,
    flows(Listening = 80, Settings = 20),
)]
struct Regular;

/// Listens to nearly everything, as fast as it comes.
#[user(
    weight = 3,
    wait = constant(0.5),
    state = Reader,
    make = Reader::new,
    on_start = Reader::log_in,
    flows(Listening = 99, Settings = 1),
)]
struct Heavy;

fn main() -> ExitCode {
    let smoke = Scenario::new("smoke", 5, 1.0, Duration::from_mins(2))
        .purpose("Does everything answer?")
        .target(Target::success_at_least(1.0))
        .target(Target::percentile_below(0.95, Duration::from_millis(500)));
    let suite = Suite::new("reader-load").about("Listeners of a reading service.");
    katydid::main(suite.user::<Regular>().user::<Heavy>().scenario(smoke))
}
