//! What extraction routes share.

use url::Url;

use crate::{extraction::Read, store::ExtractionDone, validation::Text};

/// An address as bodies give it. Longer ones do not exist on real sites.
pub(crate) const URL: Text = Text::of(0, 2_048)
    .matching("^https?://.*", |text| text.starts_with("http://") || text.starts_with("https://"));

/// The record of an extraction.
pub(crate) fn done(url: &str, read: &Read, characters: usize) -> ExtractionDone {
    ExtractionDone {
        characters,
        source_domain: domain(url),
        method: read.page.method.as_str().to_owned(),
        duration_ms: read.took.as_millis() as i64,
    }
}

/// The host of an address.
pub(super) fn domain(url: &str) -> Option<String> {
    Some(Url::parse(url).ok()?.host_str()?.to_owned())
}
