//! What the system says of this thread and this machine.

mod machine;
mod netstat;
mod thread;
mod watch;

pub(super) use thread::thread_use;
pub(super) use watch::Watch;
