//! A run: settings, dispatcher, executor threads, and the life of one user.

mod alarm;
mod arrivals;
mod control;
mod course;
mod crew;
mod dispatcher;
mod executor;
mod floor;
mod newcomers;
pub(crate) mod panics;
mod phase;
mod plan;
mod quota;
mod rehearsal;
mod settings;
mod standby;
mod timetable;
mod user_loop;
#[cfg(test)]
mod virtual_run;
mod vitals;

use std::cell::RefCell;
use std::rc::Rc;

use katydid_core::Recorder;

pub use arrivals::{Arrivals, Spacing, WhenFull};
pub use control::{Control, SteerError};
pub use dispatcher::{RunOutcome, run};
pub use rehearsal::{Rehearsal, RehearsedRequest, RehearsedStep, StepOutcome, rehearse, try_once};
pub use settings::{HttpSettings, RunError, RunSettings, Window};

pub(crate) use course::Course;
pub(crate) use quota::{Quota, Ticket};
pub(crate) use rehearsal::Script;
pub(crate) use settings::CENTURY;
pub(crate) use user_loop::{UserContext, rehearse_user, run_user};

/// The statistics of one thread; borrowed for the length of one entry, never across an await.
pub(crate) type SharedRecorder = Rc<RefCell<Recorder>>;
