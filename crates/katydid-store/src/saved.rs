//! A run made again from its file.

use std::path::Path;
use std::time::Duration;

use katydid_core::{Interval, Monitored, Snapshot, Watched};

use crate::error::{ReadError, Torn};
use crate::header::{Ending, Header};
use crate::reader::Reader;
use crate::record::{Measured, Record};
use crate::window::{Cut, CutError};

/// Lines of the log that are kept.
const LOG_TAIL: usize = 500;
/// More than anybody watches.
const MOST_PROCESSES: usize = 1_000;

/// A saved run, whole or cut.
#[derive(Debug)]
pub struct Saved {
    /// What ran.
    pub header: Header,
    /// What it measured, as far as it is wanted.
    pub snapshot: Snapshot,
    /// What was said at its end. `None`: the run was broken off before it.
    pub ending: Option<Ending>,
    /// Where the file breaks off, if it does.
    pub torn: Option<Torn>,
    /// The last lines of its log.
    pub log: Vec<String>,
    /// When it ended, or broke off.
    pub length: Duration,
}

/// Why there is no such part of a saved run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SavedError {
    /// The file.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What is wanted of it.
    #[error(transparent)]
    Cut(#[from] CutError),
}

impl Saved {
    /// Reads the run in `path`, or a part of it.
    ///
    /// # Errors
    /// It is no saved run, or has no such part. A file that breaks off is read up to that place.
    pub fn open(path: &Path, cut: &Cut) -> Result<Self, SavedError> {
        Self::follow(path, cut, &mut |_| {})
    }

    /// As [`open`](Self::open); `tick` sees what the run's own [`RunEvent::Tick`] told, in the
    /// window.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    ///
    /// [`RunEvent::Tick`]: katydid_core::RunEvent::Tick
    pub fn follow(
        path: &Path,
        cut: &Cut,
        tick: &mut dyn FnMut(&Snapshot),
    ) -> Result<Self, SavedError> {
        Self::read(Reader::open(path)?, cut, tick)
    }

    /// Makes a run again from its records.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn read(
        mut reader: Reader,
        cut: &Cut,
        tick: &mut dyn FnMut(&Snapshot),
    ) -> Result<Self, SavedError> {
        cut.check()?;
        let header = match reader.next() {
            Some(Record::Header(header)) => *header,
            Some(_) => {
                return Err(ReadError::Head("it says something else first".to_owned()).into());
            }
            None => {
                let why = reader.torn().map_or("it is empty", |torn| &torn.why);
                return Err(ReadError::Head(why.to_owned()).into());
            }
        };
        let mut replay = Replay::new(&header, cut)?;
        for record in &mut reader {
            if matches!(record, Record::Tick) && replay.begun && !replay.over {
                tick(&replay.snapshot);
            }
            replay.take_in(record)?;
        }
        let torn = reader.torn().cloned();
        replay.end(header, torn)
    }
}

/// A snapshot that is being made again.
struct Replay<'a> {
    cut: &'a Cut,
    snapshot: Snapshot,
    /// The end of the last step.
    at: Duration,
    /// The window has begun, or is over.
    begun: bool,
    over: bool,
    /// What threads have measured in the step under way.
    step: Vec<(usize, Box<Interval>)>,
    ending: Option<Ending>,
    log: Vec<String>,
}

impl<'a> Replay<'a> {
    fn new(header: &Header, cut: &'a Cut) -> Result<Self, ReadError> {
        /// No machine has more; a damaged number would take all memory.
        const MOST_THREADS: usize = 65_536;
        if header.threads == 0 || header.threads > MOST_THREADS {
            return Err(ReadError::Inconsistent(format!("{} threads", header.threads)));
        }
        let mut snapshot = Snapshot::new(&header.classes, &header.tasks, header.threads);
        snapshot.plan_phases(header.phases.clone());
        Ok(Self {
            cut,
            snapshot,
            at: Duration::ZERO,
            begun: cut.from.is_none(),
            over: false,
            step: Vec::new(),
            ending: None,
            log: Vec::new(),
        })
    }

    fn take_in(&mut self, record: Record<'_>) -> Result<(), ReadError> {
        match record {
            Record::Measured { thread, interval: Measured::Read(interval) } => {
                self.step.push((thread, interval));
            }
            Record::Step(at) => self.step(at)?,
            Record::Reset(at) => {
                self.absorb(self.begun)?;
                if !self.over {
                    self.snapshot.reset(at);
                }
            }
            Record::Tick => {}
            Record::Mark(mark) => self.snapshot.mark(mark.into_owned()),
            Record::Monitor(event) => {
                Monitored::note_all(&mut self.snapshot.monitors, &event);
            }
            Record::Process { pid, name, cores, at, usage } => {
                let watched = &mut self.snapshot.watched;
                if watched.iter().all(|known| known.pid != pid) && watched.len() < MOST_PROCESSES {
                    watched.push(Watched::new(pid, &name, cores));
                }
                if let Some(known) = watched.iter_mut().find(|known| known.pid == pid) {
                    known.note(at, usage);
                }
            }
            Record::Log(line) => {
                if self.log.len() == LOG_TAIL {
                    self.log.remove(0);
                }
                self.log.push(line);
            }
            Record::Ending(ending) => self.ending = Some(*ending),
            Record::Header(_) => {
                return Err(ReadError::Inconsistent("a second run begins in it".to_owned()));
            }
            Record::Measured { .. } => unreachable!("what was read is no interval of the engine"),
        }
        Ok(())
    }

    /// Ends a step. It belongs to the window in which its middle lies, for ticks are a little late.
    fn step(&mut self, at: Duration) -> Result<(), ReadError> {
        let before = std::mem::replace(&mut self.at, at);
        let middle = (before + at) / 2;
        self.over |= self.cut.to.is_some_and(|to| middle >= to);
        if !self.begun && self.cut.from.is_some_and(|from| middle >= from) {
            self.begun = true;
            self.snapshot.cut_before(before);
        }
        self.absorb(self.begun)?;
        if !self.over {
            self.snapshot.tick(at);
        }
        Ok(())
    }

    fn absorb(&mut self, wanted: bool) -> Result<(), ReadError> {
        for (thread, mut interval) in self.step.drain(..) {
            if !self.snapshot.knows(thread, &interval) {
                let what = format!("thread {thread} tells of rows or tasks that nobody has named");
                return Err(ReadError::Inconsistent(what));
            }
            if self.over {
                continue;
            }
            if !wanted {
                interval.forget();
            }
            self.snapshot.absorb(thread, &interval);
        }
        Ok(())
    }

    fn end(mut self, header: Header, torn: Option<Torn>) -> Result<Saved, SavedError> {
        let length = self.at;
        if !self.begun {
            let from = self.cut.from.unwrap_or_default();
            return Err(CutError::Beyond { from, length }.into());
        }
        let ended = self.snapshot.elapsed;
        if let Some(ending) = &self.ending {
            self.snapshot.close(ending.closing.clone());
        }
        if self.over {
            // What ended later is none of the window's.
            self.snapshot.sending = self.snapshot.sending.filter(|sending| *sending <= ended);
        }
        if self.cut.filters() {
            self.cut.check_rows(self.snapshot.keys())?;
            self.snapshot.keep_rows(|key| self.cut.keeps(key));
        }
        let Self { snapshot, ending, log, .. } = self;
        Ok(Saved { header, snapshot, ending, torn, log, length })
    }
}
