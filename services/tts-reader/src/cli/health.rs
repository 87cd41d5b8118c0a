//! `tts-reader health`: a container's health check, which needs no other program in the image.

use std::{
    io::{self, Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use super::{args::HealthArgs, error::CliError};
use crate::settings::{Environment, Flags, resolve};

/// How long the service may take for each step.
const PATIENCE: Duration = Duration::from_secs(4);
/// The answer is short.
const MOST_BYTES: u64 = 64 * 1024;

pub(super) fn health(args: &HealthArgs, env: &Environment) -> Result<(), CliError> {
    let settings = resolve(&Flags { bind: args.bind, ..Flags::default() }, env)?;
    let address = reachable(settings.bind);
    let answer = ask(address).map_err(|source| CliError::NoHealth { address, source })?;
    let status = answer.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        return Err(CliError::Unhealthy { address, status: status.to_owned() });
    }
    Ok(writeln!(io::stdout(), "{address} is healthy")?)
}

/// A service that listens everywhere is asked on loopback.
fn reachable(bind: SocketAddr) -> SocketAddr {
    let ip = match bind.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, bind.port())
}

fn ask(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /api/health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn a_service_that_listens_everywhere_is_asked_here() {
        for (bind, asked) in [
            ("0.0.0.0:5000", "127.0.0.1:5000"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.7:5000", "192.0.2.7:5000"),
        ] {
            assert_eq!(reachable(bind.parse().unwrap()).to_string(), asked);
        }
    }
}
