//! The load test of `xtask/peer/locustfile.py` in Rust: both run side by side when Katydid's
//! command line, console and files are compared with Locust's.

use std::process::ExitCode;

use katydid::prelude::*;

/// Three of four users: everything succeeds.
#[derive(Default)]
struct Alpha;

#[user(weight = 3, wait = constant(0.05))]
impl Alpha {
    #[task(weight = 3, tags("fast"))]
    async fn hello(&mut self, session: &mut Session) -> TaskResult {
        session.get("/ok").send().await?;
        Ok(())
    }

    #[task(tags("slow"))]
    async fn slow(&mut self, session: &mut Session) -> TaskResult {
        session.get("/delay/120").name("/delay/[ms]").send().await?;
        Ok(())
    }
}

/// One of four users: each task fails in a way of its own.
#[derive(Default)]
struct Beta;

#[user(weight = 1, wait = constant(0.05))]
impl Beta {
    #[task]
    async fn missing(&mut self, session: &mut Session) -> TaskResult {
        session.get("/status/404").send().await?;
        Ok(())
    }

    #[task]
    async fn broken(&mut self, session: &mut Session) -> TaskResult {
        session.post("/status/500").send().await?;
        Ok(())
    }

    #[task]
    async fn checked(&mut self, session: &mut Session) -> TaskResult {
        let reply = session.get("/ok").name("/checked").send().await?;
        Err(reply.fail("Got wrong answer, \"quoted\"").into())
    }

    #[task]
    async fn refused(&mut self, session: &mut Session) -> TaskResult {
        session.get("http://127.0.0.1:1/refused").name("/refused").send().await?;
        Ok(())
    }
}

fn main() -> ExitCode {
    let suite = Suite::new("peer").about("The same load test as locustfile.py.");
    katydid::main(suite.user::<Alpha>().user::<Beta>())
}
