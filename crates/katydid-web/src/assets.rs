//! The files of the page. They are in the program; nothing is read from a disk.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use katydid_report::html;
use sha2::{Digest as _, Sha256};

use crate::api::ApiError;

/// A file with its kind and its tag.
struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    tag: String,
}

/// The page itself, then everything in `assets/`.
macro_rules! files {
    ($($name:literal: $kind:expr),* $(,)?) => {
        [$(($name, $kind, include_bytes!(concat!("../assets/", $name)).as_slice())),*]
    };
}

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let files = files! {
        "index.html": HTML,
        "login.html": HTML,
        "api.js": SCRIPT,
        "again.js": SCRIPT,
        "ask.js": SCRIPT,
        "charts.js": SCRIPT,
        "classes.js": SCRIPT,
        "dom.js": SCRIPT,
        "exceptions.js": SCRIPT,
        "failures.js": SCRIPT,
        "fields.js": SCRIPT,
        "format.js": SCRIPT,
        "grid.js": SCRIPT,
        "history.js": SCRIPT,
        "icon.svg": PICTURE,
        "keys.js": SCRIPT,
        "link.js": SCRIPT,
        "logs.js": SCRIPT,
        "main.js": SCRIPT,
        "monitors.js": SCRIPT,
        "now.js": SCRIPT,
        "page.css": STYLE,
        "ratios.js": SCRIPT,
        "reports.js": SCRIPT,
        "runs.js": SCRIPT,
        "say.js": SCRIPT,
        "scenarios.js": SCRIPT,
        "settings.js": SCRIPT,
        "start.js": SCRIPT,
        "stats.js": SCRIPT,
        "steer.js": SCRIPT,
        "store.js": SCRIPT,
        "stream.js": SCRIPT,
        "tabs.js": SCRIPT,
        "theme.js": SCRIPT,
        "themes.js": SCRIPT,
        "timeline.js": SCRIPT,
        "verdict.js": SCRIPT,
    };
    // Page and report are of one family.
    let shared = [
        ("chart.js", SCRIPT, html::chart_script().as_bytes()),
        ("report.css", STYLE, html::styles().as_bytes()),
    ];
    let all = files.into_iter().chain(shared);
    all.map(|(name, kind, bytes)| asset(name, kind, bytes)).collect()
});

fn asset(name: &'static str, kind: &'static str, bytes: &'static [u8]) -> Asset {
    let print = Sha256::digest(bytes);
    let print: String = print.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Asset { name, kind, bytes, tag: format!("\"{print}\"") }
}

/// The page.
pub(crate) async fn index(headers: HeaderMap) -> Response {
    serve("index.html", &headers)
}

/// A file of the page.
pub(crate) async fn asset_named(Path(name): Path<String>, headers: HeaderMap) -> Response {
    serve(&name, &headers)
}

/// A browser asks each time whether its copy is still good; it mostly is.
fn serve(name: &str, headers: &HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return ApiError::missing(format!("the page has no file {name}")).into_response();
    };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|it| it.trim() == asset.tag));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, asset.kind)], asset.bytes).into_response()
    };
    let all = response.headers_mut();
    all.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&asset.tag) {
        all.insert(header::ETAG, tag);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that lies there and is not served would be found out by whoever opens the page.
    #[test]
    fn every_file_of_the_page_is_served() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets");
        let mut lying: Vec<String> = std::fs::read_dir(folder)
            .expect("the folder of the page")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| name != "README.md")
            .collect();
        lying.extend(["chart.js".to_owned(), "report.css".to_owned()]);
        lying.sort();
        let mut served: Vec<&str> = ASSETS.iter().map(|asset| asset.name).collect();
        served.sort_unstable();
        assert_eq!(served, lying);
    }
}
