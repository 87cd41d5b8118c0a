//! A build without it says so.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use katydid_report::metrics::Metrics;
use url::Url;

use crate::console::Console;
use crate::error::CliError;

/// There is none.
#[derive(Debug)]
pub(in crate::export) struct Otlp(Infallible);

impl Otlp {
    /// # Errors
    /// Always.
    pub(in crate::export) fn open(_: &Url, _: &Console) -> Result<Self, CliError> {
        Err(CliError::usage(
            "--otlp-endpoint: this program was built without OTLP; build it with the feature otlp of \
             katydid",
        ))
    }

    pub(in crate::export) fn is_due(&mut self, _: Duration) -> bool {
        match self.0 {}
    }

    pub(in crate::export) fn put(&self, _: Arc<Metrics>) {
        match self.0 {}
    }

    pub(in crate::export) fn finish(self, _: Arc<Metrics>, _: &Console) {
        match self.0 {}
    }
}
