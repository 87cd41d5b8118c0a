//! Which tasks run: Locust's `--tags` and `--exclude-tags`.

use std::collections::BTreeSet;
use std::sync::Arc;

/// Tags that a task must have one of, and tags that it must not have.
///
/// As in Locust, untagged tasks are removed when tags are asked for, and stay when only some are
/// excluded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagFilter {
    /// A task stays only if it has one of these; empty means no such demand.
    pub include: BTreeSet<String>,
    /// A task with one of these goes.
    pub exclude: BTreeSet<String>,
}

impl TagFilter {
    /// Whether a task with these tags runs.
    pub fn accepts(&self, tags: &[Arc<str>]) -> bool {
        let any = |set: &BTreeSet<String>| tags.iter().any(|tag| set.contains(&**tag));
        (self.include.is_empty() || any(&self.include)) && !any(&self.exclude)
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(include: &[&str], exclude: &[&str], tags: &[&str]) -> bool {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let filter = TagFilter { include: set(include), exclude: set(exclude) };
        filter.accepts(&tags.iter().map(|&tag| Arc::from(tag)).collect::<Vec<_>>())
    }

    #[test]
    fn one_of_the_tags_is_enough() {
        assert!(accepts(&["critical", "revenue"], &[], &["revenue", "tts"]));
        assert!(!accepts(&["critical", "revenue"], &[], &["tts"]));
    }

    #[test]
    fn untagged_tasks_go_when_tags_are_asked_for_and_stay_when_some_are_excluded() {
        assert!(!accepts(&["tts"], &[], &[]));
        assert!(accepts(&[], &["tts"], &[]));
    }

    #[test]
    fn both_must_pass() {
        assert!(!accepts(&["tts"], &["slow"], &["tts", "slow"]));
    }
}
