//! What a site's headers allow: may the page be kept, how long is it fresh, how is it asked for
//! again (RFC 9111, as a cache that many people share).

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{
    AGE, CACHE_CONTROL, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED,
    PRAGMA, SET_COOKIE, VARY,
};

/// A site is asked again after this time whatever it promised.
const LONGEST: Duration = Duration::from_hours(24);
/// The longest that a page is taken for fresh of which only its last change is known.
const LONGEST_GUESS: Duration = Duration::from_hours(1);

/// The headers that say it all; kept with a page, because an answer "not changed" gives new ones.
const TELLING: [HeaderName; 9] =
    [AGE, CACHE_CONTROL, DATE, ETAG, EXPIRES, LAST_MODIFIED, PRAGMA, SET_COOKIE, VARY];

/// The conditions under which an answer is kept.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// From when it came.
    pub(crate) fresh_for: Duration,
    /// Ask with `If-None-Match`.
    pub(crate) etag: Option<HeaderValue>,
    /// Ask with `If-Modified-Since`.
    pub(crate) modified: Option<HeaderValue>,
    /// What they were read from.
    headers: HeaderMap,
}

impl Terms {
    /// `None` when the answer must not be kept, or keeping it would be of no use.
    pub(crate) fn of(status: StatusCode, headers: &HeaderMap, now: SystemTime) -> Option<Self> {
        let control = Control::of(headers);
        let vary_on_all =
            texts(headers, VARY).any(|text| text.split(',').any(|it| it.trim() == "*"));
        // A cookie is meant for one person, and so may be the page that came with it.
        let personal = headers.contains_key(SET_COOKIE) && !control.public;
        if control.forbidden || vary_on_all || personal {
            return None;
        }
        let lifetime = control.lifetime.or_else(|| expires(headers, now)).or_else(|| {
            // A redirect or an absence is kept only when its site says so.
            (status == StatusCode::OK).then(|| guess(headers, now)).flatten()
        });
        let fresh_for = match lifetime {
            _ if control.ask_always => Duration::ZERO,
            Some(lifetime) => lifetime.saturating_sub(age(headers, now)).min(LONGEST),
            None => Duration::ZERO,
        };
        let terms = Self {
            fresh_for,
            etag: headers.get(ETAG).cloned(),
            modified: headers.get(LAST_MODIFIED).cloned(),
            headers: telling(headers),
        };
        (!fresh_for.is_zero() || terms.can_be_asked_again()).then_some(terms)
    }

    /// The terms after an answer 304 with these headers, which replace the ones before.
    pub(crate) fn renewed(&self, headers: &HeaderMap, now: SystemTime) -> Option<Self> {
        let mut all = self.headers.clone();
        // How old the answer before was when it came says nothing of this one.
        all.remove(AGE);
        all.remove(DATE);
        for name in TELLING {
            if headers.contains_key(&name) {
                all.remove(&name);
                headers.get_all(&name).iter().for_each(|value| {
                    all.append(name.clone(), value.clone());
                });
            }
        }
        Self::of(StatusCode::OK, &all, now)
    }

    pub(crate) fn can_be_asked_again(&self) -> bool {
        self.etag.is_some() || self.modified.is_some()
    }

    /// Bytes, about.
    pub(crate) fn size(&self) -> usize {
        self.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum()
    }
}

/// `Cache-Control`, as far as it concerns a shared cache.
#[derive(Debug, Default)]
struct Control {
    forbidden: bool,
    ask_always: bool,
    public: bool,
    /// The shortest that is told; `s-maxage` before `max-age`.
    lifetime: Option<Duration>,
}

