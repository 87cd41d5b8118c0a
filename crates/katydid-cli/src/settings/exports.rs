//! Where the numbers of a run go while it is on, checked.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use url::Url;

use super::check_url;
use crate::args::ExportArgs;
use crate::error::CliError;

/// Time series of other programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExportSettings {
    /// Metrics are served.
    pub(crate) prometheus: Option<PrometheusSettings>,
    /// Metrics are sent there.
    pub(crate) otlp: Option<Url>,
}

/// How metrics are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PrometheusSettings {
    /// Where.
    pub(crate) address: SocketAddr,
    /// How long the last scrape is waited for.
    pub(crate) linger: Duration,
}

impl ExportSettings {
    /// Decides what `exports` mean; `name` says how an option was written.
    ///
    /// # Errors
    /// Options that want others, an endpoint that is no address.
    pub(crate) fn resolve(
        exports: &ExportArgs,
        name: impl Fn(&str) -> String,
    ) -> Result<Self, CliError> {
        let (host, linger) = (exports.prometheus_host, exports.prometheus_linger);
        let needs = |long: &str| {
            let name = name(long);
            Err(CliError::Usage(format!("{name} needs --prometheus-port PORT")))
        };
        let prometheus = match (exports.prometheus_port, host, linger) {
            (None, Some(_), _) => return needs("prometheus-host"),
            (None, None, Some(_)) => return needs("prometheus-linger"),
            (None, None, None) => None,
            (Some(port), ..) => {
                let host = host.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
                let address = SocketAddr::new(host, port);
                Some(PrometheusSettings { address, linger: linger.unwrap_or_default() })
            }
        };
        let otlp = exports.otlp_endpoint.as_deref().map(endpoint).transpose()?;
        Ok(Self { prometheus, otlp })
    }
}

fn endpoint(text: &str) -> Result<Url, CliError> {
    check_url(text).map_err(|fault| CliError::Usage(format!("--otlp-endpoint: {fault}")))
}
