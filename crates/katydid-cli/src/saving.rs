//! The file of the run, while it goes on.

use std::io;
use std::path::Path;

use katydid_core::{MonitorEvent, RunEvent};
use katydid_monitor::Look;
use katydid_store::{Ending, FILE_NAME, Header, SaveFault, Saver};

use crate::console::Console;
use crate::files::{Place, Written, survive_file_limits};

/// The file of one run, if it is saved.
#[derive(Debug)]
pub(crate) struct Saving {
    saver: Option<Saver>,
    /// It could not even be begun.
    failed: bool,
    /// Its fault has been told.
    told: bool,
    console: Console,
}

impl Saving {
    /// Nothing is saved.
    pub(crate) fn off(console: &Console) -> Self {
        Self { saver: None, failed: false, told: false, console: console.clone() }
    }

    /// Begins the file in the folder of the run, if it has one.
    pub(crate) fn begin(place: &Place, header: &Header, console: &Console) -> Self {
        let Some(folder) = &place.folder else { return Self::off(console) };
        let path = folder.join(FILE_NAME);
        survive_file_limits();
        match Saver::create(&path, header.clone()) {
            Ok(saver) => Self { saver: Some(saver), ..Self::off(console) },
            Err(fault) => {
                say(&path, &fault.to_string(), console);
                Self { failed: true, told: true, ..Self::off(console) }
            }
        }
    }

    /// Keeps what an event tells.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        let Some(saver) = &mut self.saver else { return };
        if let RunEvent::Tick(_) = event {
            for line in self.console.take_log() {
                saver.log(line);
            }
        }
        saver.event(event);
        if let (RunEvent::Tick(_), false, Some(fault)) = (event, self.told, saver.fault()) {
            say(saver.path(), &fault.to_string(), &self.console);
            self.told = true;
        }
    }

    /// Keeps what a monitor has seen.
    pub(crate) fn monitor(&mut self, event: &MonitorEvent) {
        if let Some(saver) = &mut self.saver {
            saver.monitor(event);
        }
    }

    /// Keeps a look at a process.
    pub(crate) fn process(&mut self, look: Look) {
        if let Some(saver) = &mut self.saver {
            let Look { pid, name, cores, at, usage } = look;
            saver.process(pid, &name, cores, (at, usage));
        }
    }

    /// Ends the file.
    pub(crate) fn finish(self, ending: Ending, written: &mut Written, console: &Console) {
        written.whole &= !self.failed;
        let Some(mut saver) = self.saver else { return };
        console.take_log().into_iter().for_each(|line| saver.log(line));
        let path = saver.path().to_owned();
        match saver.finish(ending) {
            Ok(()) => written.paths.push(path),
            Err(_) if self.told => {
                written.faulty.push(path);
                written.whole = false;
            }
            Err(fault) => written.note(path, Err(other(&fault)), console),
        }
    }
}

fn say(path: &Path, fault: &str, console: &Console) {
    let path = path.display();
    console
        .warning(&format!("the rest of the run is not saved in {path}: {fault}; the run goes on"));
}

fn other(fault: &SaveFault) -> io::Error {
    io::Error::other(fault.to_string())
}
