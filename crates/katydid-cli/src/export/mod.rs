//! Where the numbers of a run go while it is on: to whoever scrapes them, and to a collector.
//!
//! The dispatcher takes numbers between two ticks, when somebody wants them, and lays them down;
//! text, sockets and waiting are the business of other threads. Nobody who is slow, dead or many
//! delays the load: what is laid down is replaced by the next.

mod otlp;
mod prometheus;

use std::sync::Arc;
use std::time::SystemTime;

use katydid_core::{RunEvent, Snapshot};
use katydid_report::metrics::{About, Metrics};
use katydid_store::Header;

use crate::console::Console;
use crate::error::CliError;
use crate::settings::{ExportSettings, Settings};
use crate::signals::Watch;

use otlp::Otlp;
pub(crate) use prometheus::Prometheus;

/// The exports of one run.
#[derive(Debug)]
pub(crate) struct Exports {
    prometheus: Option<Prometheus>,
    otlp: Option<Otlp>,
    about: Arc<About>,
    started: SystemTime,
}

impl Exports {
    /// Opens what `settings` ask for; `kept` is the endpoint of the run before, in a session.
    ///
    /// # Errors
    /// The port is taken, or what was asked for cannot be meant.
    pub(crate) fn open(
        settings: &ExportSettings,
        kept: Option<Prometheus>,
        console: &Console,
    ) -> Result<Self, CliError> {
        let otlp = settings.otlp.as_ref();
        let prometheus = match (&settings.prometheus, kept) {
            (Some(_), Some(kept)) => {
                kept.begin_anew();
                Some(kept)
            }
            (Some(settings), None) => Some(Prometheus::open(settings, console)?),
            (None, _) => None,
        };
        Ok(Self {
            prometheus,
            otlp: otlp.map(|endpoint| Otlp::open(endpoint, console)).transpose()?,
            about: Arc::default(),
            started: SystemTime::now(),
        })
    }

    /// The endpoint, for the next run of a session.
    pub(crate) fn endpoint(&self) -> Option<Prometheus> {
        self.prometheus.clone()
    }

    /// Says what the numbers are about.
    pub(crate) fn describe(&mut self, suite: &str, settings: &Settings) {
        let scenario = settings.scenario.as_ref();
        self.about = Arc::new(About {
            suite: suite.to_owned(),
            scenario: scenario.map(|scenario| scenario.name.clone()).unwrap_or_default(),
            host: settings.hosts().join(", "),
            seed: settings.run.seed,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            machine: gethostname::gethostname().to_string_lossy().into_owned(),
        });
    }

    /// The same of a run without a suite.
    pub(crate) fn describe_run(&mut self, header: &Header) {
        self.about = Arc::new(About {
            suite: header.suite.clone(),
            scenario: String::new(),
            host: header.host.clone(),
            seed: header.seed,
            version: header.katydid.clone(),
            machine: header.place.machine.clone(),
        });
    }

    /// Lays down the numbers of a tick for those who want them.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::Started { .. } => self.started = SystemTime::now(),
            RunEvent::Tick(snapshot) => {
                let scraped = self.prometheus.as_ref().is_some_and(Prometheus::is_asked);
                let due = self.otlp.as_mut().is_some_and(|it| it.is_due(snapshot.elapsed));
                if !scraped && !due {
                    return;
                }
                let metrics = Arc::new(Metrics::of(snapshot, &self.about, self.started));
                if let Some(prometheus) = self.prometheus.as_ref().filter(|_| scraped) {
                    prometheus.put(&metrics, false);
                }
                if let Some(otlp) = self.otlp.as_ref().filter(|_| due) {
                    otlp.put(metrics);
                }
            }
            _ => {}
        }
    }

    /// Hands over the last numbers, and waits until the collector has taken them or will not.
    pub(crate) fn end(&mut self, snapshot: &Snapshot, console: &Console) {
        if self.prometheus.is_none() && self.otlp.is_none() {
            return;
        }
        let metrics = Arc::new(Metrics::of(snapshot, &self.about, self.started).over());
        if let Some(prometheus) = &self.prometheus {
            prometheus.put(&metrics, true);
        }
        if let Some(otlp) = self.otlp.take() {
            otlp.finish(metrics, console);
        }
    }

    /// Waits for somebody to scrape the last numbers, as long as was asked for.
    pub(crate) fn linger(self, watch: &Watch, console: &Console) {
        if let Some(prometheus) = self.prometheus {
            prometheus.linger(watch, console);
        }
    }
}
