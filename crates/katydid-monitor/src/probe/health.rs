//! An HTTP health endpoint: does it answer, with what, how fast.

use katydid_core::{MarkKind, Unit};
use url::Url;

use super::{Limit, Looked, Probe};
use crate::http::get;

/// A longer answer is no answer of a health check.
const MOST_BYTES: usize = 1 << 20;

/// Asks it.
#[derive(Debug)]
pub(crate) struct HealthProbe {
    url: Url,
    /// What it was at the last look.
    up: Option<bool>,
}

impl HealthProbe {
    pub(crate) fn new(url: Url) -> Self {
        Self { url, up: None }
    }
}

impl Probe for HealthProbe {
    /// No answer is a finding here and no fault of the monitor.
    fn look(&mut self, limit: &Limit) -> Result<Looked, String> {
        let mut looked = Looked::default();
        let answer = get(&self.url, MOST_BYTES, limit);
        let why = match &answer {
            Ok(answer) if (200..300).contains(&answer.status) => None,
            Ok(answer) => Some(format!("it answered {}", answer.status)),
            Err(fault) => Some(fault.to_string()),
        };
        let up = why.is_none();
        looked.gauge("up", Unit::Flag, f64::from(u8::from(up)));
        if let Ok(answer) = &answer {
            looked.gauge("status", Unit::Number, f64::from(answer.status));
            looked.gauge("time", Unit::Seconds, answer.took.as_secs_f64());
        }
        match (self.up.replace(up), why) {
            (None | Some(true), Some(why)) => looked.mark(MarkKind::Down, format!("down: {why}")),
            (Some(false), None) => looked.mark(MarkKind::Up, "up again"),
            _ => {}
        }
        Ok(looked)
    }
}
