//! One executor thread: a single-threaded runtime with its users, connections and statistics.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Interval, Recorder, RecorderLimits, TaskId};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::{AbortHandle, LocalSet};
use tokio::time::Instant;
use url::Url;

use super::SharedRecorder;
use super::dispatcher::{Message, Messages};
use super::phase::{Phase, PhaseCell};
use super::settings::HttpSettings;
use super::user_loop::UserContext;
use crate::class::Class;
use crate::hooks::{Hooks, Listeners};
use crate::session::{Clock, HttpContext, Names, SessionSetup, Targets};
use crate::shared::Shared;

/// What the dispatcher tells a thread.
#[derive(Debug)]
pub(crate) enum Order {
    /// The clock starts at this moment.
    Go(Instant),
    /// Hand over the interval; here is the memory of an old one.
    Collect(Option<Interval>),
    /// Users finish their task.
    Stop,
    /// Users drop their task.
    Cut,
    /// Drop everything and end.
    Quit,
}

/// What a thread knows before it starts. Everything in it is read only.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    pub(crate) thread: usize,
    pub(crate) threads: usize,
    /// The class of each user of the run, in the order of their start.
    pub(crate) users: Arc<[usize]>,
    pub(crate) classes: Arc<[ClassPlan]>,
    pub(crate) spawn_rate: f64,
    pub(crate) seed: u64,
    pub(crate) shared: Arc<Shared>,
    pub(crate) http: HttpSettings,
    pub(crate) tls: Arc<rustls::ClientConfig>,
    pub(crate) limits: RecorderLimits,
    pub(crate) hooks: Hooks,
}

/// A class with its place in the run.
#[derive(Clone, Debug)]
pub(crate) struct ClassPlan {
    pub(crate) class: Class,
    pub(crate) host: Url,
    pub(crate) first_task: u32,
    pub(crate) tasks: usize,
}

/// The body of the thread.
pub(crate) fn main(assignment: &Assignment, orders: UnboundedReceiver<Order>, to: &Messages) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => {
            let local = LocalSet::new();
            runtime.block_on(local.run_until(serve(assignment, orders, to)));
            // Dropped on this thread, with the runtime: connections close, tasks end.
            drop(local);
            // A name look-up that hangs must not hold up the end of the run.
            runtime.shutdown_background();
        }
        Err(error) => {
            let text = format!("executor thread {} has no runtime: {error}", assignment.thread);
            let _ = to.send(Message::Broken(assignment.thread, text));
        }
    }
}

/// Follows the dispatcher's orders until told to quit.
pub(crate) async fn serve(
    assignment: &Assignment,
    mut orders: UnboundedReceiver<Order>,
    to: &Messages,
) {
    let Some(Order::Go(start)) = orders.recv().await else { return };
    let crew = Rc::new(Crew::new(assignment, start));
    let spawner = tokio::task::spawn_local(spawn_users(Rc::clone(&crew), assignment.clone()));
    let spawner = spawner.abort_handle();
    let gone = Rc::clone(&crew);
    let thread = assignment.thread;
    let done = to.clone();
    tokio::task::spawn_local(async move {
        gone.all_gone().await;
        let _ = done.send(Message::Idle(thread));
    });
    while let Some(order) = orders.recv().await {
        match order {
            Order::Go(_) => {}
            Order::Collect(recycled) => {
                let interval = crew.collect(recycled);
                let _ = to.send(Message::Interval(thread, interval));
            }
            Order::Stop => crew.end(&spawner, Phase::Stopping),
            Order::Cut => crew.end(&spawner, Phase::Cut),
            Order::Quit => return,
        }
    }
}

/// The users of one thread.
struct Crew {
    clock: Clock,
    phase: Rc<PhaseCell>,
    recorder: SharedRecorder,
    http: Rc<HttpContext>,
    listeners: Option<Rc<Listeners>>,
    targets: Vec<Rc<Targets>>,
    running: RefCell<Vec<u32>>,
    spawning: Cell<bool>,
    changed: Notify,
}

