//! A plan that checks a load: what a search has found, as a scenario to keep.

use std::fmt::Write as _;
use std::time::Duration;

use katydid_core::{Scenario, Scope, SearchOutcome, counted, format_span};

/// A plan with one scenario that has the load a search has found and limits with room above what
/// was measured: TOML, to run as it is or to copy the table from. `None` when nothing was found.
///
/// `searched` is the scenario of the search, whose classes and tags it takes over.
pub fn check_of(outcome: &SearchOutcome, searched: &Scenario) -> Option<String> {
    let held = outcome.held().filter(|_| outcome.is_found())?;
    let step_time = searched.search.map(|search| search.step_time).unwrap_or_default();
    let room = SearchOutcome::HEAD_ROOM * 100.0;
    let spawn_rate = gentle(held, searched.spawn_rate, step_time);
    let users = counted(held, "user");
    let mut text = format!(
        "# {users} held every target of scenario {}; see run.txt beside this file.\n\
         # Limits of times have {room:.0} % of room above the slowest probe, none is beyond that of\n\
         # the search.\n\
         [scenario.at-capacity]\n\
         purpose = \"The load of {users}, which held: has the target got slower?\"\n\
         users = {held}\nspawn-rate = {:?}\nrun-time = {}\n",
        searched.name,
        spawn_rate,
        string(&format_span(length(held, spawn_rate, step_time)))
    );
    for (key, words) in [
        ("classes", &searched.classes),
        ("tags", &searched.tags),
        ("exclude-tags", &searched.exclude_tags),
    ] {
        if !words.is_empty() {
            let words: Vec<String> = words.iter().map(|word| string(word)).collect();
            let _ = writeln!(text, "{key} = [{}]", words.join(", "));
        }
    }
    text += "targets = [\n";
    for (target, measured) in outcome.checks() {
        let line = match target.scope() {
            Scope::Class(class) => format!(
                "    # {target}: measured {measured}; write success-classes = [{}] where [success] is",
                string(class.name())
            ),
            _ => format!("    {}, # measured {measured}", string(&target.to_string())),
        };
        text += &(line + "\n");
    }
    Some(text + "]\n")
}

/// Users per second, in tenths: all of them within the time that a probe measured, or as slowly as in
/// the search. A probe leaves its ramp out and this run does not, so its ramp must be no surge.
fn gentle(users: u32, spawn_rate: f64, step_time: Duration) -> f64 {
    let seconds = step_time.as_secs_f64().max(1.0);
    spawn_rate.min((f64::from(users) / seconds * 10.0).ceil() / 10.0)
}

/// The ramp, and twice as long as a probe measured: samples for every target, and some to spare.
fn length(users: u32, spawn_rate: f64, step_time: Duration) -> Duration {
    let seconds = f64::from(users) / spawn_rate + 2.0 * step_time.as_secs_f64();
    Duration::from_secs(seconds.ceil() as u64)
}

/// A text as TOML and JSON write it alike.
fn string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
