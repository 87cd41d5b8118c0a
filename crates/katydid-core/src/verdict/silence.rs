//! Tasks and classes that were there and measured nothing.

use std::time::Duration;

use crate::Snapshot;
use crate::row::TaskRow;
use crate::tasks::TaskCounts;

/// Tasks that came to an end and sent nothing, though nobody said that they are silent.
pub(super) fn silent_tasks(snapshot: &Snapshot) -> Vec<String> {
    let name = |row: &TaskRow| format!("{} ({}×)", row.info.path(), row.counts.executions);
    snapshot.tasks().iter().filter(|row| row.is_silent()).map(name).collect()
}

/// What the tasks of a class have done, unless all of them are meant to be silent.
fn done(snapshot: &Snapshot, class: &str) -> Option<TaskCounts> {
    let mut done = TaskCounts::default();
    let mut is_heard = false;
    for row in snapshot.tasks().iter().filter(|row| *row.info.class == *class) {
        done += row.counts;
        is_heard |= !row.info.silent;
    }
    is_heard.then_some(done)
}

pub(super) fn silent_classes(snapshot: &Snapshot) -> Vec<String> {
    let is_silent = |class: &str| {
        done(snapshot, class).is_some_and(|done| done.executions > 0 && done.requests == 0)
    };
    let classes = snapshot.users.iter().map(|(class, _)| class);
    classes.filter(|class| is_silent(class)).map(ToString::to_string).collect()
}

/// Users of a class who were there for so long have come to something, or they hang.
pub(super) const IDLE: Duration = Duration::from_secs(5);

/// Classes whose users were there and have done nothing, and for how long they were there.
pub(super) fn idle_classes(snapshot: &Snapshot) -> Vec<(String, Duration)> {
    let mut classes = Vec::new();
    // What a task did is known once it is over, and not any more when the statistics began anew.
    let known = |users: u32| users == 0 && snapshot.since.is_zero();
    for ((class, users), present) in snapshot.users.iter().zip(&snapshot.present) {
        let nothing = |done: TaskCounts| done.executions + done.requests == 0;
        if known(*users) && *present >= IDLE && done(snapshot, class).is_some_and(nothing) {
            classes.push((class.to_string(), *present));
        }
    }
    classes
}

pub(super) fn never_drawn(snapshot: &Snapshot) -> Vec<String> {
    snapshot.tasks().iter().filter(|row| row.is_undrawn()).map(|row| row.info.path()).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{FailureKind, Outcome, Recorder, RecorderLimits, Sample, TaskInfo};
    use crate::{RunFacts, RunWord, VerdictWord, judge};

    /// One user for so many seconds, who does nothing, and so many at the end.
    fn idle_run(seconds: u64, at_the_end: u32) -> Snapshot {
        let class: Arc<str> = Arc::from("Reader");
        let task = TaskInfo {
            class: Arc::clone(&class),
            flow: Arc::from(""),
            task: Arc::from("read"),
            tags: Arc::from([]),
            expected_share: None,
            silent: false,
        };
        let mut snapshot = Snapshot::new(&[class], &[task], 1);
        let mut recorder = Recorder::new(1, RecorderLimits::default());
        for second in 1..=seconds + 1 {
            let users = if second > seconds { at_the_end } else { 1 };
            snapshot.absorb(0, &recorder.take(second * 1_000_000_000, &[users], None));
            snapshot.tick(Duration::from_secs(second));
        }
        snapshot
    }

    #[test]
    fn a_class_is_idle_only_once_its_users_are_gone() {
        let idle = |seconds, at_the_end| idle_classes(&idle_run(seconds, at_the_end));
        assert_eq!(idle(5, 0), [("Reader".to_owned(), Duration::from_secs(5))]);
        assert!(idle(4, 0).is_empty(), "not for long");
        assert!(idle(9, 1).is_empty(), "its first task may be a long one");
    }

    #[test]
    fn who_cannot_log_in_has_met_a_fault_of_the_target() {
        let word = |failed: bool| {
            let mut snapshot = idle_run(9, 0);
            let mut recorder = Recorder::new(1, RecorderLimits::default());
            let row = recorder.row("POST", "/login", &Arc::from([]));
            recorder.request_begins();
            recorder.request_ends();
            if failed {
                let sample = Sample { outcome: Outcome::Failure, ..Sample::default() };
                recorder.failure(row, &sample, FailureKind::Status(503), "busy");
            } else {
                recorder.success(row, &Sample::default());
            }
            snapshot.absorb(0, &recorder.take(11_000_000_000, &[0], None));
            let facts = RunFacts { interrupted: false, failed_code: 1 };
            let verdict = judge(&snapshot, &[], &[], facts);
            (verdict.word, verdict.run.word)
        };
        assert_eq!(word(false), (VerdictWord::Invalid, RunWord::Invalid));
        assert_eq!(word(true), (VerdictWord::Fail, RunWord::Disturbed));
    }
}
