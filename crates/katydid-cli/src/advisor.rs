//! The known mistakes of one run: looked for before it, on every tick and at its end.

use std::cell::RefCell;

use katydid_core::{
    Planned, PlannedClass, RunEvent, Silence, Snapshot, Warning, WarningName, Warnings,
    measured_warnings, planned_warnings, share_out,
};
use katydid_engine::Class;

use crate::console::Console;
use crate::settings::Settings;

/// Finds warnings and tells each once, as early as it is known.
#[derive(Debug)]
pub(crate) struct Advisor {
    warnings: RefCell<Warnings>,
    console: Console,
}

impl Advisor {
    /// Nothing found yet.
    pub(crate) fn new(silences: &[Silence], console: &Console) -> Self {
        let warnings = RefCell::new(Warnings::new(silences.to_vec()));
        Self { warnings, console: console.clone() }
    }

    /// Looks at what is going to run.
    pub(crate) fn before(&self, settings: &Settings) {
        for warning in planned_warnings(&planned(settings)) {
            self.add(warning);
        }
    }

    /// Takes a warning in, and tells it if it is new.
    pub(crate) fn add(&self, warning: Warning) {
        let text = warning.to_string();
        if self.warnings.borrow_mut().add(warning) {
            self.console.caution(&text);
        }
    }

    /// Looks at a run under way.
    pub(crate) fn event(&self, event: &RunEvent<'_>) {
        if let RunEvent::Tick(snapshot) = event {
            for warning in measured_warnings(snapshot, false) {
                self.add(warning);
            }
        }
    }

    /// Looks at the whole run; all its warnings.
    pub(crate) fn end(self, snapshot: &Snapshot) -> Warnings {
        let mut warnings = self.close();
        for warning in measured_warnings(snapshot, true) {
            warnings.add(warning);
        }
        warnings
    }

    /// All warnings up to now, but those that the end of a run decides anew.
    pub(crate) fn close(self) -> Warnings {
        let mut warnings = self.warnings.into_inner();
        // These were an estimate, or true up to then; now it is known.
        for early in [
            WarningName::FewSamples,
            WarningName::WrongRequest,
            WarningName::LateUnauthorized,
            WarningName::StuckInFlow,
        ] {
            warnings.retract(early);
        }
        warnings
    }
}

fn planned(settings: &Settings) -> Planned {
    let (run, classes) = (&settings.run, &settings.classes);
    let shares: Vec<(u32, u32)> = classes.iter().map(Class::shares).collect();
    let mut users = vec![0; classes.len()];
    for class in share_out(&shares, run.users) {
        users[class] += 1;
    }
    let class = |(class, users): (&Class, u32)| PlannedClass {
        name: class.name().to_string(),
        users,
        mean_wait: class.mean_wait(),
    };
    let host = settings.sources.of("host");
    let own = classes.iter().filter_map(|class| class.host().map(str::to_owned));
    Planned {
        users: run.users,
        spawn_rate: run.spawn_rate,
        run_time: run.run_time,
        closed: run.shape.is_none() && run.arrivals.is_none(),
        hosts: run.host.clone().map_or_else(|| own.collect(), |host| vec![host]),
        host_from: host
            .filter(|setting| !setting.is_by_hand())
            .map(|setting| setting.origin.to_string()),
        classes: classes.iter().zip(users).map(class).collect(),
    }
}
