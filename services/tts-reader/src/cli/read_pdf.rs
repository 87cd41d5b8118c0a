//! `tts-reader read-pdf`: the worker that reads one PDF document, within bounds that the system
//! keeps.

use std::{io, path::PathBuf};

use super::error::CliError;

/// What a document may take of memory, in bytes, and of a processor, in seconds.
const MEMORY: u64 = 512 * 1024 * 1024;
const CPU_SECONDS: u64 = 10;

pub(super) fn read_pdf() -> Result<(), CliError> {
    bound()?;
    Ok(tts_reader_extraction::read_pdf(io::stdin().lock(), io::stdout().lock())?)
}

/// The program to start for it: this one, even after it was replaced on the disk.
pub(super) fn program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        Ok(PathBuf::from("/proc/self/exe"))
    } else {
        std::env::current_exe()
    }
}

/// Memory, time, and no file: nothing of it can be raised again.
fn bound() -> io::Result<()> {
    #[cfg(unix)]
    {
        use rlimit::Resource;
        for (resource, most) in [
            (Resource::AS, MEMORY),
            (Resource::CPU, CPU_SECONDS),
            (Resource::FSIZE, 0),
            (Resource::CORE, 0),
        ] {
            resource.set(most, most)?;
        }
    }
    Ok(())
}
