//! The fault proxy as a program, to stand between a load test and a real backend.

use std::io::Write;
use std::net::SocketAddr;

use clap::Parser;
use katydid_testkit::{FaultProxy, ProxyFault};

/// Passes HTTP/1.1 on to a backend on this machine and injects faults, until it is killed.
/// Prints its address on the first line.
#[derive(Parser)]
#[command(after_help = FAULTS)]
struct Arguments {
    /// Where to listen, on loopback; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The backend, on loopback
    #[arg(long, value_name = "ADDRESS", value_parser = backend)]
    to: SocketAddr,
    /// A fault; may be repeated, all of them are in force
    #[arg(long = "fault", value_name = "FAULT")]
    faults: Vec<ProxyFault>,
}

const FAULTS: &str = "\
A fault is [PATH: ] [SHARE%] EFFECT [beyond N requests|connections [for TIME|for ever]]
[from TIME] [to TIME]. PATH is a part of the request's path; times count from the first request.

  login: 1% 500                              of 100 logins one gets this status
  delay 200ms                                everything takes that much longer
  2 servers of 25ms                          a line before two servers: at most 80 requests/s
  delay 1s beyond 60 connections             only while there are more than 60 users
  delay 1s beyond 60 requests for ever       a surge leaves it slow for good; or: for 30s
  5% reset                                   also: close, garbage, half, wrong-length
  slow-body 500ms                            the head at once, the body later
  freeze from 5s to 10s                      no answer leaves in that time
  accept-stall from 5s to 10s                no new connection is served in that time";

/// `127.0.0.1:5000`, also as `http://127.0.0.1:5000`.
fn backend(text: &str) -> Result<SocketAddr, String> {
    let address = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/');
    address.parse().map_err(|_| "not an address such as 127.0.0.1:5000".to_owned())
}

fn main() -> anyhow::Result<()> {
    let Arguments { listen, to, faults } = Arguments::parse();
    let proxy = FaultProxy::listening(listen, to, faults)?;
    // Scripts read the address from here.
    writeln!(std::io::stdout(), "{}", proxy.url())?;
    proxy.serve_forever();
    Ok(())
}
