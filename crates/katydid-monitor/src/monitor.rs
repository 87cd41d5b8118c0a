//! The thread that looks, once a second.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use katydid_core::{Usage, Watched};

use crate::look::look;
use crate::machine::Ticks;
use crate::process::Process;
use crate::tree::Tree;

/// Between two looks.
const PERIOD: Duration = Duration::from_secs(1);

/// Watches processes from a thread of its own.
#[derive(Debug)]
pub struct Monitor {
    watched: Vec<Watched>,
    /// Looks that nobody has taken yet.
    fresh: Vec<Look>,
    seen: Receiver<Seen>,
    /// Dropping it ends the thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<Cost>>,
}

/// One look at one process.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Its pid.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// Cores of the machine.
    pub cores: u32,
    /// When, since the start of the run.
    pub at: Duration,
    /// What it used by then.
    pub usage: Usage,
}

/// What was seen of the process at this place in the list.
#[derive(Debug)]
enum Seen {
    Usage(usize, Duration, Usage),
    /// It was alive at the look before.
    Ended(usize, Duration),
}

/// What watching has cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// Looks at all processes together.
    pub looks: u32,
    /// CPU time of all looks.
    pub cpu: Duration,
}

impl Monitor {
    /// Begins now, which is zero in the times of what is seen.
    pub fn start(processes: Vec<Process>) -> Self {
        let cores = Ticks::read().map_or(0, |ticks| ticks.cores);
        let watched = processes.iter().map(|p| Watched::new(p.pid, &p.name, cores)).collect();
        let (tell, seen) = channel();
        let (stop, stopped) = channel();
        let ticks = u32::try_from(rustix::param::clock_ticks_per_second()).unwrap_or(100).max(1);
        let eyes = Eyes {
            begin: Instant::now(),
            tick: Duration::from_secs(1) / ticks,
            trees: processes.into_iter().map(Tree::new).enumerate().collect(),
            machine: Ticks::read(),
            tell,
        };
        let builder = std::thread::Builder::new().name("katydid-monitor".to_owned());
        // Without a thread nothing is seen, and rules that need it say so.
        let thread = builder.spawn(move || watch(eyes, &stopped)).ok();
        let fresh = Vec::new();
        Self { watched, fresh, seen, stop: Some(stop), thread }
    }

    /// Takes in what was seen since the last time, without waiting. Those that have ended
    /// meanwhile.
    pub fn drain(&mut self) -> Vec<Watched> {
        let mut ended = Vec::new();
        for seen in self.seen.try_iter() {
            match seen {
                Seen::Usage(index, at, usage) => {
                    let watched = &mut self.watched[index];
                    watched.note(at, usage);
                    let (pid, name, cores) = (watched.pid, watched.name.clone(), watched.cores);
                    self.fresh.push(Look { pid, name, cores, at, usage });
                }
                Seen::Ended(index, at) => {
                    self.watched[index].end(at);
                    ended.push(self.watched[index].clone());
                }
            }
        }
        ended
    }

    /// What was seen up to the last drain.
    pub fn watched(&self) -> &[Watched] {
        &self.watched
    }

    /// The looks that [`drain`](Self::drain) has taken in since this was asked before.
    pub fn take_fresh(&mut self) -> Vec<Look> {
        std::mem::take(&mut self.fresh)
    }

    /// Takes a last look and ends. All that was seen, and what it has cost.
    pub fn finish(mut self) -> (Vec<Watched>, Cost) {
        let cost = self.join();
        self.drain();
        (std::mem::take(&mut self.watched), cost)
    }

    fn join(&mut self) -> Cost {
        self.stop = None;
        let thread = self.thread.take();
        thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.join();
    }
}

/// What the thread has at hand.
struct Eyes {
    begin: Instant,
    /// Length of the kernel's unit of CPU time.
    tick: Duration,
    /// Without those that have ended.
    trees: Vec<(usize, Tree)>,
    machine: Option<Ticks>,
    tell: Sender<Seen>,
}

impl Eyes {
    fn look(&mut self) {
        let now = Ticks::read();
        let busy = now.zip(self.machine).and_then(|(now, then)| now.busy_since(then));
        self.machine = now;
        let (begin, tick, tell) = (self.begin, self.tick, &self.tell);
        self.trees.retain_mut(|(index, tree)| {
            let usage = look(tree, tick);
            let at = begin.elapsed();
            let seen = match usage {
                Some(usage) => Seen::Usage(*index, at, Usage { machine_busy: busy, ..usage }),
                None => Seen::Ended(*index, at),
            };
            // Its owner goes only together with this thread.
            let _ = tell.send(seen);
            usage.is_some()
        });
    }
}

/// Looks at every full second and, told to stop, once more.
fn watch(mut eyes: Eyes, stopped: &Receiver<()>) -> Cost {
    let mut looks = 0;
    let mut over = false;
    loop {
        eyes.look();
        looks += 1;
        if over {
            break Cost { looks, cpu: cpu() };
        }
        // What was missed while the machine stood still is not made up for.
        let due = PERIOD * (eyes.begin.elapsed().as_secs() as u32 + 1);
        let wait = due.saturating_sub(eyes.begin.elapsed());
        over = stopped.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected);
    }
}

/// CPU time of this thread.
fn cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}
