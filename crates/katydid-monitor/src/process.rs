//! A process that is watched: named by its pid, known by its start time.

use crate::error::WatchError;
use crate::look::Stat;

/// A process of this machine. A later process with the same pid is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    pub(crate) pid: u32,
    pub(crate) name: String,
    pub(crate) started: u64,
}

impl Process {
    /// The process that has this pid now.
    ///
    /// # Errors
    /// There is none, it is this program, or the system cannot tell.
    pub fn find(pid: u32) -> Result<Self, WatchError> {
        if !cfg!(target_os = "linux") {
            return Err(WatchError::Unsupported);
        }
        if pid == std::process::id() {
            return Err(WatchError::Own(pid));
        }
        let stat = Stat::read(pid).filter(Stat::runs).ok_or(WatchError::NoSuchProcess(pid))?;
        Ok(Self { pid, name: stat.name, started: stat.started })
    }

    /// Its pid.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The name of its program, as the kernel keeps it (15 bytes at most).
    pub fn name(&self) -> &str {
        &self.name
    }
}
