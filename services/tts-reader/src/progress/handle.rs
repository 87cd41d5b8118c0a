//! What a request tells of its progress.

use std::{
    mem::{Discriminant, discriminant},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
};

use axum::http::StatusCode;

use super::{
    board::Board,
    entry::Hold,
    id::{Key, ProgressId},
    record::{Moment, Record, Status},
    stage::{Stage, Work},
};
use crate::{app::App, auth::new_id, domain::UserId, errors::ApiError};

/// The least step that is told within a stage.
const STEP: f64 = 0.01;

/// Tells those who follow a request what it is at. Cheap to clone and to use, from any thread; of a
/// request that nobody wanted to follow it does nothing.
#[derive(Debug, Clone)]
pub(crate) struct Progress(Option<Arc<Job>>);

/// A request that may be followed. Dropped before its end was told, it failed.
#[derive(Debug)]
struct Job {
    board: Arc<Board>,
    user: UserId,
    id: ProgressId,
    key: Key,
    /// Tells it from other requests of that name.
    run: String,
    work: Work,
    point: Mutex<Point>,
}

/// Where it is.
#[derive(Debug)]
struct Point {
    sequence: u64,
    progress: f64,
    method: Option<&'static str>,
    stage: Option<Discriminant<Stage>>,
    /// Gone with the last record.
    hold: Option<Hold>,
}

impl Progress {
    /// Of a request that nobody follows.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Whether anybody may follow.
    pub(crate) fn is_told(&self) -> bool {
        self.0.is_some()
    }

    /// Begins to tell of a request under the name that its client gave it.
    ///
    /// # Errors
    /// 409 while another request of the account has that name, at whichever service; and when the
    /// database cannot be asked.
    pub(crate) async fn begin(
        app: &App,
        user: &UserId,
        id: ProgressId,
        work: Work,
    ) -> Result<Self, ApiError> {
        let (board, key) = (&app.progress, Key::of(user, &id));
        let taken = || ApiError::Refused {
            status: StatusCode::CONFLICT,
            detail: format!(
                "A request with the progress id {} is under way; give each request its own",
                id.as_str()
            ),
        };
        let hold = board.hold(key).ok_or_else(taken)?;
        let run = new_id();
        let after = if board.beyond.is_some() {
            app.store.begin_progress(&key.hex(), &run).await?.ok_or_else(taken)?
        } else {
            0
        };
        let sequence = hold.begin(after);
        board.counts.followed.fetch_add(1, Ordering::Relaxed);
        let point = Point { sequence, progress: 0.0, method: None, stage: None, hold: Some(hold) };
        let job = Job {
            board: Arc::clone(board),
            user: user.clone(),
            id,
            key,
            run,
            work,
            point: Mutex::new(point),
        };
        job.tell(&mut job.point(), Status::Starting, "Starting", 0.0);
        Ok(Self(Some(Arc::new(job))))
    }

    /// The request is at that stage now. Never goes back: what comes late from another thread counts
    /// for nothing.
    pub(crate) fn stage(&self, stage: Stage) {
        let Some(job) = &self.0 else { return };
        let mut point = job.point();
        let share = stage.share(job.work);
        let kind = Some(discriminant(&stage));
        // A stage is told when it begins and when it ends, and in steps between.
        let least = match point.stage {
            before if before != kind => 0.0,
            _ if stage.is_whole() => f64::MIN_POSITIVE,
            _ => STEP,
        };
        if point.hold.is_none() || share - point.progress < least {
            return;
        }
        point.stage = kind;
        point.method = stage.method().or(point.method);
        job.tell(&mut point, Status::Processing, &stage.words(), share);
    }

    /// Does the work of the request, and tells how it ended.
    pub(crate) async fn through<T>(
        &self,
        work: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let result = work.await;
        match &result {
            Ok(_) => self.completed(),
            Err(error) => self.failed(error),
        }
        result
    }

    /// The request is answered. Of several ends the first counts.
    pub(crate) fn completed(&self) {
        if let Some(job) = &self.0 {
            job.end(Status::Completed, "Completed");
        }
    }

    pub(crate) fn failed(&self, error: &ApiError) {
        if let Some(job) = &self.0 {
            job.end(Status::Failed, &error.to_string());
        }
    }
}

impl Job {
    fn end(&self, status: Status, message: &str) {
        let mut point = self.point();
        self.tell(&mut point, status, message, 1.0);
        if let Some(hold) = point.hold.take() {
            self.board.over(&self.user, hold);
        }
    }

    fn tell(&self, point: &mut Point, status: Status, message: &str, progress: f64) {
        let Some(hold) = &point.hold else { return };
        point.sequence += 1;
        point.progress = progress;
        let record = Record::of(Moment {
            id: &self.id,
            sequence: point.sequence,
            status,
            message,
            progress,
            method: point.method,
        });
        self.board.pass_on(self.key, &self.run, &record);
        hold.0.add([record]);
    }

    fn point(&self) -> MutexGuard<'_, Point> {
        // A panic elsewhere in the request does not keep its end from being told.
        self.point.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.end(Status::Failed, "The request ended before its work was done");
    }
}
