//! `--list`: the user classes; with `--verbose` everything that is known of them.

use std::fmt::Write as _;

use katydid_core::{Scenario, counted};
use katydid_engine::{Class, ClassDescription, FlowDescription, FlowOrder, StepDescription};

use crate::error::CliError;
use crate::suite::Suite;

/// Prints the list on stdout.
///
/// # Errors
/// stdout takes no more.
pub(crate) fn list(suite: &Suite, verbose: bool) -> Result<(), CliError> {
    let names = |class: &Class| {
        if verbose { class_text(class.describe()) } else { format!("    {}\n", class.name()) }
    };
    let classes: String = suite.classes.iter().map(names).collect();
    super::print(format!("Available Users:\n{classes}").as_bytes())
}

/// Prints the scenarios on stdout: load, purpose, what is expected, and what judges that.
///
/// # Errors
/// stdout takes no more.
pub(crate) fn scenarios(suite: &Suite) -> Result<(), CliError> {
    let each: Vec<String> = suite.scenarios.iter().map(scenario_text).collect();
    let text = if each.is_empty() {
        "This suite has no scenarios; a plan brings some (--plan FILE).\n".to_owned()
    } else {
        format!("Scenarios:\n{}", each.join("\n"))
    };
    super::print(text.as_bytes())
}

pub(super) fn scenario_text(scenario: &Scenario) -> String {
    let Scenario { name, purpose, expected, classes, tags, exclude_tags, targets, .. } = scenario;
    let mut text = format!("    {name}  {}\n", scenario.load_text());
    for sentence in [purpose, expected] {
        about(&mut text, sentence, 6);
    }
    for (what, names) in [("classes", classes), ("tags", tags), ("without tags", exclude_tags)] {
        if !names.is_empty() {
            let _ = writeln!(text, "      {what} {}", names.join(", "));
        }
    }
    for target in targets {
        let _ = writeln!(text, "      target {target}");
    }
    for expectation in &scenario.expectations {
        let _ = writeln!(text, "      expects {expectation}");
    }
    text
}

fn class_text(class: &ClassDescription) -> String {
    let share = match (class.fixed_count, class.weight) {
        (0, 0) => "switched off".to_owned(),
        (0, weight) => format!("weight {weight}"),
        (count, _) => format!("exactly {}", counted(count, "user")),
    };
    let asked = if class.when_asked { ", only when named or by its tags" } else { "" };
    let host = class.host.as_ref().map(|host| format!(", host {host}")).unwrap_or_default();
    let mut text = format!("    {}  {share}{asked}, wait {}{host}\n", class.name, class.wait);
    about(&mut text, &class.about, 6);
    steps(&mut text, &class.steps, 6);
    text
}

fn steps(text: &mut String, list: &[StepDescription], indent: usize) {
    let width = list.iter().map(|step| step.name.chars().count()).max().unwrap_or(0);
    for step in list {
        let facts = facts(step).join(", ");
        let _ = writeln!(text, "{:indent$}{:width$}  {facts}", "", step.name);
        about(text, &step.about, indent + 2);
        if let Some(flow) = &step.flow {
            steps(text, &flow.steps, indent + 2);
        }
    }
}

/// What is known of a task or flow beside its name and sentence.
fn facts(step: &StepDescription) -> Vec<String> {
    let mut facts = vec![format!("weight {}", step.weight)];
    facts.extend(step.flow.iter().flat_map(flow_facts));
    if !step.next.is_empty() {
        let next: Vec<String> =
            step.next.iter().map(|(name, weight)| format!("{name} {weight}")).collect();
        facts.push(format!("then {}", next.join(" or ")));
    }
    if !step.tags.is_empty() {
        facts.push(format!("tags {}", step.tags.join(" ")));
    }
    if step.sends_nothing {
        facts.push("sends nothing".to_owned());
    }
    facts
}

fn flow_facts(flow: &FlowDescription) -> Vec<String> {
    let order = match flow.order {
        FlowOrder::Sequential => "sequential flow",
        FlowOrder::Markov => "markov flow",
        _ => "flow",
    };
    let mut facts = vec![order.to_owned()];
    if flow.sticky {
        facts.push("entered for good".to_owned());
    }
    facts.extend(flow.wait.as_ref().map(|wait| format!("wait {wait}")));
    facts
}

fn about(text: &mut String, about: &str, indent: usize) {
    for line in about.lines() {
        let _ = writeln!(text, "{:indent$}{}", "", line.trim());
    }
}
