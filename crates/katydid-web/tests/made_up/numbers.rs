//! The numbers of a made-up second.

use std::sync::Arc;
use std::time::Duration;

use katydid_core::{
    Bytes, FailureKind, Interval, Outcome, Recorder, RecorderLimits, RowId, Sample, TaskCounts,
    TaskId,
};

/// Makes seconds.
pub(crate) struct Numbers {
    recorder: Recorder,
    rows: Vec<RowId>,
}

impl Numbers {
    /// For so many tasks, with `more` names beside the three of the suite.
    pub(crate) fn new(tasks: usize, more: u32) -> Self {
        let mut recorder = Recorder::new(tasks, RecorderLimits::default());
        let mut row = |method: &str, name: &str, tag: &str| {
            recorder.row(method, name, &Arc::from([Arc::from(tag)]))
        };
        let mut rows = vec![
            row("GET", "/browse", "read"),
            row("POST", "/pay", "critical"),
            row("GET", "/report", "read"),
        ];
        rows.extend((0..more).map(|it| row("GET", &format!("/shelves/{it:02}/[item]"), "read")));
        Self { recorder, rows }
    }

    /// What `users` do in the second that ends at `end`.
    pub(crate) fn second(
        &mut self,
        end: Duration,
        users: u32,
        planned: u32,
        paused: bool,
    ) -> Box<Interval> {
        let second = end.as_secs();
        let began = end.saturating_sub(Duration::from_secs(1)).as_nanos() as u64;
        let count = if paused { 0 } else { u64::from(users) };
        for number in 0..count {
            let row = number as usize % self.rows.len();
            // Slower with more users, and in waves.
            let wave = 1.0 + 0.4 * ((second as f64) / 15.0).sin();
            let ms = (8.0 + 12.0 * row as f64 + f64::from(users) / 4.0) * wave
                + (number * 37 % 11) as f64;
            let due = began + number * 1_000_000_000 / count.max(1) / 2;
            let took = (ms * 1e6) as u64;
            let sample = Sample {
                due_ns: due,
                sent_ns: due,
                first_byte_ns: due + took / 2,
                last_byte_ns: due + took,
                bytes: Bytes { body: 100 + number, ..Bytes::default() },
                ..Sample::default()
            };
            self.recorder.request_begins();
            let fails = row == 1 && (second + number).is_multiple_of(20);
            if fails {
                let sample = Sample { outcome: Outcome::Failure, ..sample };
                self.recorder.failure(
                    self.rows[row],
                    &sample,
                    FailureKind::Status(503),
                    "HTTP 503: full",
                );
            } else {
                self.recorder.success(self.rows[row], &sample);
            }
            self.recorder.request_ends();
            let counts = TaskCounts { executions: 1, requests: 1, ..TaskCounts::default() };
            self.recorder.task(TaskId((row % 3) as u32), counts);
        }
        let classes = [users - users / 4, users / 4];
        let mut interval = self.recorder.take(end.as_nanos() as u64, &classes, None);
        interval.planned_users = planned;
        interval
    }
}
