//! The tables `[target."NAME"]` and `[success]`: rules that scenarios list by name.

use std::cell::RefCell;
use std::collections::BTreeSet;

use katydid_core::{TagClass, Target, or_nearest};

use super::error::PlanError;
use super::keys::{Key, SUCCESS, TARGET};
use super::table::{Entry, Item, entries};

/// Rules by the name under which scenarios list them.
#[derive(Debug, Default)]
pub(super) struct Rules<'p> {
    /// The classes of `[success]`, for `on class NAME`.
    pub(super) classes: Vec<TagClass>,
    listed: Vec<Listed<'p>>,
    used: RefCell<BTreeSet<(List, &'p str)>>,
}

/// Which list of a scenario names a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum List {
    Endpoints,
    SuccessClasses,
}

#[derive(Debug)]
struct Listed<'p> {
    list: List,
    entry: Entry<'p>,
    targets: Vec<Target>,
}

impl<'p> Rules<'p> {
    /// Adds the table `[success]`.
    pub(super) fn success(&mut self, table: Entry<'p>, tags: &[String]) -> Result<(), PlanError> {
        let listed = entries(table.source, "success", table.table()?);
        let mut classes: Vec<(&str, Vec<String>)> = Vec::new();
        let mut limits = Vec::new();
        for entry in &listed {
            if let Some((rest, _)) = classes.last().filter(|(_, tags)| tags.is_empty()) {
                let text =
                    format!("class `{rest}` has no tags and takes all that is left; put it last");
                return Err(entry.wrong(text));
            }
            let (of_class, at_least) = class(entry, tags)?;
            classes.push((entry.name(), of_class));
            limits.push(at_least);
        }
        self.classes =
            TagClass::in_order(classes.iter().map(|(name, tags)| (*name, tags.as_slice())));
        for (entry, limit) in listed.into_iter().zip(limits) {
            let sign = if limit.text == "100%" { "==" } else { ">=" };
            let text = format!("success {sign} {} on class {}", limit.text, entry.name());
            let target =
                Target::parse(&text, &self.classes).map_err(|why| limit.wrong(why.what()))?;
            self.listed.push(Listed { list: List::SuccessClasses, entry, targets: vec![target] });
        }
        Ok(())
    }

    /// Adds the tables `[target."NAME"]`.
    pub(super) fn endpoints(&mut self, table: Entry<'p>) -> Result<(), PlanError> {
        for entry in entries(table.source, "target", table.table()?) {
            let limits = entries(entry.source, "target", entry.table()?);
            let targets = limits.iter().map(|limit| endpoint(&entry, limit, &self.classes));
            let targets = targets.collect::<Result<Vec<Target>, PlanError>>()?;
            if targets.is_empty() {
                return Err(
                    entry.wrong("the table is empty; write p95 = \"500ms\" or max = \"1s\"")
                );
            }
            self.listed.push(Listed { list: List::Endpoints, entry, targets });
        }
        Ok(())
    }

    /// The rules that a scenario lists.
    pub(super) fn named(&self, list: List, item: &Item<'_>) -> Result<Vec<Target>, PlanError> {
        let of_list = || self.listed.iter().filter(|listed| listed.list == list);
        let Some(found) = of_list().find(|listed| listed.entry.name() == item.text) else {
            let names: Vec<&str> = of_list().map(|listed| listed.entry.name()).collect();
            let table = match list {
                List::Endpoints => format!("no table [target.\"{}\"]", item.text),
                List::SuccessClasses => format!("no class `{}` in [success]", item.text),
            };
            return Err(
                item.wrong(format!("{table}; {}", or_nearest(item.text, names.iter().copied())))
            );
        };
        self.used.borrow_mut().insert((list, found.entry.name()));
        Ok(found.targets.clone())
    }

    /// A rule that judges nothing, because no scenario lists it, is a mistake.
    pub(super) fn all_used(&self) -> Result<(), PlanError> {
        let used = self.used.borrow();
        let idle = |listed: &&Listed<'_>| !used.contains(&(listed.list, listed.entry.name()));
        let Some(idle) = self.listed.iter().find(idle) else { return Ok(()) };
        let list = match idle.list {
            List::Endpoints => "endpoints",
            List::SuccessClasses => "success-classes",
        };
        let name = idle.entry.name();
        Err(idle.entry.wrong(format!(
            "`{name}` judges nothing: no scenario lists it; write {list} = [\"{name}\"] in one"
        )))
    }
}

fn endpoint(of: &Entry<'_>, limit: &Entry<'_>, classes: &[TagClass]) -> Result<Target, PlanError> {
    let known: Vec<&str> =
        TARGET.iter().map(|Key { name, .. }| *name).chain(["p95", "p99"]).collect();
    let percentile = limit.name().strip_prefix('p').is_some_and(|rest| rest.parse::<f64>().is_ok());
    if !percentile && !known.contains(&limit.name()) {
        return Err(limit.unknown(&known));
    }
    let text = format!("{} < {} on {}", limit.name(), limit.text()?, of.name());
    Target::parse(&text, classes).map_err(|fault| limit.wrong_value(fault.to_string()))
}

/// The tags of a class and its limit.
fn class<'p>(
    entry: &Entry<'p>,
    known_tags: &[String],
) -> Result<(Vec<String>, Limit<'p>), PlanError> {
    let (mut of_class, mut at_least) = (Vec::new(), None);
    for part in entries(entry.source, "success", entry.table()?) {
        match part.name() {
            "tags" => of_class = tags(&part, known_tags)?,
            "at-least" => at_least = Some(Limit { entry: part, text: part.text()? }),
            _ => return Err(part.unknown(&SUCCESS.map(|key| key.name))),
        }
    }
    let missing = || entry.wrong(format!("`{}` lacks at-least = \"99.5%\"", entry.name()));
    Ok((of_class, at_least.ok_or_else(missing)?))
}

struct Limit<'p> {
    entry: Entry<'p>,
    text: &'p str,
}

impl Limit<'_> {
    fn wrong(&self, what: &str) -> PlanError {
        self.entry.wrong_value(what)
    }
}

/// A list of tags, each of which some task must have.
pub(super) fn tags(entry: &Entry<'_>, known: &[String]) -> Result<Vec<String>, PlanError> {
    let tag = |item: Item<'_>| {
        if known.iter().any(|tag| tag == item.text) {
            return Ok(item.text.to_owned());
        }
        let nearest = or_nearest(item.text, known.iter().map(String::as_str));
        Err(item.wrong(format!("no task has the tag `{}`; {nearest}", item.text)))
    };
    entry.texts()?.into_iter().map(tag).collect()
}
