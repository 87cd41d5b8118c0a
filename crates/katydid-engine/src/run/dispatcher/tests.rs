//! Whole runs in virtual time: the number of users follows what is asked, to the user.

mod any_row;
mod borders;
mod iterations;
mod leaving;
mod pauses;
mod ramps;
mod shapes;
mod window;

use std::time::Duration;

use crate::TaskError;
use crate::run::virtual_run::{Ended, log};
use crate::task::Task;
use crate::user::UserClass;
use crate::wait::constant;

const HOUR: f64 = 3600.0;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Users that write when they start and when they go, and wait in between.
fn sitter(name: &str) -> UserClass<()> {
    let begin = Task::new("begin", |(), session| {
        Box::pin(async move {
            log(session, "begin");
            Ok(())
        })
    });
    UserClass::with_default(name).wait(constant(HOUR)).task(begin).on_stop(|(), session| {
        Box::pin(async move {
            log(session, "end");
            Ok(())
        })
    })
}

/// Users that stop by themselves after so many seconds.
fn quitter(name: &str) -> UserClass<()> {
    UserClass::with_default(name).task(Task::new("quit", |(), session| {
        Box::pin(async move {
            log(session, "begin");
            session.sleep(ms(2_000)).await;
            Err(TaskError::StopUser)
        })
    }))
}

/// (user, ms) of each line with this text.
fn lines(ended: &Ended, what: &str) -> Vec<(u32, u128)> {
    let lines = ended.log.iter().filter(|line| line.what == what);
    lines.map(|line| (line.user, line.at.as_millis())).collect()
}

/// Texts of the events that begin like this, with their times.
fn events<'a>(ended: &'a Ended, kind: &str) -> Vec<(u128, &'a str)> {
    let events = ended.events.iter().filter(|(_, text)| text.starts_with(kind));
    events.map(|(at, text)| (*at, &**text)).collect()
}

/// The largest distance between users planned and users there, over all ticks.
fn worst(ended: &Ended) -> u32 {
    let distance = |(_, planned, users): &(u128, u32, u32)| planned.abs_diff(*users);
    ended.ticks.iter().map(distance).max().unwrap_or_default()
}
