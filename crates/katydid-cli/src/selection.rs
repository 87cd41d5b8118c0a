//! Which user classes run, and which of their tasks.

use std::collections::BTreeSet;

use katydid_core::{Scenario, TagFilter, counted, nearest, or_nearest, share_out};
use katydid_engine::Class;

use crate::args::Args;
use crate::config_users;
use crate::error::CliError;
use crate::suite::Suite;

impl Suite {
    /// Every tag of every task, sorted.
    pub(crate) fn tags(&self) -> Vec<String> {
        let tasks = self.classes.iter().flat_map(Class::tasks);
        let tags: BTreeSet<String> = tasks
            .flat_map(|task| task.tags.iter().map(ToString::to_string).collect::<Vec<_>>())
            .collect();
        tags.into_iter().collect()
    }

    fn class_names(&self) -> Vec<&str> {
        self.classes.iter().map(|class| &**class.name()).collect()
    }
}

/// What runs.
#[derive(Debug)]
pub(crate) struct Selection {
    /// The classes with the tasks that are left, in the order of the suite.
    pub(crate) classes: Vec<Class>,
    /// A sentence on classes that a filter of tags has emptied.
    pub(crate) emptied: Option<String>,
}

/// What `args` ask for.
///
/// A class that a filter of tags leaves without a task does not run, and that is said: the guide's
/// `--tags auth` is meant for the classes that have such tasks. Locust starts its users, and each of
/// them fails for ever. Named on the command line, it is a contradiction.
///
/// # Errors
/// An unknown class or tag (with the nearest known one), a class that is switched off, a named class
/// or the whole run left without a task.
pub(crate) fn select(suite: &Suite, args: &Args) -> Result<Selection, CliError> {
    let filter = filter(suite, args)?;
    let asked = named(suite, args, &filter)?;
    let (mut classes, mut empty) = (Vec::new(), Vec::new());
    for class in &asked {
        match class.filtered(&filter) {
            Some(class) => classes.push(class),
            None => empty.push(class.name().to_string()),
        }
    }
    let (flags, empty) = (filter_words(&filter), empty.join(", "));
    if empty.is_empty() {
        return Ok(Selection { classes, emptied: None });
    }
    if classes.is_empty() {
        let text = format!("{flags} leaves no task at all: nothing is left of {empty}");
        return Err(CliError::Usage(text));
    }
    let names: Vec<&str> = classes.iter().map(|class| &**class.name()).collect();
    let names = names.join(" ");
    if !args.select.classes.is_empty() {
        let text =
            format!("{flags} leaves no task to {empty}; name only the classes that run: {names}");
        return Err(CliError::Usage(text));
    }
    let emptied =
        Some(format!("{flags} leaves no task to {empty}: not run; all users are {names}"));
    Ok(Selection { classes, emptied })
}

/// Looks whether the names that a session is started with mean something, before anybody orders a run.
///
/// # Errors
/// As for [`select`], or an unknown scenario.
pub(crate) fn check(suite: &Suite, args: &Args) -> Result<(), CliError> {
    let scenario = crate::settings::scenario(suite, args.load.scenario.as_deref())?;
    select(suite, &with_scenario(args, scenario.as_ref())).map(drop)
}

/// The arguments with classes, tags, silences and guards of a scenario, where they name none themselves.
pub(crate) fn with_scenario(args: &Args, scenario: Option<&Scenario>) -> Args {
    let mut args = args.clone();
    let Some(scenario) = scenario else { return args };
    let select = &mut args.select;
    for (own, of_scenario) in [
        (&mut select.classes, &scenario.classes),
        (&mut select.tags, &scenario.tags),
        (&mut select.exclude_tags, &scenario.exclude_tags),
    ] {
        if own.is_empty() {
            own.clone_from(of_scenario);
        }
    }
    let guards = &mut args.guards;
    guards.max_rate = guards.max_rate.or(scenario.max_rate);
    guards.max_requests = guards.max_requests.or(scenario.max_requests);
    guards.max_cost = guards.max_cost.or(scenario.max_cost);
    if args.evidence.mask.is_empty() {
        args.evidence.mask.clone_from(&scenario.mask);
    }
    if args.tuning.silence.is_empty() {
        args.tuning.silence.clone_from(&scenario.silences);
    }
    args
}

/// A sentence on classes that so few users leave out.
pub(crate) fn left_out(classes: &[Class], users: u32) -> Option<String> {
    let shares: Vec<(u32, u32)> = classes.iter().map(Class::shares).collect();
    let order = share_out(&shares, users);
    let missing = |index: &usize| !order.contains(index);
    let names: Vec<&str> =
        (0..classes.len()).filter(missing).map(|index| &**classes[index].name()).collect();
    let are = if users == 1 { "is" } else { "are" };
    let users = counted(users, "user");
    (!names.is_empty())
        .then(|| format!("{users} {are} too few for all classes; not run: {}", names.join(", ")))
}

