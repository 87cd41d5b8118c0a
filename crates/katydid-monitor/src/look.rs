//! One look at a process and its descendants.

use std::fs;
use std::time::Duration;

use katydid_core::Usage;

use crate::tree::Tree;

/// What `/proc/PID/stat` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) pid: u32,
    pub(crate) name: String,
    pub(crate) parent: u32,
    /// When it started, in ticks since the machine did.
    pub(crate) started: u64,
    state: char,
    threads: u32,
    /// Its own, and that of children which have ended and were waited for.
    ticks: u64,
}

/// Memory by `/proc/PID/status`, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Memory {
    resident: u64,
    /// What the kernel cannot drop and read again from a file.
    anonymous: u64,
}

impl Stat {
    pub(crate) fn read(pid: u32) -> Option<Self> {
        parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Whether it is neither dead nor waiting to be buried.
    pub(crate) fn runs(&self) -> bool {
        !matches!(self.state, 'Z' | 'X' | 'x')
    }
}

/// All of a tree together; `None` when its root has ended.
pub(crate) fn look(tree: &mut Tree, tick: Duration) -> Option<Usage> {
    let root = Stat::read(tree.root.pid);
    let root = root.filter(|stat| stat.started == tree.root.started && stat.runs())?;
    let mut sum = Usage { descriptors: Some(0), ..Usage::default() };
    add(&mut sum, &root, tick);
    for (pid, started) in tree.descendants() {
        // Their time was added to that of whoever waited for them.
        if let Some(stat) = Stat::read(pid).filter(|stat| stat.started == started && stat.runs()) {
            add(&mut sum, &stat, tick);
        }
    }
    Some(sum)
}

fn add(sum: &mut Usage, stat: &Stat, tick: Duration) {
    let status = fs::read_to_string(format!("/proc/{}/status", stat.pid)).unwrap_or_default();
    let memory = parse_status(&status);
    sum.cpu += tick * u32::try_from(stat.ticks).unwrap_or(u32::MAX);
    sum.resident += memory.resident;
    sum.anonymous += memory.anonymous;
    sum.threads += stat.threads;
    sum.processes += 1;
    let open = descriptors(stat.pid);
    sum.descriptors = sum.descriptors.zip(open).map(|(all, open)| all + open);
}

/// Open descriptors, where the rights of this user suffice.
fn descriptors(pid: u32) -> Option<u32> {
    let path = format!("/proc/{pid}/fd");
    // Whoever may not list them may still ask for the size, which then counts for nothing.
    let mut entries = fs::read_dir(&path).ok()?;
    // From Linux 6.2 on the size of the directory is their number: no list of 50,000 to read.
    match fs::metadata(&path).ok()?.len() {
        0 => Some(u32::try_from(entries.by_ref().count()).unwrap_or(u32::MAX)),
        count => Some(u32::try_from(count).unwrap_or(u32::MAX)),
    }
}

/// The name stands in brackets and may hold anything, brackets too.
fn parse_stat(text: &str) -> Option<Stat> {
    let (pid, rest) = text.split_once(" (")?;
    let (name, rest) = rest.rsplit_once(") ")?;
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    // Numbered from 1 in proc_pid_stat(5), in which the state is the third.
    let number = |field: usize| words.get(field - 3)?.parse::<u64>().ok();
    Some(Stat {
        pid: pid.parse().ok()?,
        name: name.to_owned(),
        state: words.first()?.chars().next()?,
        parent: u32::try_from(number(4)?).ok()?,
        ticks: (14..=17).map(number).sum::<Option<u64>>()?,
        threads: u32::try_from(number(20)?).ok()?,
        started: number(22)?,
    })
}

fn parse_status(text: &str) -> Memory {
    let mut resident = 0;
    let mut anonymous = None;
    for line in text.lines() {
        let Some((name, rest)) = line.split_once(':') else { continue };
        let bytes = || {
            let number = rest.trim().strip_suffix(" kB").and_then(|kb| kb.parse::<u64>().ok());
            number.unwrap_or_default() * 1_024
        };
        match name {
            "VmRSS" => resident = bytes(),
            "RssAnon" | "RssShmem" | "VmSwap" => *anonymous.get_or_insert(0) += bytes(),
            _ => {}
        }
    }
    Memory { resident, anonymous: anonymous.unwrap_or(resident) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_hides_nothing() {
        let text = "42 (a) R 7 (b) S 1 42 42 0 -1 4194560 1 2 3 4 10 20 30 40 20 0 3 0 12345 99 1";
        let stat = parse_stat(text).unwrap();
        assert_eq!((stat.pid, &*stat.name, stat.parent), (42, "a) R 7 (b", 1));
        assert_eq!((stat.ticks, stat.threads, stat.started), (100, 3, 12_345));
        assert!(stat.runs());
        assert!(!parse_stat(&text.replace(") S", ") Z")).unwrap().runs());
        for broken in ["", "42", "42 (a", "42 (a) S 1", "x (a) S 1"] {
            assert_eq!(parse_stat(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_later_process_with_the_same_pid_is_another() {
        let mut own = Stat::read(std::process::id()).unwrap();
        let process = |stat: &Stat| crate::Process {
            pid: stat.pid,
            name: stat.name.clone(),
            started: stat.started,
        };
        let tick = Duration::from_millis(10);
        assert!(look(&mut Tree::new(process(&own)), tick).is_some());
        own.started += 1;
        assert_eq!(look(&mut Tree::new(process(&own)), tick), None);
    }

    #[test]
    fn memory_without_files_includes_what_was_swapped_out() {
        let text = "Name:\tx\nVmRSS:\t  100 kB\nRssAnon:\t 60 kB\nRssFile:\t 30 kB\n\
                    RssShmem:\t 10 kB\nVmSwap:\t  5 kB\n";
        let memory = parse_status(text);
        assert_eq!((memory.resident, memory.anonymous), (102_400, 75 * 1_024));
        // Older kernels do not tell them apart, and kernel threads have none.
        assert_eq!(parse_status("VmRSS: 8 kB\n").anonymous, 8_192);
        assert_eq!(parse_status("Name:\tkthreadd\n"), Memory::default());
    }
}
