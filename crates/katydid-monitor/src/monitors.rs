//! A thread for each thing that is watched.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use katydid_core::mask::Mask;
use katydid_core::{MarkKind, MonitorEvent, MonitorMark, MonitorSample, Monitored};

use crate::probe::{Limit, Looked, Probe};
use crate::rates::Rates;
use crate::source::Source;

/// Events that may wait to be drained; whoever has more to say waits.
const MOST_WAITING: usize = 20_000;
/// How long the last looks may take when the run has ended. Whoever looks longer is left behind.
const LAST_LOOK: Duration = Duration::from_millis(500);

/// Watches from threads of their own, so that whoever makes the load never waits for anything here.
#[derive(Debug)]
pub struct Monitors {
    monitored: Vec<Monitored>,
    seen: Receiver<MonitorEvent>,
    /// Dropping them asks the threads for their last look.
    stop: Vec<Sender<()>>,
    over: Arc<AtomicBool>,
}

impl Monitors {
    /// Begins now, which is zero in the times of what is seen. Lines of logs and what commands
    /// complain of are told without what `mask` knows as secret.
    pub fn start(sources: Vec<Source>, mask: &Arc<Mask>) -> Self {
        let begin = Instant::now();
        let (tell, seen) = sync_channel(MOST_WAITING);
        let over = Arc::new(AtomicBool::new(false));
        let mut monitors = Self { monitored: Vec::new(), seen, stop: Vec::new(), over };
        for (monitor, source) in sources.into_iter().take(Monitored::MOST).enumerate() {
            let declared = MonitorEvent::Monitor {
                monitor,
                name: source.name.as_str().into(),
                kind: source.what.kind(),
            };
            // There is room: nobody else has said anything.
            let _ = tell.try_send(declared);
            let (stop, stopped) = channel();
            monitors.stop.push(stop);
            let eye = Eye {
                monitor,
                every: source.every,
                timeout: source.timeout,
                probe: source.what.probe(),
                begin,
                over: Arc::clone(&monitors.over),
                tell: tell.clone(),
                mask: Arc::clone(mask),
                rates: Rates::default(),
                series: HashMap::new(),
                fault: None,
            };
            let name = format!("katydid-{}", source.name);
            let spawned = std::thread::Builder::new().name(name).spawn(move || eye.watch(&stopped));
            if let Err(fault) = spawned {
                let mark = MonitorMark {
                    at: Duration::ZERO,
                    kind: MarkKind::Fault,
                    text: format!("it has no thread: {fault}"),
                };
                let _ = tell.try_send(MonitorEvent::Mark { monitor, mark });
            }
        }
        monitors
    }

    /// Takes in what was seen since the last time, without waiting, and says it.
    pub fn drain(&mut self) -> Vec<MonitorEvent> {
        let events: Vec<MonitorEvent> = self.seen.try_iter().collect();
        for event in &events {
            Monitored::note_all(&mut self.monitored, event);
        }
        events
    }

    /// What was seen up to the last drain.
    pub fn monitored(&self) -> &[Monitored] {
        &self.monitored
    }

    /// Lets everybody take a last look, at most half a second long, and ends. All that was seen,
    /// and what of it is new.
    pub fn finish(mut self) -> (Vec<Monitored>, Vec<MonitorEvent>) {
        self.stop.clear();
        let end = Instant::now() + LAST_LOOK;
        let mut events = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.seen.recv_timeout(left) {
                Ok(event) => events.push(event),
                // All have ended, or those that have not are left behind.
                Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => break,
            }
        }
        for event in &events {
            Monitored::note_all(&mut self.monitored, event);
        }
        (std::mem::take(&mut self.monitored), events)
    }
}

impl Drop for Monitors {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// What a thread has at hand.
struct Eye {
    monitor: usize,
    every: Duration,
    timeout: Duration,
    probe: Box<dyn Probe>,
    begin: Instant,
    over: Arc<AtomicBool>,
    tell: SyncSender<MonitorEvent>,
    mask: Arc<Mask>,
    rates: Rates,
    /// Places of series by name.
    series: HashMap<Arc<str>, usize>,
    /// What was told last of why nothing can be seen.
    fault: Option<String>,
}

/// Nobody hears any more.
struct Deaf;

impl Eye {
    /// Looks at every full step of time and, told to stop, once more.
    fn watch(mut self, stopped: &Receiver<()>) {
        let mut last = false;
        loop {
            if self.look().is_err() || last {
                break;
            }
            // What was missed is not made up for.
            let step = self.every.max(Duration::from_millis(100));
            let now = self.begin.elapsed();
            let due = step * (now.as_nanos() / step.as_nanos() + 1) as u32;
            let wait = due.saturating_sub(self.begin.elapsed());
            last = stopped.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected);
        }
        let marks = self.probe.end(&Limit::new(LAST_LOOK, &self.over));
        for (kind, text) in marks {
            if self.mark(kind, text).is_err() {
                break;
            }
        }
    }

    fn look(&mut self) -> Result<(), Deaf> {
        let limit = Limit::new(self.timeout, &self.over);
        match self.probe.look(&limit) {
            Ok(looked) => {
                if self.fault.take().is_some() {
                    self.mark(MarkKind::Mended, "it can be watched again".to_owned())?;
                }
                self.note(looked)
            }
            Err(fault) if self.fault.as_ref() == Some(&fault) => Ok(()),
            Err(fault) => {
                self.fault = Some(fault.clone());
                self.mark(MarkKind::Fault, fault)
            }
        }
    }

    fn note(&mut self, looked: Looked) -> Result<(), Deaf> {
        for (kind, text) in looked.marks {
            self.mark(kind, text)?;
        }
        let at = self.begin.elapsed();
        for reading in looked.readings {
            let Some(series) = self.place(&reading.name, reading.unit)? else { continue };
            if let Some((at, value)) = self.rates.point(at, &reading) {
                let sample = MonitorSample { monitor: self.monitor, series, at, value };
                self.say(MonitorEvent::Sample(sample))?;
            }
        }
        if self.rates.take_fallen() {
            let text =
                "its counters began anew: it was started again, or they were reset".to_owned();
            self.mark(MarkKind::Restart, text)?;
        }
        Ok(())
    }

    /// The place of a series, new ones declared; `None` for those beyond the most.
    fn place(&mut self, name: &Arc<str>, unit: katydid_core::Unit) -> Result<Option<usize>, Deaf> {
        if let Some(series) = self.series.get(name) {
            return Ok(Some(*series));
        }
        let series = self.series.len();
        if series >= Monitored::MOST_SERIES {
            return Ok(None);
        }
        self.series.insert(Arc::clone(name), series);
        let name = Arc::clone(name);
        self.say(MonitorEvent::Series { monitor: self.monitor, series, name, unit })?;
        Ok(Some(series))
    }

    fn mark(&self, kind: MarkKind, text: String) -> Result<(), Deaf> {
        let text = self.mask.text(&text).into_owned();
        let mark = MonitorMark { at: self.begin.elapsed(), kind, text };
        self.say(MonitorEvent::Mark { monitor: self.monitor, mark })
    }

    fn say(&self, event: MonitorEvent) -> Result<(), Deaf> {
        self.tell.send(event).map_err(|_| Deaf)
    }
}
