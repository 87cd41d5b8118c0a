//! Why a process cannot be watched.

/// Why a process cannot be watched, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WatchError {
    /// There is none.
    #[error("no process {0} runs on this machine; name the target's own pid (`pgrep -a NAME`)")]
    NoSuchProcess(u32),
    /// It is this program.
    #[error("process {0} is the load test itself; name the pid of the target")]
    Own(u32),
    /// The system has no such files.
    #[error("processes can be watched on Linux only")]
    Unsupported,
    /// Nobody listens, or somebody whose files may not be read.
    #[error("which process listens there cannot be read with the rights of this user")]
    Hidden,
    /// Several unrelated processes listen there.
    #[error("several processes listen there ({0})")]
    Several(String),
    /// The process there only passes on what it gets.
    #[error("process {pid} listens there and only forwards ({name})")]
    Forwarder {
        /// The process.
        pid: u32,
        /// Its name.
        name: String,
    },
    /// None has this name.
    #[error("no process named {0} runs on this machine; `pgrep -l .` lists names")]
    NoneNamed(String),
    /// Several unrelated processes have it.
    #[error("several processes are named {0} ({1}); choose one by `pid`")]
    SeveralNamed(String, String),
}
