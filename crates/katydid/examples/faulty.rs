//! A load test whose own code fails, by an error and by a panic: what tables, files and pages show of
//! exceptions is tried with it (`cargo xtask locust-page`).

use std::process::ExitCode;

use katydid::prelude::*;

#[derive(Default)]
struct Faulty;

#[user(wait = constant(0.2))]
impl Faulty {
    #[task]
    async fn stumble(&mut self, session: &mut Session) -> TaskResult {
        session.get("/ok").send().await?;
        Err(TaskError::exception("the shelf is empty"))
    }

    #[task]
    async fn panic(&mut self, session: &mut Session) -> TaskResult {
        session.get("/ok").send().await?;
        panic!("the till fell over")
    }
}

fn main() -> ExitCode {
    katydid::main(Suite::new("faulty").about("Its own code fails.").user::<Faulty>())
}
