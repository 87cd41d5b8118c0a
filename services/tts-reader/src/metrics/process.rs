//! What this process uses, from `/proc`; nothing where there is no `/proc`.

use std::fs;

/// Ticks per second of `/proc/self/stat`: fixed by the Linux user-space interface.
const TICKS: f64 = 100.0;
/// Bytes of a page where the kernel does not say otherwise.
const PAGE_BYTES: i64 = 4_096;

/// Memory, CPU time and files of this process.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProcessFigures {
    pub(super) resident_bytes: i64,
    pub(super) cpu_seconds: f64,
    pub(super) open_files: i64,
}

pub(super) fn figures() -> Option<ProcessFigures> {
    let statm = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: i64 = statm.split_whitespace().nth(1)?.parse().ok()?;
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The command's name, in parentheses, may hold spaces; fields are counted after it.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split_whitespace().skip(11);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    let open_files = fs::read_dir("/proc/self/fd").ok()?.count() as i64;
    Some(ProcessFigures {
        resident_bytes: pages * PAGE_BYTES,
        cpu_seconds: (user + system) / TICKS,
        open_files,
    })
}
