//! The target, as far as the run has to know it beforehand.

use std::io;
use std::net::TcpStream;
use std::time::Duration;

use url::{Host, Url};

/// How long a target may take to accept a connection before it counts as absent.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether an address is certainly this machine: `localhost` or a loopback address.
pub(crate) fn is_this_machine(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether anybody listens there. One connection, no request.
///
/// # Errors
/// What the system says, when nobody does.
pub(crate) fn listens(url: &str) -> io::Result<()> {
    let url = Url::parse(url).map_err(io::Error::other)?;
    let mut last = io::Error::other("the name has no address");
    for address in url.socket_addrs(|| None)? {
        match TcpStream::connect_timeout(&address, PATIENCE) {
            Ok(_) => return Ok(()),
            Err(fault) => last = fault,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn only_loopback_is_certainly_this_machine() {
        for here in
            ["http://localhost:5000", "http://127.0.0.1:1/x", "http://[::1]", "http://LOCALHOST"]
        {
            assert!(is_this_machine(here), "{here}");
        }
        for elsewhere in ["https://api.ttsaudify.com", "http://10.0.0.1", "http://127.example", ""]
        {
            assert!(!is_this_machine(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn a_port_that_nobody_listens_on_is_noticed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        assert!(listens(&url).is_ok());
        drop(listener);
        assert_eq!(listens(&url).unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    }
}