impl Control {
    fn of(headers: &HeaderMap) -> Self {
        let (mut control, mut shared, mut told) = (Self::default(), None, false);
        for text in texts(headers, CACHE_CONTROL) {
            for directive in directives(text) {
                told = true;
                let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
                // What is no number is an answer that is stale at once.
                let seconds = || Duration::from_secs(number(value).unwrap_or(0));
                let least = |before: Option<Duration>| {
                    Some(before.map_or(seconds(), |before| before.min(seconds())))
                };
                match name.trim().to_ascii_lowercase().as_str() {
                    "no-store" | "private" => control.forbidden = true,
                    "no-cache" => control.ask_always = true,
                    "public" => control.public = true,
                    "max-age" => control.lifetime = least(control.lifetime),
                    "s-maxage" => {
                        control.public = true;
                        shared = least(shared);
                    }
                    _ => {}
                }
            }
        }
        if !told && texts(headers, PRAGMA).any(|it| it.to_ascii_lowercase().contains("no-cache")) {
            control.ask_always = true;
        }
        control.lifetime = shared.or(control.lifetime);
        control
    }
}

/// The parts between commas, which do not count inside quotes.
fn directives(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let comma = move |c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    };
    text.split(comma).map(str::trim).filter(|it| !it.is_empty())
}

