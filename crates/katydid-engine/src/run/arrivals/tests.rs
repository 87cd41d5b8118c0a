//! The open model in virtual time: when tasks start, who runs them, and that none is lost.

mod by_hand;
mod conservation;
mod schedule;
mod starts;
mod users;

use std::time::Duration;

use super::{Arrivals, WhenFull};
use crate::run::settings::RunSettings;
use crate::run::virtual_run::{Ended, run_for};
use crate::user::UserClass;

/// Settings of a run with this rate.
fn at(rate: &str) -> RunSettings {
    let arrivals = Some(Arrivals::new(rate.parse().unwrap()));
    RunSettings { arrivals, ..RunSettings::default() }
}

/// The same with at most `most` in flight.
fn bounded(rate: &str, most: u32, when_full: WhenFull) -> RunSettings {
    let arrivals = Arrivals::new(rate.parse().unwrap()).max_in_flight(most).when_full(when_full);
    RunSettings { arrivals: Some(arrivals), ..RunSettings::default() }
}

/// A class whose task writes a line and takes so many ms.
macro_rules! taking {
    ($name:literal, $ms:literal) => {
        UserClass::<()>::with_default($name).task(Task::new("work", |(), session| {
            Box::pin(async move {
                log(session, $name);
                session.sleep(Duration::from_millis($ms)).await;
                Ok(())
            })
        }))
    };
}
use taking;

async fn run(class: UserClass<()>, settings: RunSettings, seconds: u64) -> Ended {
    run_for(&[class.into()], settings, Duration::from_secs(seconds)).await
}

/// Lines per whole second.
fn per_second(ended: &Ended, seconds: usize) -> Vec<u64> {
    let mut counts = vec![0; seconds];
    for entry in &ended.log {
        counts[entry.at.as_secs() as usize] += 1;
    }
    counts
}
