//! Prometheus text while the run is on, from a thread of its own.

mod desk;
mod server;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use katydid_core::format_span;
use katydid_report::metrics::Metrics;

use crate::console::Console;
use crate::error::CliError;
use crate::settings::PrometheusSettings;
use crate::signals::Watch;

use desk::Desk;

/// Between two looks at Ctrl-C while the last scrape is waited for.
const LOOK: Duration = Duration::from_millis(50);

/// The endpoint, seen by who has the numbers. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Prometheus {
    desk: Arc<Desk>,
    linger: Duration,
}

impl Prometheus {
    /// Listens, and says where.
    ///
    /// # Errors
    /// The address cannot be had.
    pub(super) fn open(settings: &PrometheusSettings, console: &Console) -> Result<Self, CliError> {
        let address = settings.address;
        let listener = TcpListener::bind(address).map_err(|fault| refused(address, &fault))?;
        let local = listener.local_addr().unwrap_or(address);
        let desk = Arc::new(Desk::default());
        let of_server = Arc::clone(&desk);
        std::thread::Builder::new()
            .name("katydid-metrics".to_owned())
            .spawn(move || server::serve(&listener, &of_server))
            .map_err(|fault| CliError::Output { what: "Prometheus metrics", fault })?;
        console.info(&format!("Prometheus metrics at http://{local}/metrics"));
        if !local.ip().is_loopback() {
            console.warning(&format!(
                "everybody who reaches {local} can read the metrics of this run: names of requests, \
                 host, load; leave out --prometheus-host to keep them on this machine"
            ));
        }
        Ok(Self { desk, linger: settings.linger })
    }

    /// Another run begins; its numbers are not the last ones.
    pub(super) fn begin_anew(&self) {
        self.desk.begin_anew();
    }

    /// Whether somebody waits for numbers.
    pub(super) fn is_asked(&self) -> bool {
        self.desk.is_asked()
    }

    /// Lays down numbers; the last ones stay.
    pub(super) fn put(&self, metrics: &Arc<Metrics>, last: bool) {
        self.desk.put(metrics, last);
    }

    /// Waits until somebody has the last numbers, Ctrl-C, or the time is over.
    pub(super) fn linger(self, watch: &Watch, console: &Console) {
        if self.linger.is_zero() || self.desk.has_served_last() {
            return;
        }
        let span = format_span(self.linger);
        console.info(&format!(
            "Waiting for the last scrape of the metrics, at most {span}; Ctrl-C ends that"
        ));
        // Whoever has ended the run by Ctrl-C wants its last numbers too; the next one leaves.
        let before = watch.asked();
        let end = Instant::now() + self.linger;
        while watch.asked() == before && Instant::now() < end && !self.desk.wait_served(LOOK) {}
        if !self.desk.has_served_last() {
            console.warning("nobody has scraped the last metrics of this run");
        }
    }
}

fn refused(address: SocketAddr, fault: &io::Error) -> CliError {
    let (host, port) = (address.ip(), address.port());
    CliError::Usage(match fault.kind() {
        io::ErrorKind::AddrInUse => format!(
            "--prometheus-port: port {port} of {host} is taken; name another, or 0 for any that is \
             free"
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "--prometheus-host: {host} is no address of this machine; 0.0.0.0 is all of them"
        ),
        _ => format!("--prometheus-port: {host}:{port} cannot be listened on: {fault}"),
    })
}