impl Crew {
    fn new(assignment: &Assignment, start: Instant) -> Self {
        let tasks = assignment.classes.iter().map(|plan| plan.tasks).sum();
        Self {
            clock: Clock::new(start),
            phase: Rc::new(PhaseCell::new()),
            recorder: Rc::new(RefCell::new(Recorder::new(tasks, assignment.limits))),
            http: Rc::new(HttpContext {
                settings: assignment.http.clone(),
                tls: Arc::clone(&assignment.tls),
                names: Names::default(),
                buffers: Rc::default(),
            }),
            listeners: Listeners::new(
                &assignment.hooks,
                assignment.classes.iter().flat_map(|plan| plan.class.tasks()).collect(),
            ),
            targets: assignment
                .classes
                .iter()
                .map(|plan| Rc::new(Targets::new(plan.host.clone())))
                .collect(),
            running: RefCell::new(vec![0; assignment.classes.len()]),
            spawning: Cell::new(true),
            changed: Notify::new(),
        }
    }

    fn collect(&self, recycled: Option<Interval>) -> Interval {
        let now_ns = self.clock.now_ns();
        self.recorder.borrow_mut().take(now_ns, &self.running.borrow(), recycled)
    }

    fn end(&self, spawner: &AbortHandle, phase: Phase) {
        spawner.abort();
        self.spawning.set(false);
        self.phase.set(phase);
        self.changed.notify_one();
    }

    /// Waits until every user was started and has ended.
    async fn all_gone(&self) {
        while self.spawning.get() || self.running.borrow().iter().any(|count| *count > 0) {
            self.changed.notified().await;
        }
    }
}

/// Starts this thread's users: user k at k ÷ rate, from the arithmetic, so nothing adds up.
async fn spawn_users(crew: Rc<Crew>, assignment: Assignment) {
    for index in (assignment.thread..assignment.users.len()).step_by(assignment.threads) {
        let due = Duration::from_secs_f64(index as f64 / assignment.spawn_rate);
        tokio::time::sleep_until(crew.clock.at(due.as_nanos() as u64)).await;
        start_user(&crew, &assignment, index);
    }
    crew.spawning.set(false);
    crew.changed.notify_one();
}

fn start_user(crew: &Rc<Crew>, assignment: &Assignment, index: usize) {
    let class = assignment.users[index];
    let plan = &assignment.classes[class];
    let data_seed = mix(assignment.seed, 2 * index as u64);
    let setup = SessionSetup {
        index: index as u32,
        seed: data_seed,
        targets: Rc::clone(&crew.targets[class]),
        shared: Arc::clone(&assignment.shared),
        http: Rc::clone(&crew.http),
        recorder: Rc::clone(&crew.recorder),
        clock: crew.clock,
        first_task: TaskId(plan.first_task),
        listeners: crew.listeners.clone(),
    };
    let context = UserContext {
        setup,
        schedule_seed: mix(assignment.seed, 2 * index as u64 + 1),
        phase: Rc::clone(&crew.phase),
    };
    crew.running.borrow_mut()[class] += 1;
    let life = plan.class.spawn(context);
    let leaving = Leaving { crew: Rc::clone(crew), class };
    tokio::task::spawn_local(async move {
        // Counted out even if making its state panics.
        let _leaving = leaving;
        life.await;
    });
}

/// Counts a user out when it ends, however it ends.
struct Leaving {
    crew: Rc<Crew>,
    class: usize,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.crew.running.borrow_mut()[self.class] -= 1;
        self.crew.changed.notify_one();
    }
}

/// One seed per user from the run's seed (SplitMix64, Steele et al. 2014): neighbours differ in
/// every bit.
fn mix(seed: u64, index: u64) -> u64 {
    let mut z = seed.wrapping_add((index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests;
