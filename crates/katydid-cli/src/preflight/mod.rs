//! A look at everything before a load: host, accounts, every task once, clock.
//!
//! `network.rs` needs nobody's knowledge; what only the suite knows (health, login, credits, rate
//! limit) it is asked for (`view.rs`); `tasks.rs` tells the engine's rehearsal.

mod check;
mod clock;
mod network;
mod tasks;
mod view;

use std::cell::RefCell;
use std::io::Write as _;
use std::time::Duration;

use katydid_core::{TaskInfo, exit};
use katydid_engine::{Class, RehearsedRequest, RunSettings, Shared, rehearse};

pub use check::Check;
pub(crate) use check::Mark as CheckMark;
pub use view::Preflight;

use check::Mark;

use crate::advisor::Advisor;
use crate::console::Console;
use crate::embedded::Backend;
use crate::error::CliError;
use crate::preparing::prepare;
use crate::settings::Settings;
use crate::suite::Suite;

/// A task that takes longer is cut.
const LIMIT: Duration = Duration::from_mins(2);

/// Whether there is a preflight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nobody has asked for it.
    No,
    /// It comes before the load.
    Before,
    /// It is all that is wanted.
    Only,
    /// It would come, and was left out by hand.
    LeftOut,
}

impl Wanted {
    /// Whether there is no load.
    pub(crate) fn is_all(self) -> bool {
        self == Self::Only
    }
}

/// What was looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Findings {
    checks: Vec<Check>,
    /// Requests that were sent, redirects among them.
    requests: u64,
    /// Units that they cost.
    pub(crate) spent: u64,
}

/// Looks at the hosts and at what is behind them, if that is wanted, and shows it: on stdout if it is what was asked
/// for. What fails at the hosts spares the rest. The suite's data are prepared for it alone, so the
/// load has all its rows.
///
/// # Errors
/// A run could not start.
pub(crate) fn look(
    suite: &Suite,
    settings: &Settings,
    backend: Option<&Backend>,
    advisor: &Advisor,
    console: &Console,
) -> Result<Findings, CliError> {
    match settings.preflight {
        Wanted::No => return Ok(Findings::default()),
        Wanted::LeftOut => {
            console.warning("the preflight was left out (--no-preflight)");
            return Ok(Findings::default());
        }
        Wanted::Before | Wanted::Only => {}
    }
    let found = find(suite, settings, backend, advisor)?;
    let text = found.text(&suite.name, &settings.hosts());
    if settings.preflight == Wanted::Only {
        console.flush(None);
        // A reader that has gone (`| head -1`) is no fault.
        let _ = writeln!(std::io::stdout().lock(), "{text}");
    } else {
        console.block(&text);
        found.suspicions().for_each(|text| console.warning(&text));
    }
    Ok(found)
}

/// As [`look`], but only looks.
///
/// # Errors
/// A run could not start.
pub(crate) fn find(
    suite: &Suite,
    settings: &Settings,
    backend: Option<&Backend>,
    advisor: &Advisor,
) -> Result<Findings, CliError> {
    let mut found = Findings::of_hosts(settings);
    if !found.failed() {
        match prepare(suite, settings, &settings.run, backend, None, advisor) {
            Ok(prepared) => found.look(suite, settings, &prepared.shared)?,
            Err(fault) => found.checks.push(Check::failed("data", fault.to_string(), "")),
        }
    }
    Ok(found)
}

impl Findings {
    /// What was looked at, in this order.
    pub(crate) fn checks(&self) -> &[Check] {
        &self.checks
    }

    fn of_hosts(settings: &Settings) -> Self {
        let hosts = settings.hosts();
        let each = hosts.iter().flat_map(|host| network::checks(host, &settings.run.http));
        Self { checks: each.collect(), ..Self::default() }
    }

