//! Where the numbers of a run go while it is on.

use std::net::IpAddr;
use std::time::Duration;

use clap::Args;

use super::help;
use super::values::{parse_not_empty, parse_time};

/// Time series of other programs.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = help::MACHINES)]
pub(crate) struct ExportArgs {
    /// Serve metrics for Prometheus on this port while the run is on; 0 is any that is free
    ///
    /// At /metrics, on loopback alone unless --prometheus-host says otherwise.
    #[arg(long, value_name = "PORT", hide_short_help = true)]
    pub(crate) prometheus_port: Option<u16>,
    /// Serve them on this address, for others to reach [default: 127.0.0.1]
    #[arg(long, value_name = "IP", hide_short_help = true)]
    pub(crate) prometheus_host: Option<IpAddr>,
    /// After the run wait at most this long for somebody to scrape the last numbers
    #[arg(long, value_name = "SPAN", value_parser = parse_time, hide_short_help = true)]
    pub(crate) prometheus_linger: Option<Duration>,
    /// Send metrics to this OpenTelemetry collector: http://localhost:4318
    ///
    /// OTLP over HTTP (protobuf), every ten seconds and at the end. Headers for it, such as keys,
    /// are in OTEL_EXPORTER_OTLP_HEADERS: key=value,key=value.
    #[arg(long, value_name = "URL", value_parser = parse_not_empty, hide_short_help = true)]
    pub(crate) otlp_endpoint: Option<String>,
}
