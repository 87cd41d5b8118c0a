//! What a request hook costs: 50 users at full speed on one thread, with no hook or an empty one.
//! `xtask/shows/hooks.sh` runs it in turn and divides the CPU time by the requests.

use std::process::ExitCode;
use std::time::Duration;

use katydid_engine::{
    BoxError, Control, Hooks, RunSettings, Shared, Task, UserClass, no_wait, run,
};

const USAGE: &str = "usage: hook_cost HOST SECONDS none|empty";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match &words[..] {
        [host, seconds, hook] => load(host, seconds, hook),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(requests) => {
            #[expect(clippy::print_stdout, reason = "its only output, read by the script")]
            {
                println!("{requests}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "an example has no other way to say it")]
            {
                eprintln!("{error}");
            }
            ExitCode::FAILURE
        }
    }
}

fn load(host: &str, seconds: &str, hook: &str) -> Result<u64, BoxError> {
    let hooks = match hook {
        "none" => Hooks::new(),
        "empty" => Hooks::new().on_request(|request| {
            // The view is built and must not be optimised away.
            std::hint::black_box(request);
        }),
        _ => return Err(USAGE.into()),
    };
    let visitor = UserClass::<()>::with_default("Visitor").wait(no_wait()).task(
        Task::new("visit", |(), session| {
            Box::pin(async move {
                session.get("/ok").send().await?;
                Ok(())
            })
        })
        .tags(["show"]),
    );
    let settings = RunSettings {
        users: 50,
        spawn_rate: 10_000.0,
        run_time: Some(Duration::from_secs_f64(seconds.parse()?)),
        host: Some(host.to_owned()),
        hooks,
        ..RunSettings::default()
    };
    let ran = run(&[visitor.into()], Shared::default(), &settings, &Control::new(), &mut |_| {})?;
    match ran.snapshot.failed() {
        0 => Ok(ran.snapshot.requests()),
        failed => Err(format!("{failed} requests failed; the numbers would say nothing").into()),
    }
}
