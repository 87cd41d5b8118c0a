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
    let folder = request.data_dir.join("backend");
    let mut options = EmbeddedOptions::in_directory(&folder);
    options.accounts = request.accounts;
    options.credits_each = CREDITS;
    options.rate_limit_per_hour = limit(request);
    let mut failed = Ok(());
    serve_blocking(options, |backend| match write(&file, &backend.accounts) {
        Ok(()) => {
            ready(EmbeddedReady::new(&backend.url, &file).note(note(&backend)).folder(&folder));
        }
        // Without `ready` the load test ends, and its end ends this process.
        Err(fault) => failed = Err(format!("cannot write {}: {fault}", file.display())),
    })?;
    Ok(failed?)
}

/// A limit per account and hour that no user can reach, from what the whole run can send at most.
/// Each account has one user.
fn limit(request: &EmbeddedRequest) -> u32 {
    let per_account = request.planned_requests.div_ceil(u64::from(request.accounts.max(1)));
    u32::try_from(per_account).unwrap_or(u32::MAX).max(LOWEST_LIMIT)
}

fn note(backend: &Ready) -> String {
    match backend.rate_limit_per_hour {
        u32::MAX => "rate limit: none that a user could reach".to_owned(),
        limit => {
            format!("rate limit: {limit} requests per account and hour, more than a user can send")
        }
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
