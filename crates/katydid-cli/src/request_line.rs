//! `--loglevel DEBUG`: one line per request, without secrets.

use std::sync::Arc;

use katydid_core::counted;
use katydid_core::mask::{MASKED, Mask};
use katydid_engine::{Hooks, RequestView};
use url::Url;

use crate::console::Console;

/// Names that are secrets in an address and harmless words elsewhere: the code of a login, the key of an
/// interface.
const OF_ADDRESSES: [&str; 2] = ["code", "key"];

/// Hooks that write the lines.
pub(crate) fn hooks(console: &Console, mask: &Arc<Mask>) -> Hooks {
    let (console, mask) = (console.clone(), Arc::clone(mask));
    Hooks::new().on_request(move |request| console.debug(&line(request, &mask)))
}

/// User, task, method, address, status, time, hops, and what else there is to say: the class of a
/// failure (its text may quote the answer), a retry. Headers and bodies are not.
fn line(request: &RequestView<'_>, mask: &Mask) -> String {
    let status = request.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let (who, method, url) = (request.who, request.method, masked(request.url));
    let url = mask.text(&url);
    let ms = request.response_time.as_secs_f64() * 1e3;
    let hops = counted(request.redirects + 1, "hop");
    let mut line = format!("user {} {who}: {method} {url} {status} {ms:.1} ms {hops}", who.user);
    if request.retry {
        line += " retry";
    }
    if let Some(failure) = request.failure {
        line += &format!(" FAILED {}", failure.kind());
    }
    line
}

/// An address without user, password and secret values of its query.
pub(crate) fn masked(address: &str) -> String {
    // What cannot be read as an address cannot be cleaned either.
    let Ok(mut url) = Url::parse(address) else { return "(no address)".to_owned() };
    if !url.username().is_empty() || url.password().is_some() {
        // Both fail for addresses without a host alone, which have neither.
        let _ = url.set_username(MASKED);
        let _ = url.set_password(None);
    }
    url.set_fragment(None);
    let Some(query) = url.query() else { return url.into() };
    let pairs: Vec<String> = query.split('&').map(masked_pair).collect();
    let query = pairs.join("&");
    url.set_query(Some(&query));
    url.into()
}

/// `name=value` as it is, or with its value masked.
fn masked_pair(pair: &str) -> String {
    let Some((name, _)) = pair.split_once('=') else { return pair.to_owned() };
    // `%74oken` is a token too.
    let plain: String =
        url::form_urlencoded::parse(name.as_bytes()).map(|(name, _)| name).collect();
    let of_addresses = OF_ADDRESSES.contains(&plain.to_lowercase().as_str());
    let secret = of_addresses || Mask::default().hides(&plain);
    if secret { format!("{name}={MASKED}") } else { pair.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_of_an_address_are_masked_and_the_rest_stays() {
        for (address, shown) in [
            ("http://h/a?x=1&page=2", "http://h/a?x=1&page=2"),
            ("http://h/a?x=1&access_token=abc&y", "http://h/a?x=1&access_token=***&y"),
            ("http://h/a?X-Amz-Signature=ff&Expires=9", "http://h/a?X-Amz-Signature=***&Expires=9"),
            ("http://h/a?API%4bEY=1&Passwort=2", "http://h/a?API%4bEY=***&Passwort=***"),
            ("http://h/a?sig=1&design=2&code=3", "http://h/a?sig=***&design=2&code=***"),
            (
                "http://h/a?key=1&Key=2&keys=3&donkey=4",
                "http://h/a?key=***&Key=***&keys=3&donkey=4",
            ),
            ("http://h/a?PHPSESSID=1&jwt=2&otp=3", "http://h/a?PHPSESSID=***&jwt=***&otp=***"),
            ("http://ann:secret@h/a", "http://***@h/a"),
            ("https://h:8443/a%20b#part", "https://h:8443/a%20b"),
            ("no address", "(no address)"),
        ] {
            assert_eq!(masked(address), shown);
        }
    }
}
