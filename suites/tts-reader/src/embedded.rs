//! `--embedded`: the backend in a process of its own, with an account for each user.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use katydid::{BoxError, EmbeddedReady, EmbeddedRequest};
use tts_reader::embedded::{Account, EmbeddedOptions, Ready, serve_blocking};

/// Credits of each account: more than a user can have spoken in a day.
const CREDITS: i64 = 1_000_000;
/// The lowest limit worth setting.
const LOWEST_LIMIT: u32 = 10_000;

/// Serves until the load test ends.
pub(crate) fn serve(
    request: &EmbeddedRequest,
    ready: &mut dyn FnMut(EmbeddedReady),
) -> Result<(), BoxError> {
    let file = request.data_dir.join("accounts.csv");
    let mut options = EmbeddedOptions::in_directory(request.data_dir.join("backend"));
    options.accounts = request.accounts;
    options.credits_each = CREDITS;
    options.rate_limit_per_hour = limit(request.planned_requests);
    let mut failed = Ok(());
    serve_blocking(options, |backend| match write(&file, &backend.accounts) {
        Ok(()) => ready(EmbeddedReady::new(&backend.url, &file).note(note(request, &backend))),
        // Without `ready` the load test ends, and its end ends this process.
        Err(fault) => failed = Err(format!("cannot write {}: {fault}", file.display())),
    })?;
    Ok(failed?)
}

/// A limit per account and hour that the whole run cannot reach.
fn limit(planned: u64) -> u32 {
    u32::try_from(planned.saturating_mul(2)).unwrap_or(u32::MAX).max(LOWEST_LIMIT)
}

fn note(request: &EmbeddedRequest, backend: &Ready) -> String {
    let limit = backend.rate_limit_per_hour;
    match request.planned_requests {
        u64::MAX => format!("rate limit: {limit} requests per account and hour"),
        planned => format!(
            "rate limit: {limit} requests per account and hour, out of reach of the {planned} that \
             this run can send at most"
        ),
    }
}

/// Writes the accounts for the load test; nobody else may read the passwords.
fn write(path: &Path, accounts: &[Account]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut writer = csv::Writer::from_writer(options.open(path)?);
    writer.write_record(["username", "password"])?;
    for account in accounts {
        writer.write_record([&account.username, &account.password])?;
    }
    writer.flush()
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn the_limit_is_out_of_reach_of_any_plan() {
        assert_eq!(limit(1), 10_000);
        assert_eq!(limit(50_000), 100_000);
        assert_eq!(limit(u64::MAX), u32::MAX);
    }
}
