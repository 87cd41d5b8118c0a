//! What the plan watches beside the load: started with the run, told meanwhile, put into its
//! snapshot at the end.

use std::collections::BTreeSet;
use std::sync::Arc;

use katydid_core::mask::Mask;
use katydid_core::{MarkKind, MonitorEvent, MonitorMark, RunEvent, Snapshot};
use katydid_monitor::{Monitors, Source};

use crate::console::Console;
use crate::plan::{PlannedMonitor, RunPlace};
use crate::settings::Settings;
use crate::suite::EmbeddedReady;

/// Marks of a monitor that the log has; all of them are in the reports.
const MOST_TOLD: usize = 20;

/// The monitors of one run.
#[derive(Debug)]
pub(crate) struct Monitoring {
    sources: Vec<Source>,
    /// Name, whether its faults are no warnings, and what was told of it.
    told: Vec<(String, bool, usize)>,
    monitors: Option<Monitors>,
    /// What was seen and is not in the file of the run yet.
    fresh: Vec<MonitorEvent>,
    mask: Arc<Mask>,
    console: Console,
}

impl Monitoring {
    /// Chooses what the plan of the run has.
    pub(crate) fn choose(
        settings: &Settings,
        embedded: Option<&EmbeddedReady>,
        console: &Console,
    ) -> Self {
        let hosts = settings.hosts();
        let host = match hosts.as_slice() {
            [one] => Some(one.as_str()),
            _ => None,
        };
        let folder = embedded.and_then(|ready| ready.folder.as_deref());
        let run = RunPlace { host, folder, env: |name| std::env::var(name).ok() };
        let mut monitoring = Self {
            sources: Vec::new(),
            told: Vec::new(),
            monitors: None,
            fresh: Vec::new(),
            mask: Arc::clone(&settings.run.mask),
            console: console.clone(),
        };
        for planned in &settings.monitors {
            if let Some(warning) = planned.warning() {
                console.warning(&format!("monitor {}: {warning}", planned.name));
            }
            match planned.source(run) {
                Ok(source) => monitoring.add(planned, source),
                Err(why) => console.warning(&format!("monitor {}: {why}", planned.name)),
            }
        }
        monitoring
    }

    fn add(&mut self, planned: &PlannedMonitor, source: Source) {
        self.console.debug(&format!("Monitor {}: {:?}", source.name, source.what.kind()));
        self.told.push((source.name.clone(), planned.optional, 0));
        self.sources.push(source);
    }

    /// The same for another run; must be asked before this one begins.
    pub(crate) fn fresh(&self) -> Self {
        Self {
            sources: self.sources.clone(),
            told: self.told.clone(),
            monitors: None,
            fresh: Vec::new(),
            mask: Arc::clone(&self.mask),
            console: self.console.clone(),
        }
    }

    /// Begins with the run; tells at once what is worth it.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Started { .. } if !self.sources.is_empty() => {
                self.monitors =
                    Some(Monitors::start(std::mem::take(&mut self.sources), &self.mask));
            }
            RunEvent::Tick(_) => {
                let events = self.monitors.as_mut().map(Monitors::drain).unwrap_or_default();
                self.tell(&events);
                self.fresh.extend(events);
            }
            _ => {}
        }
    }

    /// What was seen since it was asked before, for the file of the run.
    pub(crate) fn take_fresh(&mut self) -> Vec<MonitorEvent> {
        std::mem::take(&mut self.fresh)
    }

    /// Puts what was seen up to the last tick into a snapshot that somebody looks at meanwhile.
    pub(crate) fn show(&self, snapshot: &mut Snapshot) {
        if let Some(monitors) = &self.monitors {
            snapshot.monitors = monitors.monitored().to_vec();
        }
    }

    /// Ends, and puts what was seen into the snapshot.
    pub(crate) fn end(mut self, snapshot: &mut Snapshot) {
        let Some(monitors) = self.monitors.take() else { return };
        let (monitored, events) = monitors.finish();
        self.tell(&events);
        snapshot.monitors = monitored;
    }

    fn tell(&mut self, events: &[MonitorEvent]) {
        // Each sentence once a tick, however often it comes.
        let mut told: BTreeSet<(usize, &str)> = BTreeSet::new();
        for event in events {
            let MonitorEvent::Mark { monitor, mark } = event else { continue };
            if told.insert((*monitor, &mark.text)) {
                self.mark(*monitor, mark);
            }
        }
    }

    fn mark(&mut self, monitor: usize, mark: &MonitorMark) {
        let Some((name, optional, told)) = self.told.get_mut(monitor) else { return };
        *told += 1;
        let text = format!("monitor {name}: {}", mark.text);
        let grave = match mark.kind {
            MarkKind::Fault => !*optional,
            MarkKind::Down | MarkKind::Restart => true,
            _ => false,
        };
        match (*told, grave) {
            (..MOST_TOLD, true) => self.console.warning(&text),
            (..MOST_TOLD, false) => self.console.info(&text),
            (MOST_TOLD, _) => {
                let text = format!("monitor {name} has more to say; the reports have it");
                self.console.info(&text);
            }
            _ => {}
        }
    }
}
