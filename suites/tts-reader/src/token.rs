//! The access token of a login, and when to get the next one.

use std::time::{Duration, Instant, SystemTime};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

/// A token is renewed this long before it ends, or after nine tenths of a short life.
const MARGIN: Duration = Duration::from_mins(1);

/// Longer lives than this make no difference to a run.
const LONGEST: Duration = Duration::from_hours(24 * 365);

/// A token that still works.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    bearer: String,
    renew_at: Instant,
}

/// What the middle part of a JWT says. Its signature is the target's business.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
}

impl Token {
    /// The token of `username`, as a login answered it. `date` is the answer's `Date` header: the
    /// target's own clock, so that a clock that differs does not matter.
    ///
    /// # Errors
    /// What is wrong with it, for a check's text.
    pub(crate) fn new(
        bearer: String,
        username: &str,
        date: Option<&str>,
    ) -> Result<Self, &'static str> {
        let claims = claims(&bearer).ok_or("access_token is a JWT with sub and exp")?;
        if claims.sub != username {
            return Err("access_token is for the account that logged in");
        }
        let now = date.and_then(seconds_of).unwrap_or_else(local_seconds);
        let life = u64::try_from(claims.exp.saturating_sub(now)).ok().filter(|life| *life > 0);
        let life = Duration::from_secs(life.ok_or("access_token is still valid")?).min(LONGEST);
        let used = life.saturating_sub(MARGIN.min(life / 10));
        Ok(Self { bearer, renew_at: Instant::now() + used })
    }

    pub(crate) fn bearer(&self) -> &str {
        &self.bearer
    }

    /// Whether it is time for the next one.
    pub(crate) fn is_due(&self) -> bool {
        Instant::now() >= self.renew_at
    }
}

fn claims(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?;
    serde_json::from_slice(&claims).ok().filter(|_| parts.next().is_none())
}

/// The Unix seconds of a `Date` header.
fn seconds_of(date: &str) -> Option<i64> {
    Some(jiff::fmt::rfc2822::parse(date).ok()?.timestamp().as_second())
}

fn local_seconds() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    since.as_secs() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const NOW_SECONDS: i64 = 784_111_777;

    fn token(sub: &str, exp: i64) -> String {
        let claims = format!(r#"{{"sub":"{sub}","exp":{exp}}}"#);
        format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims))
    }

    fn renewed_after(life: i64) -> u64 {
        let start = Instant::now();
        let token = Token::new(token("ann", NOW_SECONDS + life), "ann", Some(NOW)).unwrap();
        assert!(!token.is_due());
        (token.renew_at - start).as_secs_f64().round() as u64
    }

    #[test]
    fn it_is_renewed_before_its_end_by_the_targets_clock() {
        assert_eq!(renewed_after(3_600), 3_540);
        assert_eq!(renewed_after(60), 54);
        assert_eq!(renewed_after(i64::MAX - NOW_SECONDS), 24 * 365 * 3_600 - 60);
    }

    #[test]
    fn a_token_that_cannot_work_is_refused_at_once() {
        let refused = |bearer: &str| Token::new(bearer.to_owned(), "ann", Some(NOW)).unwrap_err();
        assert!(refused(&token("bob", NOW_SECONDS + 60)).contains("account"));
        assert!(refused(&token("ann", NOW_SECONDS - 1)).contains("still valid"));
        for no_token in ["", "a.b", "a.b.c", "a.e30.c", "e30.e30.e30.e30"] {
            assert!(refused(no_token).contains("JWT"), "{no_token}");
        }
    }
}
