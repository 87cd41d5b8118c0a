//! Which user classes run, and which of their tasks.

use std::collections::BTreeSet;

use katydid_core::{TagFilter, nearest, or_nearest, share_out};
use katydid_engine::Class;

use crate::args::Args;
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

/// The classes that `args` ask for, in the order of the suite, with the tasks that are left.
///
/// # Errors
/// An unknown class or tag (with the nearest known one), a class that is switched off, a class
/// left without a task.
pub(crate) fn select(suite: &Suite, args: &Args) -> Result<Vec<Class>, CliError> {
    let filter = filter(suite, args)?;
    let classes = named(suite, &args.select.classes)?;
    let filtered: Vec<(&Class, Option<Class>)> =
        classes.iter().map(|class| (*class, class.filtered(&filter))).collect();
    let name = |class: &Class| class.name().to_string();
    let left: Vec<Class> = filtered.iter().filter_map(|(_, class)| class.clone()).collect();
    let empty: Vec<String> =
        filtered.iter().filter(|(_, left)| left.is_none()).map(|(class, _)| name(class)).collect();
    if empty.is_empty() {
        return Ok(left);
    }
    let (flags, empty) = (filter_words(&filter), empty.join(", "));
    Err(CliError::Usage(if left.is_empty() {
        format!("{flags} leaves no task at all: nothing is left of {empty}")
    } else {
        let names: Vec<String> = left.iter().map(name).collect();
        let names = names.join(" ");
        format!("{flags} leaves no task to {empty}; name the classes to run before it: {names}")
    }))
}

/// A sentence on classes that so few users leave out.
pub(crate) fn left_out(classes: &[Class], users: u32) -> Option<String> {
    let shares: Vec<(u32, u32)> = classes.iter().map(Class::shares).collect();
    let order = share_out(&shares, users);
    let missing = |index: &usize| !order.contains(index);
    let names: Vec<&str> =
        (0..classes.len()).filter(missing).map(|index| &**classes[index].name()).collect();
    let users = if users == 1 { "1 user is".to_owned() } else { format!("{users} users are") };
    (!names.is_empty())
        .then(|| format!("{users} too few for all classes; not run: {}", names.join(", ")))
}

/// The classes of these names, or all that are not switched off.
fn named<'s>(suite: &'s Suite, names: &[String]) -> Result<Vec<&'s Class>, CliError> {
    let known = suite.class_names();
    if let Some(word) = names.iter().find(|name| name.contains('=')) {
        return Err(CliError::Usage(format!(
            "{word}: weights on the command line come with the next version; name the class alone"
        )));
    }
    if let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) {
        let mut commands = crate::commands::names(suite);
        if commands.any(|command| command == name) {
            let suite = &suite.name;
            let text = format!("{name} is a command and comes first: `{suite} {name}`");
            return Err(CliError::Usage(text));
        }
        let commands = crate::commands::names(suite);
        let nearest = match nearest(name, known.iter().copied().chain(commands)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => or_nearest(name, known),
        };
        return Err(CliError::Usage(format!("unknown user class `{name}`; {nearest}")));
    }
    let on = |class: &&Class| class.shares() != (0, 0);
    let asked = |class: &&Class| names.iter().any(|name| **name == **class.name());
    if names.is_empty() {
        let classes: Vec<&Class> = suite.classes.iter().filter(on).collect();
        let nobody = || CliError::usage("no user class has a weight or a fixed count above 0");
        return if classes.is_empty() { Err(nobody()) } else { Ok(classes) };
    }
    let classes: Vec<&Class> = suite.classes.iter().filter(asked).collect();
    match classes.iter().find(|class| !on(class)) {
        Some(off) => Err(CliError::Usage(format!(
            "user class {} is switched off: its weight and its fixed count are 0",
            off.name()
        ))),
        None => Ok(classes),
    }
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
