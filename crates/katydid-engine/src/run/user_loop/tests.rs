//! What one user does and when, in virtual time.

mod flows;
mod life;
mod mix;
mod seed;
mod waits;

/// Code of a task or hook that writes a line and ends with `$result`.
macro_rules! says {
    ($line:expr, $result:expr) => {
        |_, session| {
            Box::pin(async move {
                crate::run::virtual_run::log(session, $line);
                $result
            })
        }
    };
    ($line:expr) => {
        says!($line, Ok(()))
    };
}
use says;
