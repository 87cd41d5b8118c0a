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

    /// The whole run and a part of it, by one reading of the file; `tick` sees the part.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn with_part(
        path: &Path,
        cut: &Cut,
        tick: &mut dyn FnMut(&Snapshot),
    ) -> Result<[Self; 2], SavedError> {
        replay(Reader::open(path)?, [&Cut::default(), cut], tick)
    }

    /// Makes a run again from its records.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn read(
        reader: Reader,
        cut: &Cut,
        tick: &mut dyn FnMut(&Snapshot),
    ) -> Result<Self, SavedError> {
        replay(reader, [cut], tick).map(|[saved]| saved)
    }
}

/// What threads have measured in the step under way.
type Step = Vec<(usize, Box<Interval>)>;

/// Makes a run again as often as there are cuts; `tick` sees the last one. A cut forgets what it does
/// not want of an interval, so only the last one may have a beginning.
fn replay<const N: usize>(
    mut reader: Reader,
    cuts: [&Cut; N],
    tick: &mut dyn FnMut(&Snapshot),
) -> Result<[Saved; N], SavedError> {
    for cut in cuts {
        cut.check()?;
    }
    let header = head(&mut reader)?;
    let mut replays = Vec::with_capacity(N);
    for cut in cuts {
        replays.push(Replay::new(&header, cut)?);
    }
    let mut step = Step::new();
    for record in &mut reader {
        if let Record::Measured { thread, interval: Measured::Read(interval) } = record {
            step.push((thread, interval));
            continue;
        }
        if let (Record::Tick, Some(last)) = (&record, replays.last())
            && last.begun
            && !last.over
        {
            tick(&last.snapshot);
        }
        for replay in &mut replays {
            replay.take_in(&record, &mut step)?;
        }
        if matches!(record, Record::Step(_) | Record::Reset(_)) {
            step.clear();
        }
    }
    let torn = reader.torn();
    let saved: Result<Vec<Saved>, SavedError> =
        replays.into_iter().map(|replay| replay.end(header.clone(), torn.cloned())).collect();
    Ok(saved?.try_into().expect("there is a replay for each cut"))
}

fn head(reader: &mut Reader) -> Result<Header, ReadError> {
    match reader.next() {
        Some(Record::Header(header)) => Ok(*header),
        Some(_) => Err(ReadError::Head("it says something else first".to_owned())),
        None => {
            let why = reader.torn().map_or("it is empty", |torn| &torn.why);
            Err(ReadError::Head(why.to_owned()))
        }
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
            ending: None,
            log: Vec::new(),
        })
    }

    /// `step` has what was measured up to a record that ends it.
    fn take_in(&mut self, record: &Record<'_>, step: &mut Step) -> Result<(), ReadError> {
        match record {
            Record::Step(at) => self.step(*at, step)?,
            Record::Reset(at) => {
                self.absorb(self.begun, step)?;
                if !self.over {
                    self.snapshot.reset(*at);
                }
            }
            Record::Tick => {}
            Record::Mark(mark) => self.snapshot.mark(mark.clone().into_owned()),
            Record::Monitor(event) => {
                Monitored::note_all(&mut self.snapshot.monitors, event);
            }
            Record::Process { pid, name, cores, at, usage } => {
                let watched = &mut self.snapshot.watched;
                if watched.iter().all(|known| known.pid != *pid) && watched.len() < MOST_PROCESSES {
                    watched.push(Watched::new(*pid, name, *cores));
                }
                if let Some(known) = watched.iter_mut().find(|known| known.pid == *pid) {
                    known.note(*at, *usage);
                }
            }
            Record::Log(line) => {
                if self.log.len() == LOG_TAIL {
                    self.log.remove(0);
                }
                self.log.push(line.clone());
            }
            Record::Ending(ending) => self.ending = Some((**ending).clone()),
            Record::Header(_) => {
                return Err(ReadError::Inconsistent("a second run begins in it".to_owned()));
            }
            Record::Measured { .. } => unreachable!("what was read is no interval of the engine"),
        }
        Ok(())
    }

    /// Ends a step. It belongs to the window in which its middle lies, for ticks are a little late.
    fn step(&mut self, at: Duration, step: &mut Step) -> Result<(), ReadError> {
        let before = std::mem::replace(&mut self.at, at);
        let middle = (before + at) / 2;
        self.over |= self.cut.to.is_some_and(|to| middle >= to);
        if !self.begun && self.cut.from.is_some_and(|from| middle >= from) {
            self.begun = true;
            self.snapshot.cut_before(before);
        }
        self.absorb(self.begun, step)?;
        if !self.over {
            self.snapshot.tick(at);
        }
        Ok(())
    }

    fn absorb(&mut self, wanted: bool, step: &mut Step) -> Result<(), ReadError> {
        for (thread, interval) in step.iter_mut() {
            let thread = *thread;
            if !self.snapshot.knows(thread, interval) {
                let what = format!("thread {thread} tells of rows or tasks that nobody has named");
                return Err(ReadError::Inconsistent(what));
            }
            if self.over {
                continue;
            }
            if !wanted {
                interval.forget();
            }
            self.snapshot.absorb(thread, interval);
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
