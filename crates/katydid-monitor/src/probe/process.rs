//! A local process with its descendants, named by pid, by the port on which it listens, or by name.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use katydid_core::{MarkKind, Unit};

use super::{Limit, Looked, Probe};
use crate::error::WatchError;
use crate::listener::listener;
use crate::look::look;
use crate::process::Process;
use crate::source::Which;
use crate::tree::{Tree, all};

/// Looks at it, and for it again when it has ended.
pub(crate) struct ProcessProbe {
    which: Which,
    tree: Option<Tree>,
    /// It was seen at least once.
    seen: bool,
    tick: Duration,
}

impl ProcessProbe {
    pub(crate) fn new(which: Which) -> Self {
        let ticks = u32::try_from(rustix::param::clock_ticks_per_second()).unwrap_or(100).max(1);
        Self { which, tree: None, seen: false, tick: Duration::from_secs(1) / ticks }
    }
}

impl Probe for ProcessProbe {
    fn look(&mut self, _limit: &Limit) -> Result<Looked, String> {
        let mut looked = Looked::default();
        if self.tree.is_none() {
            let process = find(&self.which).map_err(|fault| fault.to_string())?;
            if self.seen {
                let (pid, name) = (process.pid, &process.name);
                looked.mark(MarkKind::Restart, format!("it runs again: process {pid} ({name})"));
            }
            self.tree = Some(Tree::new(process));
            self.seen = true;
        }
        let tree = self.tree.as_mut().ok_or("there is no process")?;
        let Some(usage) = look(tree, self.tick) else {
            let (pid, name) = (tree.root.pid, &tree.root.name);
            looked.mark(MarkKind::Down, format!("process {pid} ({name}) ended"));
            self.tree = None;
            return Ok(looked);
        };
        looked.counter("cpu", Unit::Cores, usage.cpu.as_secs_f64());
        looked.gauge("memory", Unit::Bytes, usage.anonymous as f64);
        looked.gauge("rss", Unit::Bytes, usage.resident as f64);
        looked.gauge("threads", Unit::Count, f64::from(usage.threads));
        looked.gauge("processes", Unit::Count, f64::from(usage.processes));
        if let Some(descriptors) = usage.descriptors {
            looked.gauge("descriptors", Unit::Count, f64::from(descriptors));
        }
        Ok(looked)
    }
}

fn find(which: &Which) -> Result<Process, WatchError> {
    match which {
        Which::Pid(pid) => Process::find(*pid),
        Which::Port(port) => listener(&[SocketAddr::from((Ipv4Addr::LOCALHOST, *port))]),
        Which::Name(name) => named(name),
    }
}

/// The one process of this name from which all others of it descend.
fn named(name: &str) -> Result<Process, WatchError> {
    if !cfg!(target_os = "linux") {
        return Err(WatchError::Unsupported);
    }
    // The kernel keeps 15 bytes.
    let kept = name.get(..15).unwrap_or(name);
    let own = std::process::id();
    let found: Vec<_> = all()
        .into_iter()
        .filter(|stat| stat.name == kept && stat.runs() && stat.pid != own)
        .collect();
    let among = |pid: u32| found.iter().any(|stat| stat.pid == pid);
    let heads: Vec<_> = found.iter().filter(|stat| !among(stat.parent)).collect();
    match heads.as_slice() {
        [] => Err(WatchError::NoneNamed(name.to_owned())),
        [one] => Ok(Process { pid: one.pid, name: one.name.clone(), started: one.started }),
        several => {
            let pids: Vec<String> = several.iter().map(|stat| stat.pid.to_string()).collect();
            Err(WatchError::SeveralNamed(name.to_owned(), pids.join(", ")))
        }
    }
}
