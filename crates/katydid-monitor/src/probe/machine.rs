//! This machine: CPU, memory, load, network, disk.

use std::fs;
use std::path::PathBuf;

use katydid_core::Unit;

use super::{Limit, Looked, Probe};
use crate::machine::Ticks;

/// Looks at the kernel's own files.
#[derive(Debug)]
pub(crate) struct MachineProbe {
    ticks: Option<Ticks>,
    /// Whose file system is meant.
    disk: PathBuf,
}

impl MachineProbe {
    pub(crate) fn new(disk: PathBuf) -> Self {
        Self { ticks: Ticks::read(), disk }
    }
}

impl Probe for MachineProbe {
    fn look(&mut self, _limit: &Limit) -> Result<Looked, String> {
        let now = Ticks::read().ok_or("there is no /proc/stat: Linux only")?;
        let mut looked = Looked::default();
        if let Some(then) = self.ticks.replace(now) {
            if let Some(busy) = now.busy_since(then) {
                looked.gauge("cpu_busy", Unit::Share, busy);
            }
            if let Some(stolen) = now.stolen_since(then) {
                looked.gauge("cpu_steal", Unit::Share, stolen);
            }
        }
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        if let Some((available, total)) = memory(&read("/proc/meminfo")) {
            looked.gauge("memory_available", Unit::Bytes, available);
            looked.gauge("memory_used", Unit::Share, 1.0 - available / total);
        }
        let load = read("/proc/loadavg").split(' ').next().and_then(|word| word.parse().ok());
        if let Some(load) = load {
            looked.gauge("load", Unit::Count, load);
        }
        let traffic = traffic(&read("/proc/net/dev"));
        looked.counter("network_loopback", Unit::BytesPerSecond, traffic.loopback);
        looked.counter("network_received", Unit::BytesPerSecond, traffic.received);
        looked.counter("network_sent", Unit::BytesPerSecond, traffic.sent);
        if let Ok(disk) = rustix::fs::statvfs(&self.disk)
            && disk.f_blocks > 0
        {
            // As `df` has it: what only the system may use counts as neither.
            let used = (disk.f_blocks - disk.f_bfree) as f64;
            looked.gauge("disk_used", Unit::Share, used / (used + disk.f_bavail as f64).max(1.0));
        }
        Ok(looked)
    }
}

/// Bytes available without swapping, and all.
fn memory(text: &str) -> Option<(f64, f64)> {
    let bytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        let number = line.trim().strip_suffix(" kB")?.parse::<f64>().ok()?;
        Some(number * 1_024.0)
    };
    Some((bytes("MemAvailable:")?, bytes("MemTotal:").filter(|total| *total > 0.0)?))
}

/// Bytes since the machine's start: within it, and of all other interfaces.
#[derive(Debug, Default, PartialEq)]
struct Traffic {
    loopback: f64,
    received: f64,
    sent: f64,
}

fn traffic(text: &str) -> Traffic {
    let mut traffic = Traffic::default();
    for line in text.lines() {
        let Some((name, rest)) = line.split_once(':') else { continue };
        let numbers: Vec<f64> =
            rest.split_whitespace().map_while(|word| word.parse().ok()).collect();
        let (Some(received), Some(sent)) = (numbers.first(), numbers.get(8)) else { continue };
        if name.trim() == "lo" {
            traffic.loopback += received;
        } else {
            traffic.received += received;
            traffic.sent += sent;
        }
    }
    traffic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_kernel_are_read() {
        let text = "MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:  250 kB\n";
        assert_eq!(memory(text), Some((256_000.0, 1_024_000.0)));
        assert_eq!(memory("MemTotal: 0 kB\nMemAvailable: 0 kB\n"), None);
        let text = "Inter-|   Receive |  Transmit\n face |bytes packets|bytes\n    lo: 70 1 0 0 0 0 \
                    0 0 70 1 0 0 0 0 0 0\n  eth0:100 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n eth1: 1 0 0 0 \
                    0 0 0 0 2 0 0 0 0 0 0 0\n";
        let wanted = Traffic { loopback: 70.0, received: 101.0, sent: 11.0 };
        assert_eq!(traffic(text), wanted);
    }
}
