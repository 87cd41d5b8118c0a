//! How HTTP is spoken to the target. The same for a suite and for `katydid URL`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use katydid_engine::HttpSettings;

use super::help;
use super::values::{parse_bytes, parse_time};
use crate::error::CliError;

/// The HTTP client.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = help::HTTP)]
pub(crate) struct HttpArgs {
    /// Time limit of a whole request, redirects included [default: 1m]
    #[arg(long, hide_short_help = true, value_name = "SPAN", value_parser = parse_time, allow_negative_numbers = true)]
    timeout: Option<Duration>,
    /// Time limit of a connect, and of a TLS handshake [default: 10s]
    #[arg(long, hide_short_help = true, value_name = "SPAN", value_parser = parse_time, allow_negative_numbers = true)]
    connect_timeout: Option<Duration>,
    /// Most bytes read of a body, also after decompression [default: 16M]
    #[arg(long, hide_short_help = true, value_name = "BYTES", value_parser = parse_bytes, allow_negative_numbers = true)]
    max_body: Option<usize>,
    /// Also trust the certificate authorities in this PEM file
    #[arg(long, hide_short_help = true, value_name = "FILE", conflicts_with = "insecure")]
    cacert: Option<PathBuf>,
    /// Do not verify certificates
    #[arg(long, hide_short_help = true)]
    insecure: bool,
}

impl HttpArgs {
    /// What they mean, with the engine's defaults.
    ///
    /// # Errors
    /// The file of certificate authorities cannot be read.
    pub(crate) fn settings(&self) -> Result<HttpSettings, CliError> {
        let mut http = HttpSettings { verify_tls: !self.insecure, ..HttpSettings::default() };
        http.timeout = self.timeout.unwrap_or(http.timeout);
        http.connect_timeout = self.connect_timeout.unwrap_or(http.connect_timeout);
        http.max_body = self.max_body.unwrap_or(http.max_body);
        if let Some(path) = &self.cacert {
            let what = "certificate authorities";
            let pem = std::fs::read(path).map_err(|fault| CliError::File {
                what,
                path: path.clone(),
                fault,
            })?;
            http.extra_roots_pem = Some(pem);
        }
        Ok(http)
    }
}
