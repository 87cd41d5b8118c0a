//! The test server as a program: a target for benchmarks and for other load testers, whose fixed
//! delays use no CPU.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use katydid_testkit::{Options, TestServer};

/// A target for load tests. Answers /ok, /delay/{ms}, /size/{bytes} and the other paths of the
/// katydid-testkit crate until it is killed.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8089")]
    bind: SocketAddr,
    /// Threads that serve
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// Close connections idle for this many milliseconds
    #[arg(long)]
    idle_close_ms: Option<u64>,
    /// Stand still once, so many milliseconds after the first request
    #[arg(long, requires = "freeze_for_ms")]
    freeze_after_ms: Option<u64>,
    /// For how long
    #[arg(long, requires = "freeze_after_ms")]
    freeze_for_ms: Option<u64>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let options = Options {
        bind: arguments.bind,
        threads: arguments.threads,
        idle_close: arguments.idle_close_ms.map(Duration::from_millis),
        tls: None,
    };
    let server = TestServer::with(options)
        .map_err(|e| anyhow::anyhow!("cannot listen on {}: {e}", arguments.bind))?;
    // Scripts read the address from here.
    writeln!(std::io::stdout(), "{}", server.url())?;
    if let (Some(after), Some(length)) = (arguments.freeze_after_ms, arguments.freeze_for_ms) {
        freeze(&server, Duration::from_millis(after), Duration::from_millis(length));
    }
    server.serve_forever();
    Ok(())
}

/// Stands still for `length`, `after` the first request.
#[expect(clippy::disallowed_methods, reason = "a target that freezes by the clock is asked for")]
fn freeze(server: &TestServer, after: Duration, length: Duration) {
    while server.total_requests() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(after);
    server.freeze();
    std::thread::sleep(length);
    server.thaw();
}