    /// Looks at what is behind the hosts.
    fn look(
        &mut self,
        suite: &Suite,
        settings: &Settings,
        shared: &Shared,
    ) -> Result<(), CliError> {
        let tasks: Vec<TaskInfo> = settings.classes.iter().flat_map(Class::tasks).collect();
        // How far a search goes nobody knows.
        let stages = settings.load_stages().filter(|_| settings.search.is_none());
        let preflight = Preflight {
            run: &settings.run,
            classes: &settings.classes,
            stages: stages.as_ref(),
            tasks: &tasks,
            shared,
            asked: RefCell::default(),
        };
        if let Some(own) = &suite.preflight {
            self.checks.extend(own(&preflight));
        }
        let mut requests = preflight.asked.into_inner();
        // Tasks of users that cannot log in would only say the same again.
        if !self.failed() {
            let rehearsal = rehearse(&settings.classes, shared, &settings.run, LIMIT)?;
            self.checks.extend(tasks::checks(&rehearsal.steps, &suite.advice));
            self.spent = rehearsal.spent;
            requests.extend(rehearsal.steps.into_iter().flat_map(|step| step.requests));
        }
        self.checks.push(clock::check(&requests));
        let sent = |request: &RehearsedRequest| 1 + u64::from(request.redirects);
        self.requests = requests.iter().map(sent).sum();
        Ok(())
    }

    /// The exit code, where no load was wanted.
    ///
    /// # Errors
    /// A load was, and there is no point in it.
    pub(crate) fn end(&self, wanted: Wanted) -> Result<Option<u8>, CliError> {
        match (self.refusal(), wanted) {
            (None, Wanted::Only) => Ok(Some(exit::PASS)),
            (None, _) => Ok(None),
            // Alone, the lines above have said it.
            (Some(_), Wanted::Only) => Ok(Some(exit::USAGE)),
            (Some(why), _) => Err(CliError::Usage(why)),
        }
    }

    /// What the preflight has sent and spent belongs to what the run may.
    ///
    /// # Errors
    /// Nothing is left for the load.
    pub(crate) fn subtract(&self, run: &mut RunSettings) -> Result<(), CliError> {
        for (limit, used, option) in [
            (&mut run.max_requests, self.requests, "--max-requests"),
            (&mut run.max_cost, self.spent, "--max-cost"),
        ] {
            let Some(most) = limit else { continue };
            if *most <= used {
                return Err(CliError::Usage(format!(
                    "{option}: the preflight has used it up ({used} of {most}); raise it, or leave \
                     the preflight out (--no-preflight)"
                )));
            }
            *most -= used;
        }
        Ok(())
    }

    /// Whether there is no point in a load.
    fn failed(&self) -> bool {
        self.checks.iter().any(Check::is_failed)
    }

    /// What should be looked at before numbers are believed, each as a sentence.
    fn suspicions(&self) -> impl Iterator<Item = String> {
        let doubtful = self.checks.iter().filter(|check| check.mark == Mark::Suspicious);
        doubtful.map(|check| format!("preflight: {}", check.sentence()))
    }

    /// Why there is no load: the first failure, and how many more there are.
    fn refusal(&self) -> Option<String> {
        let failed = self.checks.iter().filter(|check| check.is_failed());
        let mut failed = failed.collect::<Vec<_>>().into_iter();
        let first = failed.next()?.sentence();
        let more = match failed.count() {
            0 => String::new(),
            1 => " (and 1 more check)".to_owned(),
            count => format!(" (and {count} more checks)"),
        };
        Some(format!("the preflight failed, so no load was made: {first}{more}"))
    }

    /// Everything, a line for each check, and the outcome.
    fn text(&self, suite: &str, hosts: &[String]) -> String {
        let mut text = format!("Preflight of {suite} at {}\n", hosts.join(", "));
        for check in &self.checks {
            text += &format!("{check}\n");
        }
        let count = |mark| self.checks.iter().filter(|check| check.mark == mark).count();
        let outcome = if self.failed() { "FAILED" } else { "PASSED" };
        text + &format!(
            "PREFLIGHT: {outcome} - {} ok, {} suspicious, {} unknown, {} failed",
            count(Mark::Ok),
            count(Mark::Suspicious),
            count(Mark::Unknown),
            count(Mark::Failed)
        )
    }
}

/// A time for people.
fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
