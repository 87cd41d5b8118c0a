//! Why a command ends without a run's verdict.

use std::path::PathBuf;

use katydid_core::{counted, exit};
use katydid_engine::RunError;

/// A reason to end, as one sentence that names the thing and the next step.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// clap's own text (wrong flag, `--help`), already whole.
    #[error("{0}")]
    Words(clap::Error),
    /// Words that parse and cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// Runs that say nothing of the target were to be compared.
    #[error("{0}")]
    Untrusted(String),
    /// A plan that cannot be meant.
    #[error(transparent)]
    Plan(#[from] crate::plan::PlanError),
    /// A file that was named cannot be read.
    #[error("{what} {}: {fault}", path.display())]
    File {
        /// What it should be.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system says.
        fault: std::io::Error,
    },
    /// A file that was named cannot be written.
    #[error("{what} {}: {fault}; name a file that can be written", path.display())]
    Unwritable {
        /// The option.
        what: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system says.
        fault: std::io::Error,
    },
    /// What was asked for cannot be printed.
    #[error("{what} cannot be written: {fault}")]
    Output {
        /// What it should be.
        what: &'static str,
        /// What the system says.
        fault: std::io::Error,
    },
    /// The embedded backend did not come up.
    #[error("the embedded backend {0}")]
    Embedded(String),
    /// The suite could not prepare its data.
    #[error("preparing the run: {0}")]
    Prepare(String),
    /// The engine refused.
    #[error(transparent)]
    Run(#[from] RunError),
    /// More users than file descriptors.
    #[error(
        "{} {needed} file descriptors and the system allows {allowed}; {} fit, or raise the limit \
         (ulimit -Hn)",
        needing(*users),
        counted(*fit, "user")
    )]
    Descriptors {
        /// Users wanted.
        users: u32,
        /// Descriptors for them.
        needed: u64,
        /// The hard limit.
        allowed: u64,
        /// Users that fit.
        fit: u64,
    },
    /// More users than memory.
    #[error(
        "{} at least {:.1} GiB of memory (4 KiB for each with its connection) and \
         {:.1} GiB are free here; at most {} fit, spread the others over more machines",
        needing(*users), gib(*needed), gib(*free), counted(*fit, "user")
    )]
    Memory {
        /// Users wanted.
        users: u32,
        /// Bytes for them, at least.
        needed: u64,
        /// Bytes that are free.
        free: u64,
        /// Users that fit.
        fit: u64,
    },
}

/// `5 users need`, `1 user needs`.
fn needing(users: u32) -> String {
    format!("{} {}", counted(users, "user"), if users == 1 { "needs" } else { "need" })
}

fn gib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

impl CliError {
    /// The exit code of the command.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Words(words) => u8::try_from(words.exit_code()).unwrap_or(exit::USAGE),
            Self::Run(RunError::Thread(_)) | Self::Embedded(_) | Self::Output { .. } => exit::TOOL,
            Self::Untrusted(_) => exit::INVALID,
            _ => exit::USAGE,
        }
    }

    /// A usage error with this sentence.
    pub(crate) fn usage(sentence: impl Into<String>) -> Self {
        Self::Usage(sentence.into())
    }
}
