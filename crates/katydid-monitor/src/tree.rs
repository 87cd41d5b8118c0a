//! A process with its descendants.

use std::collections::HashMap;
use std::fs;

use crate::look::Stat;
use crate::process::Process;

/// Looks between two searches for new descendants: a search reads a line of every process of the
/// machine. What a new child used of the CPU before it was found is not lost, for its own count
/// goes back to its start.
const SEARCH_EVERY: u32 = 5;

/// A process and whoever descends from it.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) root: Process,
    /// Pid and start time.
    found: Vec<(u32, u64)>,
    looks: u32,
}

impl Tree {
    pub(crate) fn new(root: Process) -> Self {
        Self { root, found: Vec::new(), looks: 0 }
    }

    /// The descendants, as they were found lately.
    pub(crate) fn descendants(&mut self) -> Vec<(u32, u64)> {
        if self.looks.is_multiple_of(SEARCH_EVERY) {
            self.found = descendants(self.root.pid, &all(), std::process::id());
        }
        self.looks += 1;
        self.found.clone()
    }
}

/// Every process that can be seen.
pub(crate) fn all() -> Vec<Stat> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter_map(Stat::read).collect()
}

/// Children, their children, … without `own` and what this program has started: whoever watches
/// the shell or the test that started the load does not watch the load.
fn descendants(root: u32, all: &[Stat], own: u32) -> Vec<(u32, u64)> {
    let mut children: HashMap<u32, Vec<&Stat>> = HashMap::new();
    for stat in all.iter().filter(|stat| stat.runs() && stat.pid != own) {
        children.entry(stat.parent).or_default().push(stat);
    }
    let mut found = Vec::new();
    let mut next = vec![root];
    while let Some(parent) = next.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            found.push((child.pid, child.started));
            next.push(child.pid);
        }
    }
    found
}