/// `60` or `"60"`; more than there is counts as very much.
fn number(value: &str) -> Option<u64> {
    let digits = value.trim().trim_matches('"');
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

/// How long `Expires` makes it fresh; what is no date has expired.
fn expires(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    headers.get(EXPIRES)?;
    let sent = date(headers, DATE).unwrap_or(now);
    let until = date(headers, EXPIRES);
    Some(until.and_then(|until| until.duration_since(sent).ok()).unwrap_or_default())
}

/// A tenth of the time since the last change: what changed long ago will not change just now.
fn guess(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let sent = date(headers, DATE).unwrap_or(now);
    let unchanged = sent.duration_since(date(headers, LAST_MODIFIED)?).ok()?;
    Some((unchanged / 10).min(LONGEST_GUESS))
}

/// How old the answer was when it came: other caches may have held it.
fn age(headers: &HeaderMap, now: SystemTime) -> Duration {
    let told = texts(headers, AGE).find_map(number).map(Duration::from_secs).unwrap_or_default();
    let apparent = date(headers, DATE).and_then(|sent| now.duration_since(sent).ok());
    told.max(apparent.unwrap_or_default())
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

fn texts(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
}

fn telling(headers: &HeaderMap) -> HeaderMap {
    let known = headers.iter().filter(|(name, _)| TELLING.contains(name));
    known.map(|(name, value)| (name.clone(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23 10:00:00 GMT.
    fn now() -> SystemTime {
        httpdate::parse_http_date("Mon, 23 Nov 2026 10:00:00 GMT").unwrap()
    }

    fn terms_of(status: u16, lines: &[(&'static str, &str)]) -> Option<Terms> {
        let headers = headers(lines);
        Terms::of(StatusCode::from_u16(status).unwrap(), &headers, now())
    }

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    /// Seconds for which an answer 200 is fresh; `None` when it is not kept.
    fn fresh(lines: &[(&'static str, &str)]) -> Option<u64> {
        terms_of(200, lines).map(|terms| terms.fresh_for.as_secs())
    }

    #[test]
    fn what_a_site_says_is_what_is_done() {
        const TAG: (&str, &str) = ("etag", "\"1\"");
        for (lines, expected) in [
            (&[("cache-control", "max-age=60")][..], Some(60)),
            (&[("cache-control", "Public, MAX-AGE=\"60\"")], Some(60)),
            (&[("cache-control", "max-age=60, s-maxage=10")], Some(10)),
            (&[("cache-control", "max-age=60"), ("cache-control", "max-age=5")], Some(5)),
            (&[("cache-control", "max-age=99999999999999999999")], Some(86_400)),
            (&[("cache-control", "ext=\"no-store, private\", max-age=7")], Some(7)),
            (&[("cache-control", "max-age=60"), ("age", "20")], Some(40)),
            (
                &[("cache-control", "max-age=60"), ("date", "Mon, 23 Nov 2026 09:59:30 GMT")],
                Some(30),
            ),
            (&[("cache-control", "max-age=60"), ("vary", "Accept-Encoding, Cookie")], Some(60)),
            (&[("expires", "Mon, 23 Nov 2026 10:02:00 GMT")], Some(120)),
            (
                &[
                    ("expires", "Mon, 23 Nov 2026 10:02:00 GMT"),
                    ("date", "Mon, 23 Nov 2026 10:01:00 GMT"),
                ],
                Some(60),
            ),
            (
                &[("expires", "Mon, 23 Nov 2026 10:02:00 GMT"), ("cache-control", "max-age=5")],
                Some(5),
            ),
            (&[("last-modified", "Mon, 23 Nov 2026 09:50:00 GMT")], Some(60)),
            (&[("last-modified", "Mon, 23 Nov 2020 09:50:00 GMT")], Some(3_600)),
            // Kept, and asked for again each time.
            (&[("cache-control", "no-cache"), TAG], Some(0)),
            (&[("cache-control", "max-age=60, no-cache=\"x\""), TAG], Some(0)),
            (&[("pragma", "no-cache"), ("expires", "Mon, 23 Nov 2026 10:02:00 GMT"), TAG], Some(0)),
            (&[("cache-control", "max-age=soon"), TAG], Some(0)),
            (&[("cache-control", "max-age=0"), TAG], Some(0)),
            (&[("expires", "0"), TAG], Some(0)),
            (&[TAG], Some(0)),
            // Not kept.
            (&[], None),
            (&[("cache-control", "max-age=0")], None),
            (&[("cache-control", "no-store, max-age=60"), TAG], None),
            (&[("cache-control", "private, max-age=60"), TAG], None),
            (&[("cache-control", "private=\"x\", max-age=60"), TAG], None),
            (&[("cache-control", "max-age=60"), ("vary", "*"), TAG], None),
            (&[("cache-control", "max-age=60"), ("vary", "accept"), ("vary", "a, *")], None),
            (&[("cache-control", "max-age=60"), ("set-cookie", "id=1"), TAG], None),
            (&[("expires", "yesterday")], None),
            (&[("expires", "Mon, 23 Nov 2026 09:00:00 GMT")], None),
        ] {
            assert_eq!(fresh(lines), expected, "{lines:?}");
        }
        let shared = [("cache-control", "public, max-age=60"), ("set-cookie", "id=1")];
        assert_eq!(fresh(&shared), Some(60));
    }

    #[test]
    fn redirects_and_absences_are_kept_when_their_site_says_so() {
        for status in [301, 302, 308, 404, 410] {
            let guess = [("last-modified", "Mon, 23 Nov 2020 09:50:00 GMT")];
            assert!(terms_of(status, &guess).is_none_or(|terms| terms.fresh_for.is_zero()));
            let told = terms_of(status, &[("cache-control", "max-age=9")]).unwrap();
            assert_eq!(told.fresh_for.as_secs(), 9);
        }
    }

    #[test]
    fn an_answer_not_changed_renews_the_terms() {
        let before = [("cache-control", "max-age=60"), ("etag", "\"1\""), ("age", "59")];
        let terms = terms_of(200, &before).unwrap();
        let renewed = terms.renewed(&headers(&[]), now()).unwrap();
        assert_eq!(renewed.fresh_for.as_secs(), 60);
        assert_eq!(renewed.etag.unwrap(), "\"1\"");
        let new = headers(&[("cache-control", "max-age=5"), ("etag", "\"2\"")]);
        let renewed = terms.renewed(&new, now()).unwrap();
        assert_eq!(
            (renewed.fresh_for.as_secs(), renewed.etag.unwrap()),
            (5, "\"2\"".parse().unwrap())
        );
        assert!(terms.renewed(&headers(&[("cache-control", "no-store")]), now()).is_none());
    }
}