/// The classes that `args` name, or all that are not switched off and do not wait to be asked for,
/// with their changes.
fn named(suite: &Suite, args: &Args, filter: &TagFilter) -> Result<Vec<Class>, CliError> {
    let select = &args.select;
    let words = weighted(suite, &select.classes)?;
    let mut classes = suite.classes.clone();
    let option = args.sources.name("config-users");
    config_users::apply(&option, &select.config_users, &mut classes)?;
    if args.tuning.equal_weights {
        if let Some((name, Some(weight))) = words.iter().find(|(_, weight)| weight.is_some()) {
            let option = args.sources.name("equal-weights");
            let text = format!("{option} and {name}={weight} cannot be meant together");
            return Err(CliError::Usage(text));
        }
        classes = classes.iter().map(Class::with_equal_weights).collect();
    }
    let asked = |class: &Class| words.iter().find(|(name, _)| **name == **class.name());
    let on = |class: &Class| class.shares() != (0, 0);
    if words.is_empty() {
        classes.retain(|class| on(class) && (!class.is_when_asked() || tagged(class, filter)));
        let nobody = "no user class has a weight or a fixed count above 0";
        return if classes.is_empty() { Err(CliError::usage(nobody)) } else { Ok(classes) };
    }
    classes.retain(|class| asked(class).is_some());
    for class in &mut classes {
        if let Some((_, Some(weight))) = asked(class) {
            // The weight that was typed counts, not a number that the class fixes for itself.
            *class = class.with_fixed_count(0).with_weight(*weight);
        }
    }
    match classes.iter().find(|class| !on(class)) {
        Some(off) => Err(CliError::Usage(format!(
            "user class {} is switched off: its weight and its fixed count are 0",
            off.name()
        ))),
        None => Ok(classes),
    }
}

/// Whether a tag that is asked for is one of its tasks'.
fn tagged(class: &Class, filter: &TagFilter) -> bool {
    let tasks = class.tasks();
    tasks.iter().flat_map(|task| &*task.tags).any(|tag| filter.include.contains(&**tag))
}

/// Names of classes with the weights that were typed, as in `Shopper=3`.
fn weighted<'a>(
    suite: &Suite,
    words: &'a [String],
) -> Result<Vec<(&'a str, Option<u32>)>, CliError> {
    let known = suite.class_names();
    let mut named: Vec<(&str, Option<u32>)> = Vec::new();
    for word in words {
        let (name, weight) = match word.split_once('=') {
            Some((name, weight)) => (name, Some(weight)),
            None => (word.as_str(), None),
        };
        if !known.contains(&name) {
            return Err(unknown_class(suite, name));
        }
        let weight = weight.map(str::parse).transpose().map_err(|_| {
            CliError::Usage(format!("`{word}`: write a weight as a whole number, as in {name}=3"))
        })?;
        match named.iter().find(|(other, _)| *other == name) {
            Some((_, before)) if *before != weight => {
                let text = format!("user class {name} is named twice, with different weights");
                return Err(CliError::Usage(text));
            }
            Some(_) => {}
            None => named.push((name, weight)),
        }
    }
    Ok(named)
}

fn unknown_class(suite: &Suite, name: &str) -> CliError {
    let commands = crate::commands::names(suite);
    if commands.clone().any(|command| command == name) {
        let suite = &suite.name;
        return CliError::Usage(format!("{name} is a command and comes first: `{suite} {name}`"));
    }
    if suite.scenarios.iter().any(|scenario| scenario.name == name) {
        return CliError::Usage(format!("{name} is a scenario: write --scenario {name}"));
    }
    let known = suite.class_names();
    let near = match nearest(name, known.iter().copied().chain(commands)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => or_nearest(name, known),
    };
    CliError::Usage(format!("unknown user class `{name}`; {near}"))
}

fn filter(suite: &Suite, args: &Args) -> Result<TagFilter, CliError> {
    let known = suite.tags();
    let (select, sources) = (&args.select, &args.sources);
    let include = tags(suite, &sources.name("tags"), &select.tags, &known)?;
    let exclude = tags(suite, &sources.name("exclude-tags"), &select.exclude_tags, &known)?;
    Ok(TagFilter { include, exclude })
}

/// The tags given with one flag. `a, b` comes as `a`, nothing and `b`, which is meant well.
fn tags(
    suite: &Suite,
    flag: &str,
    given: &[String],
    known: &[String],
) -> Result<BTreeSet<String>, CliError> {
    let tags: BTreeSet<String> =
        given.iter().map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect();
    if tags.is_empty() && !given.is_empty() {
        return Err(CliError::Usage(format!(
            "{flag} names no tag; write {flag} a,b or {flag} a b"
        )));
    }
    match tags.iter().find(|tag| !known.contains(tag)) {
        Some(tag) => Err(CliError::Usage(unknown_tag(suite, flag, tag, known))),
        None => Ok(tags),
    }
}

fn unknown_tag(suite: &Suite, flag: &str, tag: &str, known: &[String]) -> String {
    if suite.class_names().contains(&tag) {
        // Locust would silently take it for a tag that no task has.
        return format!(
            "{flag} takes every word up to the next flag, and {tag} is a user class, no tag; \
             write it before {flag}"
        );
    }
    let nearest = or_nearest(tag, known.iter().map(String::as_str));
    format!("unknown tag `{tag}` in {flag}; {nearest}")
}

fn filter_words(filter: &TagFilter) -> String {
    let words = |flag: &str, tags: &BTreeSet<String>| {
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        (!tags.is_empty()).then(|| format!("{flag} {}", tags.join(",")))
    };
    let both = [words("--tags", &filter.include), words("--exclude-tags", &filter.exclude)];
    let both: Vec<String> = both.into_iter().flatten().collect();
    if both.is_empty() { "the suite".to_owned() } else { both.join(" with ") }
}

#[cfg(test)]
mod tests;
