//! What the threads measured: asked for on every tick, added up, and the last of it at the end.

use katydid_core::{RunEvent, RunState, StopReason};
use tokio::time::Instant;

use super::conduct::{Dispatcher, Ended};
use super::message::Report;
use super::threads::{ANSWER_LIMIT, Thread, blocked};
use crate::run::executor::Order;

impl Dispatcher<'_> {
    /// Asks every thread that is not still answering for its report.
    pub(super) fn collect(&mut self) {
        let now = Instant::now();
        for index in 0..self.threads.len() {
            let thread = &mut self.threads[index];
            let silent = thread.ask(now);
            if silent > ANSWER_LIMIT && !thread.blocked {
                thread.blocked = true;
                self.tell(RunEvent::Warning(blocked(index, silent)));
            }
        }
        if self.threads.iter().any(|thread| thread.blocked) {
            // The others go on; their numbers must not wait for the blocked one.
            self.tick();
        }
    }

    pub(super) fn absorb(&mut self, index: usize, report: Report) {
        let Report { mut interval, resets, cut } = report;
        if resets < self.resets {
            interval.forget();
        }
        (self.observe)(RunEvent::Measured { thread: index, interval: &interval });
        self.snapshot.absorb(index, &interval);
        let thread = &mut self.threads[index];
        thread.cut = cut;
        let known = thread.blocked;
        let took = thread.answered(interval);
        if took > ANSWER_LIMIT && !known {
            // It came back before anybody looked, at the end of the run for instance.
            self.tell(RunEvent::Warning(blocked(index, took)));
        }
        if !self.threads.iter().any(Thread::awaited) {
            self.tick();
        }
    }

    pub(super) fn tick(&mut self) {
        let at = self.start.elapsed();
        (self.observe)(RunEvent::StepEnded { at });
        self.snapshot.tick(at);
        self.snapshot.paused = self.paused(at);
        self.control.note_rate(self.rate.as_ref().map(|rate| rate.rate_at(at)));
        self.watch.hand_over(&mut self.snapshot.generator);
        if !self.borders.silent() {
            (self.observe)(RunEvent::Tick(&self.snapshot));
        }
        if self.running()
            && let Some(aborted) =
                self.settings.abort.iter().find_map(|it| it.aborts(&self.snapshot))
        {
            self.tell(RunEvent::Warning(aborted.text.clone()));
            self.snapshot.aborted = Some(aborted);
            self.stop(StopReason::Target);
        }
    }

    /// Collects the last reports and ends the threads.
    pub(super) async fn finish(mut self) -> Ended {
        self.borders.told();
        let until = Instant::now() + ANSWER_LIMIT;
        self.await_answers(until).await;
        let now = Instant::now();
        for thread in self.threads.iter_mut().filter(|thread| !thread.awaited() && !thread.gone()) {
            thread.ask(now);
        }
        self.await_answers(until).await;
        if self.threads.iter().any(Thread::awaited) {
            // What the others measured must be seen without the one that does not answer.
            self.tick();
        }
        let generator = &mut self.snapshot.generator;
        self.watch.finish(generator);
        for (index, thread) in self.threads.iter().enumerate() {
            generator.threads[index].lost = thread.awaited() || thread.broken;
        }
        let users: u32 = self.threads.iter().map(|thread| thread.cut).sum();
        if users > 0 {
            let after = self.settings.patience();
            self.tell(RunEvent::UsersCut { users, after });
        }
        for index in 0..self.threads.len() {
            self.threads[index].order(Order::Quit);
            if self.threads[index].awaited() {
                let text = format!(
                    "executor thread {index} is blocked by the suite's own code; what it measured \
                     last is lost"
                );
                self.tell(RunEvent::Warning(text));
            }
        }
        self.control.note(RunState::Stopped, 0);
        let Self { reason, snapshot, threads, observe, .. } = self;
        observe(RunEvent::Ended { reason, snapshot: &snapshot });
        let answering = threads.iter().map(|thread| !thread.awaited()).collect();
        Ended { snapshot, reason, answering }
    }

    async fn await_answers(&mut self, until: Instant) {
        while self.threads.iter().any(Thread::awaited) && Instant::now() < until {
            self.hear(until).await;
        }
    }
}
