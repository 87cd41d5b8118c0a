//! `--show-task-ratio`: which share of the executions each task has, in Locust's words and digits.

use std::fmt::Write as _;

use katydid_engine::{Class, FlowOrder, StepDescription};
use katydid_web::TaskShare;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use serde_json::ser::{PrettyFormatter, Serializer as JsonSerializer};

use crate::error::CliError;

/// Prints both tables of Locust on stdout.
///
/// # Errors
/// stdout takes no more.
pub(crate) fn show(classes: &[Class], users: Option<u32>) -> Result<(), CliError> {
    super::print(tables(classes, users).as_bytes())
}

/// Prints the same as JSON.
///
/// # Errors
/// stdout takes no more.
pub(crate) fn show_json(classes: &[Class], users: Option<u32>) -> Result<(), CliError> {
    super::print(json(classes, users).as_bytes())
}

fn tables(classes: &[Class], users: Option<u32>) -> String {
    let rule = "-".repeat(80);
    format!(
        "\n Task ratio per User class\n{rule}\n{}\n Total task ratio\n{rule}\n{}",
        rows(&ratios(classes, users, false), 0),
        rows(&ratios(classes, users, true), 0)
    )
}

fn json(classes: &[Class], users: Option<u32>) -> String {
    #[derive(Serialize)]
    struct Both {
        per_class: Ratios,
        total: Ratios,
    }
    let both =
        Both { per_class: ratios(classes, users, false), total: ratios(classes, users, true) };
    let mut text = Vec::new();
    let mut json = JsonSerializer::with_formatter(&mut text, PrettyFormatter::with_indent(b"    "));
    both.serialize(&mut json).expect("names and numbers have a JSON form");
    text.push(b'\n');
    String::from_utf8(text).expect("JSON of texts is text")
}

/// Shares by name, in the order of definition.
#[derive(Debug, PartialEq)]
struct Ratios(Vec<(String, Ratio)>);

#[derive(Debug, PartialEq, Serialize)]
struct Ratio {
    ratio: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tasks: Option<Ratios>,
}

impl Serialize for Ratios {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, ratio) in &self.0 {
            map.serialize_entry(name, ratio)?;
        }
        map.end()
    }
}

/// The shares of classes and of what is in them: of what is around them, or of the whole.
fn ratios(classes: &[Class], users: Option<u32>, total: bool) -> Ratios {
    let counts = users_per_class(classes, users);
    let all = counts.iter().sum::<f64>().max(1.0);
    let of_class = |(class, count): (&Class, f64)| {
        let ratio = count / all;
        let steps = &class.describe().steps;
        let tasks = Some(shares(steps, FlowOrder::Weighted, ratio, total));
        (class.name().to_string(), Ratio { ratio, tasks })
    };
    Ratios(classes.iter().zip(counts).map(of_class).collect())
}

/// The shares of what is in a class, for the live page.
pub(crate) fn of_class(class: &Class) -> Vec<TaskShare> {
    fn told(ratios: Ratios) -> Vec<TaskShare> {
        let told = |(name, Ratio { ratio, tasks })| {
            let inside = tasks.map(told).unwrap_or_default();
            TaskShare { name, ratio, inside }
        };
        ratios.0.into_iter().map(told).collect()
    }
    told(shares(&class.describe().steps, FlowOrder::Weighted, 1.0, false))
}

/// Locust's rounded numbers. A run deals its users out exactly and may differ by one.
fn users_per_class(classes: &[Class], users: Option<u32>) -> Vec<f64> {
    let shares: Vec<(u32, u32)> = classes.iter().map(Class::shares).collect();
    let fixed: f64 = shares.iter().map(|(_, fixed)| f64::from(*fixed)).sum();
    let weights: f64 =
        shares.iter().filter(|(_, fixed)| *fixed == 0).map(|(weight, _)| f64::from(*weight)).sum();
    let users = users.map_or(if fixed > 0.0 { 1.0 } else { weights }, f64::from);
    let left = (users - fixed).max(0.0);
    let count = |(weight, fixed): (u32, u32)| match fixed {
        0 => (f64::from(weight) / weights * left).round_ties_even(),
        fixed => f64::from(fixed),
    };
    shares.into_iter().map(count).collect()
}

fn shares(steps: &[StepDescription], order: FlowOrder, parent: f64, total: bool) -> Ratios {
    let parent = if total { parent } else { 1.0 };
    let weights: f64 = steps.iter().map(|step| f64::from(step.weight)).sum();
    let share = |step: &StepDescription| {
        let ratio = match order {
            FlowOrder::Markov => step.ratio * parent,
            // In this order the last digits are Locust's too.
            _ => f64::from(step.weight) * parent / weights,
        };
        let inside =
            |flow: &katydid_engine::FlowDescription| shares(&flow.steps, flow.order, ratio, total);
        (step.name.to_string(), Ratio { ratio, tasks: step.flow.as_ref().map(inside) })
    };
    // What is off has no row in Locust either.
    let on = |step: &&StepDescription| step.weight > 0 || order == FlowOrder::Markov;
    Ratios(steps.iter().filter(on).map(share).collect())
}

fn rows(ratios: &Ratios, level: usize) -> String {
    let padding = "  ".repeat(level);
    let mut text = String::new();
    for (name, Ratio { ratio, tasks }) in &ratios.0 {
        let percent = format!("{padding}{:<6.1}", ratio * 100.0);
        let _ = writeln!(text, " {percent:<10} {:<50}", format!("{padding}{name}"));
        text += &tasks.as_ref().map(|tasks| rows(tasks, level + 1)).unwrap_or_default();
    }
    text
}

#[cfg(test)]
mod tests;
