//! A control group of this machine (version 2): a container, a systemd unit.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use katydid_core::Unit;

use super::{Limit, Looked, Probe};

/// Looks at the files of the group.
#[derive(Debug)]
pub(crate) struct CgroupProbe {
    path: PathBuf,
}

impl CgroupProbe {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    fn read(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.path.join(file)).ok()
    }

    fn number(&self, file: &str) -> Option<f64> {
        // "max" is no number: there is no limit.
        self.read(file)?.trim().parse().ok()
    }
}

impl Probe for CgroupProbe {
    fn look(&mut self, _limit: &Limit) -> Result<Looked, String> {
        let path = self.path.display();
        let stat = match fs::read_to_string(self.path.join("cpu.stat")) {
            Ok(stat) => stat,
            Err(fault) if fault.kind() == ErrorKind::NotFound && self.path.is_dir() => {
                return Err(format!(
                    "{path} is no control group of version 2 (it has no cpu.stat); version 1 is \
                     not read"
                ));
            }
            Err(fault) => return Err(format!("{path} cannot be read: {fault}")),
        };
        let of = |name: &str| {
            let mut lines = stat.lines();
            lines.find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok())
        };
        let used = of("usage_usec ")
            .ok_or_else(|| format!("{path} is no control group of version 2 (no usage_usec)"))?;
        let mut looked = Looked::default();
        looked.counter("cpu", Unit::Cores, used / 1e6);
        if let Some(throttled) = of("throttled_usec ") {
            // Of all its threads together, so it may be more than 1.
            looked.counter("cpu_throttled", Unit::Cores, throttled / 1e6);
        }
        if let Some(memory) = self.number("memory.current") {
            looked.gauge("memory", Unit::Bytes, memory);
            if let Some(limit) = self.number("memory.max").filter(|limit| *limit > 0.0) {
                looked.gauge("memory_used", Unit::Share, memory / limit);
            }
        }
        if let Some(pids) = self.number("pids.current") {
            looked.gauge("pids", Unit::Count, pids);
        }
        Ok(looked)
    }
}
