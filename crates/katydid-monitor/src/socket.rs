//! A socket whose every step ends in time.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use crate::probe::Limit;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreached {
    #[error("it did not answer within {0}")]
    Late(String),
    #[error("its name cannot be looked up: {0}")]
    Name(io::Error),
    #[error("no connection: {0}")]
    Refused(io::Error),
}

impl Unreached {
    pub(crate) fn late(limit: &Limit) -> Self {
        Self::Late(limit.text())
    }
}

/// A connection that reads and writes within a limit, which each look renews.
#[derive(Debug)]
pub(crate) struct Timed {
    tcp: TcpStream,
    pub(crate) limit: Limit,
}

impl Timed {
    /// Tries each address of a name; one of IPv6 may stand in brackets.
    ///
    /// # Errors
    /// Nobody accepts there in time.
    pub(crate) fn connect(host: &str, port: u16, limit: &Limit) -> Result<Self, Unreached> {
        let place = (host.trim_matches(['[', ']']), port);
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in place.to_socket_addrs().map_err(Unreached::Name)? {
            let left = limit.left().ok_or_else(|| Unreached::late(limit))?;
            match TcpStream::connect_timeout(&address, left) {
                Ok(tcp) => {
                    let _ = tcp.set_nodelay(true);
                    return Ok(Self { tcp, limit: limit.clone() });
                }
                Err(fault) => last = fault,
            }
        }
        let late = limit.left().is_none();
        Err(if late { Unreached::late(limit) } else { Unreached::Refused(last) })
    }

    fn left(&self) -> io::Result<Option<Duration>> {
        self.limit.left().map(Some).ok_or_else(|| io::ErrorKind::TimedOut.into())
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.tcp.set_read_timeout(self.left()?)?;
        self.tcp.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(self.left()?)?;
        self.tcp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}
