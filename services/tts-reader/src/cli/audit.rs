//! `tts-reader audit verify`.

use std::{
    io::{self, Write},
    path::Path,
};

use super::{
    args::{AuditArgs, AuditVerb},
    error::CliError,
};
use crate::{
    audit::{Key, Report, verify},
    settings::{self, Environment, Flags, Kept, resolve},
};

pub(super) fn audit(args: &AuditArgs, env: &Environment) -> Result<(), CliError> {
    let AuditVerb::Verify { file, data } = &args.verb;
    let settings = resolve(&Flags { data: data.clone(), ..Flags::default() }, env)?;
    let key = match settings.audit_key {
        Some(key) => key,
        None => settings::load(&settings.data_dir, Kept::Audit)?,
    };
    let log = file.as_deref().unwrap_or(&settings.audit_log);
    let report = verify(log, &Key::new(key.bytes())).map_err(|source| {
        let path = log.to_owned();
        CliError::AuditUnread { path, source }
    })?;
    tell(&report, log, &mut io::stdout())?;
    match report.findings.len() as u64 + report.more {
        0 => Ok(()),
        findings => Err(CliError::AuditBroken { path: log.to_owned(), findings }),
    }
}

fn tell(report: &Report, log: &Path, out: &mut impl Write) -> io::Result<()> {
    for finding in &report.findings {
        writeln!(out, "{finding}")?;
    }
    if report.more > 0 {
        writeln!(out, "and {} more", report.more)?;
    }
    if report.unprotected > 0 {
        let lines = report.unprotected;
        writeln!(out, "{lines} lines of an earlier version come first; nothing protects those")?;
    }
    let (log, lines, files) = (log.display(), report.lines, report.files.len());
    let (first, last) = (report.first, report.last);
    if report.findings.is_empty() {
        writeln!(out, "{log} is whole: {lines} lines, {first} to {last}, in {files} files")?;
    }
    Ok(())
}
