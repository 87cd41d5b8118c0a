//! Access and refresh tokens: JWT, HS256.
//!
//! A token is good while its signature holds, its time is not over, it is of the kind that is
//! asked for, *and* its session is there (`store/sessions.rs`), which whoever takes it looks up.

use std::time::Duration;

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode, get_current_timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    domain::UserId,
    errors::{ApiError, INTERNAL},
};

/// How long a refresh token lives.
const REFRESH_LIFETIME: Duration = Duration::from_hours(7 * 24);

/// Makes and reads tokens with one secret.
pub(crate) struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    access_lifetime: Duration,
}

/// What a token is good for; each kind is worth nothing in the place of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Opens the private routes.
    Access,
    /// Is exchanged for the next pair, once.
    Refresh,
}

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The user name, for people who look into a token; nothing is decided by it.
    pub(crate) sub: String,
    /// The account's id: a name can be given to somebody else after its account was deleted.
    pub(crate) uid: UserId,
    /// The session: one login, and every token that came of it.
    pub(crate) sid: String,
    pub(crate) kind: Kind,
    pub(crate) exp: u64,
    pub(crate) iat: u64,
    pub(crate) jti: String,
}

/// Two tokens of one session.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) access: String,
    pub(crate) refresh: String,
    /// The `jti` of the refresh token.
    pub(crate) refresh_id: String,
}

impl Tokens {
    pub(crate) fn new(secret: &[u8], access_lifetime: Duration) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        // We give none, but one that says it is not good yet is not.
        validation.validate_nbf = true;
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            access_lifetime,
        }
    }

    /// The next two tokens of a session.
    pub(crate) fn issue(
        &self,
        username: &str,
        uid: &UserId,
        session: &str,
    ) -> Result<Pair, ApiError> {
        let now = get_current_timestamp();
        let claims = |kind, lifetime: Duration| Claims {
            sub: username.to_owned(),
            uid: uid.clone(),
            sid: session.to_owned(),
            kind,
            exp: now + lifetime.as_secs(),
            iat: now,
            jti: new_id(),
        };
        let access = claims(Kind::Access, self.access_lifetime);
        let refresh = claims(Kind::Refresh, REFRESH_LIFETIME);
        Ok(Pair {
            access: self.sign(&access)?,
            refresh: self.sign(&refresh)?,
            refresh_id: refresh.jti,
        })
    }

    /// How long the last token of a pair lives.
    pub(crate) fn pair_lifetime(&self) -> Duration {
        self.access_lifetime.max(REFRESH_LIFETIME)
    }

    /// The claims of an unexpired token of that kind that was signed here.
    pub(crate) fn read(&self, token: &str, kind: Kind) -> Option<Claims> {
        let claims = decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        (claims.kind == kind).then_some(claims)
    }

    fn sign(&self, claims: &Claims) -> Result<String, ApiError> {
        encode(&Header::new(Algorithm::HS256), claims, &self.encoding)
            .map_err(|error| ApiError::internal(INTERNAL, error))
    }
}

/// An id that nobody can guess, for a session or a token.
pub(crate) fn new_id() -> String {
    Uuid::new_v4().simple().to_string()
}

/// Without the keys.
impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("access_lifetime", &self.access_lifetime)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Kind, Tokens};
    use crate::domain::UserId;

    #[test]
    fn each_kind_of_token_is_read_as_what_it_is() {
        let id = UserId::new();
        let tokens = Tokens::new(b"a secret of some length", Duration::from_mins(1));
        let pair = tokens.issue("ann", &id, "login").unwrap();
        for (token, kind, other) in [
            (&pair.access, Kind::Access, Kind::Refresh),
            (&pair.refresh, Kind::Refresh, Kind::Access),
        ] {
            let claims = tokens.read(token, kind).unwrap();
            assert_eq!((claims.sub.as_str(), &claims.uid), ("ann", &id));
            assert_eq!(claims.sid, "login");
            assert_eq!(claims.jti == pair.refresh_id, kind == Kind::Refresh);
            assert!(tokens.read(token, other).is_none());
        }
    }

    #[test]
    fn a_session_outlives_its_tokens() {
        let lifetime = |access| Tokens::new(b"a secret of some length", access).pair_lifetime();
        let year = Duration::from_hours(24 * 365);
        assert_eq!(lifetime(year), year);
        assert_eq!(lifetime(Duration::from_mins(1)), Duration::from_hours(24 * 7));
    }
}
