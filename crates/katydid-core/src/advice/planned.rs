//! Mistakes that can be known before the first request is sent.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use super::p99_needs;
use super::warning::{Warning, WarningName};
use crate::counted;

/// What is known of a run before it starts.
#[derive(Clone, Debug, Default)]
pub struct Planned {
    /// Users to be started.
    pub users: u32,
    /// Users started per second.
    pub spawn_rate: f64,
    /// Length of the run, if bounded.
    pub run_time: Option<Duration>,
    /// Users start at `spawn_rate` and work in a closed loop. Not so with a shape of stages, nor
    /// where arrivals decide.
    pub closed: bool,
    /// Addresses that are loaded.
    pub hosts: Vec<String>,
    /// Where the host was written, if nobody typed it.
    pub host_from: Option<String>,
    /// The user classes that run.
    pub classes: Vec<PlannedClass>,
}

/// A user class before the run.
#[derive(Clone, Debug)]
pub struct PlannedClass {
    /// Its name.
    pub name: String,
    /// Its users.
    pub users: u32,
    /// The wait between two tasks, on average; `None` when only the suite's code knows.
    pub mean_wait: Option<Duration>,
}

/// What can be known to be a mistake before the run.
pub fn planned_warnings(plan: &Planned) -> Vec<Warning> {
    [default_host(plan), same_machine(plan), no_think_time(plan), short_run(plan), samples(plan)]
        .into_iter()
        .flatten()
        .collect()
}

fn default_host(plan: &Planned) -> Option<Warning> {
    let from = plan.host_from.as_ref()?;
    let host = plan.hosts.iter().find(|host| !is_loopback(host))?;
    Some(Warning::new(
        WarningName::DefaultHost,
        format!("nobody typed the host {host} for this run; it comes from {from}"),
        "name the host with -H, or take it out of there and keep only local ones",
    ))
}

fn same_machine(plan: &Planned) -> Option<Warning> {
    let host = plan.hosts.iter().find(|host| is_loopback(host))?;
    Some(Warning::new(
        WarningName::SameMachine,
        format!("the load and its target ({host}) share this machine: each takes CPU of the other"),
        "fine for trying out and for comparing builds; for absolute numbers load from another \
         machine",
    ))
}

fn no_think_time(plan: &Planned) -> Option<Warning> {
    let idle = |class: &&PlannedClass| class.users > 0 && class.mean_wait == Some(Duration::ZERO);
    let classes: Vec<&str> = plan.classes.iter().filter(idle).map(|class| &*class.name).collect();
    if !plan.closed || classes.is_empty() {
        return None;
    }
    let classes = classes.join(", ");
    Some(Warning::new(
        WarningName::NoThinkTime,
        format!(
            "users of {classes} do not wait between tasks, so the target's speed decides the load"
        ),
        "give the class a wait, such as between(1, 5)",
    ))
}

fn short_run(plan: &Planned) -> Option<Warning> {
    let run_time = plan.run_time.filter(|_| plan.closed && plan.users > 1)?;
    let ramp = ramp(plan)?;
    (ramp >= run_time).then(|| {
        let seconds = ramp.as_secs_f64();
        Warning::new(
            WarningName::ShorterThanRamp,
            format!(
                "starting {} at {} per second takes {seconds:.1} s and the run ends after \
                 {:.1} s",
                counted(plan.users, "user"),
                plan.spawn_rate,
                run_time.as_secs_f64()
            ),
            "make --run-time longer or --spawn-rate higher",
        )
    })
}

/// How long it takes to start everybody.
fn ramp(plan: &Planned) -> Option<Duration> {
    Duration::try_from_secs_f64(f64::from(plan.users) / plan.spawn_rate).ok()
}

/// Answers that take no time are the most optimistic guess; a run that has too few even so is told.
fn samples(plan: &Planned) -> Option<Warning> {
    let run_time = plan.run_time.filter(|_| plan.closed)?;
    let at_work = run_time.as_secs_f64() - ramp(plan)?.min(run_time).as_secs_f64() / 2.0;
    let mut executions = 0.0;
    for class in plan.classes.iter().filter(|class| class.users > 0) {
        let wait = class.mean_wait.filter(|wait| !wait.is_zero())?;
        executions += f64::from(class.users) * (at_work / wait.as_secs_f64() + 1.0);
    }
    let needed = p99_needs();
    (executions < needed as f64).then(|| {
        Warning::new(
            WarningName::FewSamples,
            format!(
                "by waits and users this run comes to at most about {executions:.0} task \
                 executions, too few for a p99 (about {needed} requests each name)"
            ),
            "run longer or with more users, or judge by p50 and p95",
        )
    })
}

/// Whether an address (`http://localhost:5000`) is on this machine by its name.
pub fn is_loopback(host: &str) -> bool {
    let (_, after) = host.split_once("://").unwrap_or(("", host));
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    if let Some(v6) = authority.strip_prefix('[') {
        let address = v6.split(']').next().unwrap_or_default().parse::<Ipv6Addr>();
        return address.is_ok_and(|address| address.is_loopback());
    }
    let name = authority.split(':').next().unwrap_or_default().to_ascii_lowercase();
    let name = name.trim_end_matches('.');
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run without a mistake.
    fn sound() -> Planned {
        Planned {
            users: 50,
            spawn_rate: 5.0,
            run_time: Some(Duration::from_mins(5)),
            closed: true,
            hosts: vec!["https://staging.example.com".to_owned()],
            host_from: None,
            classes: vec![PlannedClass {
                name: "Shopper".to_owned(),
                users: 50,
                mean_wait: Some(Duration::from_secs(3)),
            }],
        }
    }

    fn names(plan: &Planned) -> Vec<String> {
        planned_warnings(plan).iter().map(|warning| warning.name.to_string()).collect()
    }

    #[test]
    fn a_sound_plan_is_silent() {
        assert!(names(&sound()).is_empty(), "{:?}", names(&sound()));
    }

    #[test]
    fn each_mistake_alone_has_its_name() {
        let from = |host_from: &str| Some(host_from.to_owned());
        let file = Planned { host_from: from("locust.conf:1"), ..sound() };
        assert_eq!(names(&file), ["default-host"]);
        let local = vec!["http://localhost:5000".to_owned()];
        assert_eq!(names(&Planned { hosts: local.clone(), ..sound() }), ["same-machine"]);
        let both = Planned { hosts: local, host_from: from("locust.conf:1"), ..sound() };
        assert_eq!(names(&both), ["same-machine"], "a local default does no harm");
        let mut hasty = sound();
        hasty.classes[0].mean_wait = Some(Duration::ZERO);
        assert_eq!(names(&hasty), ["no-think-time"]);
        let open = Planned { closed: false, ..hasty };
        assert!(names(&open).is_empty(), "an open model has no think time");
        let steep = Planned { users: 2_000, ..sound() };
        assert_eq!(names(&steep), ["shorter-than-ramp"]);
        let brief = Planned { run_time: Some(Duration::from_secs(2)), spawn_rate: 50.0, ..sound() };
        assert_eq!(names(&brief), ["few-samples"]);
    }

    #[test]
    fn loopback_has_many_names() {
        for host in [
            "http://localhost:5000",
            "https://127.0.0.1/x",
            "http://[::1]:80",
            "http://a.localhost",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["http://localhost.example.com", "http://10.0.0.1", "http://[2001:db8::1]"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
