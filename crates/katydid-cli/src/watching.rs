//! What is watched beside the load: local processes, and what the plan names (`monitoring.rs`).

use std::net::{SocketAddr, ToSocketAddrs as _};

use katydid_core::{Expectation, RunEvent, Snapshot, is_loopback};
use katydid_monitor::{Monitor, Process, WatchError, listener};
use url::Url;

use crate::console::Console;
use crate::embedded::Backend;
use crate::error::CliError;
use crate::monitoring::Monitoring;
use crate::saving::Saving;
use crate::settings::Settings;

/// The watched processes of one run, and its monitors.
#[derive(Debug)]
pub(crate) struct Watching {
    processes: Vec<Process>,
    embedded: Option<u32>,
    monitor: Option<Monitor>,
    monitoring: Monitoring,
    console: Console,
}

impl Watching {
    /// Chooses what is watched: what was named, and the embedded backend; else who listens on the
    /// host, if it is this machine.
    ///
    /// # Errors
    /// A process that was named cannot be watched.
    pub(crate) fn choose(
        settings: &Settings,
        backend: Option<&Backend>,
        console: &Console,
    ) -> Result<Self, CliError> {
        let embedded = backend.map(Backend::pid);
        let mut processes: Vec<Process> = Vec::new();
        let mut add = |process: Process, what: &str| {
            if processes.iter().all(|known| known.pid() != process.pid()) {
                let (pid, name) = (process.pid(), process.name());
                console.info(&format!("Watching process {pid} ({name}){what}"));
                processes.push(process);
            }
        };
        for pid in &settings.watch_pids {
            let process = Process::find(*pid).map_err(|fault| {
                CliError::Usage(format!("{}: {fault}", settings.sources.name("watch-pid")))
            })?;
            add(process, "");
        }
        let mut why_not = Vec::new();
        if let Some(pid) = embedded {
            match Process::find(pid) {
                Ok(process) => add(process, ", the embedded backend"),
                Err(fault) => why_not.push(fault.to_string()),
            }
        } else if settings.watch_pids.is_empty() {
            for host in settings.hosts().into_iter().filter(|host| is_loopback(host)) {
                match listening(&host) {
                    Ok(process) => add(process, &format!(", which listens at {host}")),
                    Err(fault) => why_not.push(format!("{host}: {fault}")),
                }
            }
        }
        if processes.is_empty() {
            say_nothing_is_watched(settings, &why_not, console);
        }
        let monitoring = Monitoring::choose(settings, backend.map(Backend::ready), console);
        Ok(Self { processes, embedded, monitor: None, monitoring, console: console.clone() })
    }

    /// The same for another run, of which nothing has been seen yet.
    pub(crate) fn fresh(&self) -> Self {
        let (processes, console) = (self.processes.clone(), self.console.clone());
        let monitoring = self.monitoring.fresh();
        Self { processes, embedded: self.embedded, monitor: None, monitoring, console }
    }

    /// Whether any process is watched.
    pub(crate) fn any(&self) -> bool {
        !self.processes.is_empty()
    }

    /// Begins with the run; tells at once when a watched process has ended.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        self.monitoring.event(event);
        match event {
            RunEvent::Started { .. } if self.any() => {
                self.monitor = Some(Monitor::start(self.processes.clone()));
            }
            RunEvent::Tick(_) => {
                for ended in self.monitor.iter_mut().flat_map(Monitor::drain) {
                    // The backend's own death is told with the end of its log.
                    if Some(ended.pid) != self.embedded {
                        self.console.warning(&ended.ended_text().unwrap_or_default());
                    }
                }
            }
            _ => {}
        }
    }

    /// Hands over what was seen since the last time, for the file of the run.
    pub(crate) fn save(&mut self, saving: &mut Saving) {
        for event in self.monitoring.take_fresh() {
            saving.monitor(&event);
        }
        for look in self.monitor.iter_mut().flat_map(Monitor::take_fresh) {
            saving.process(look);
        }
    }

    /// Puts what was seen up to the last tick into a snapshot that somebody looks at meanwhile.
    pub(crate) fn show(&self, snapshot: &mut Snapshot) {
        self.monitoring.show(snapshot);
        if let Some(monitor) = &self.monitor {
            snapshot.watched = monitor.watched().to_vec();
        }
    }

    /// Ends, and puts what was seen into the snapshot.
    pub(crate) fn end(self, snapshot: &mut Snapshot) {
        self.monitoring.end(snapshot);
        let Some(monitor) = self.monitor else { return };
        let (watched, cost) = monitor.finish();
        let micros = cost.cpu.as_micros() / u128::from(cost.looks.max(1));
        self.console.debug(&format!("Watching took {micros} µs of CPU time per look"));
        snapshot.watched = watched;
    }
}

/// A rule that needs a process is missed without one, and nobody shall learn that in two hours.
fn say_nothing_is_watched(settings: &Settings, why_not: &[String], console: &Console) {
    let why = if why_not.is_empty() { String::new() } else { format!(" ({})", why_not.join("; ")) };
    let needs = |expectation: &&Expectation| matches!(expectation, Expectation::Drift(rule) if rule.is_about_memory());
    match settings.expectations().iter().find(needs) {
        Some(rule) => console.warning(&format!(
            "`{rule}` will be missed, for no process is watched{why}; name the target's own with \
             --watch-pid PID"
        )),
        None => console.debug(&format!("No process is watched{why}")),
    }
}

fn listening(host: &str) -> Result<Process, WatchError> {
    let address = |url: Url| {
        let port = url.port_or_known_default()?;
        let name = url.host_str()?.trim_matches(['[', ']']).to_owned();
        Some((name, port).to_socket_addrs().ok()?.collect::<Vec<SocketAddr>>())
    };
    listener(&Url::parse(host).ok().and_then(address).unwrap_or_default())
}
