//! The monitor of an endpoint.

use katydid_core::{MarkKind, or_nearest};
use url::Url;

use super::parse::page;
use super::select::Selector;
use crate::http::get;
use crate::probe::{Limit, Looked, Probe};

/// A longer page is refused.
const MOST_BYTES: usize = 8 << 20;

/// Reads the page of an endpoint.
#[derive(Debug)]
pub(crate) struct PrometheusProbe {
    url: Url,
    wanted: Vec<Selector>,
    /// Series whose absence has been told.
    told: Vec<bool>,
}

impl PrometheusProbe {
    pub(crate) fn new(url: Url, wanted: Vec<Selector>) -> Self {
        let told = vec![false; wanted.len()];
        Self { url, wanted, told }
    }
}

impl Probe for PrometheusProbe {
    fn look(&mut self, limit: &Limit) -> Result<Looked, String> {
        let answer = get(&self.url, MOST_BYTES, limit).map_err(|fault| fault.to_string())?;
        if answer.status != 200 {
            return Err(format!("it answered {}", answer.status));
        }
        let text = std::str::from_utf8(&answer.body)
            .map_err(|_| "it answered with what is no text".to_owned())?;
        let page = page(text)?;
        let mut looked = Looked::default();
        for (selector, told) in self.wanted.iter().zip(&mut self.told) {
            if let Some(reading) = selector.read(&page) {
                looked.readings.push(reading);
                *told = false;
            } else if !std::mem::replace(told, true) {
                let mut names: Vec<&str> = page.samples.iter().map(|it| it.name).collect();
                names.sort_unstable();
                names.dedup();
                let named = names.contains(&selector.name());
                let why = if named {
                    "no line has these labels".to_owned()
                } else {
                    or_nearest(selector.name(), names)
                };
                looked.mark(MarkKind::Fault, format!("it has no series `{selector}`; {why}"));
            }
        }
        Ok(looked)
    }
}
