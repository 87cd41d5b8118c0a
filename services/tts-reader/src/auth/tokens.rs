//! Access and refresh tokens: JWT, HS256.

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

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The user name.
    pub(crate) sub: String,
    /// The account's id: a name can be given to somebody else after its account was deleted.
    pub(crate) uid: UserId,
    pub(crate) exp: u64,
    pub(crate) iat: u64,
    pub(crate) jti: String,
    /// Set on refresh tokens, which open nothing by themselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) refresh: bool,
}

impl Tokens {
    pub(crate) fn new(secret: &[u8], access_lifetime: Duration) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            access_lifetime,
        }
    }

    /// A pair (access token, refresh token).
    pub(crate) fn issue(&self, username: &str, uid: &UserId) -> Result<(String, String), ApiError> {
        let access = self.sign(username, uid, self.access_lifetime, false)?;
        let refresh = self.sign(username, uid, REFRESH_LIFETIME, true)?;
        Ok((access, refresh))
    }

    /// The claims of a valid, unexpired *access* token.
    pub(crate) fn read(&self, token: &str) -> Option<Claims> {
        let claims = decode::<Claims>(token, &self.decoding, &self.validation).ok()?.claims;
        (!claims.refresh).then_some(claims)
    }

    fn sign(
        &self,
        username: &str,
        uid: &UserId,
        lifetime: Duration,
        refresh: bool,
    ) -> Result<String, ApiError> {
        let now = get_current_timestamp();
        let claims = Claims {
            sub: username.to_owned(),
            uid: uid.clone(),
            exp: now + lifetime.as_secs(),
            iat: now,
            jti: Uuid::new_v4().simple().to_string(),
            refresh,
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
            .map_err(|error| ApiError::internal(INTERNAL, error))
    }
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

    use super::Tokens;
    use crate::domain::UserId;

    #[test]
    fn only_our_own_unexpired_access_tokens_open_the_door() {
        let id = UserId::new();
        let tokens = Tokens::new(b"a secret of some length", Duration::from_mins(1));
        let (access, refresh) = tokens.issue("ann", &id).unwrap();
        let claims = tokens.read(&access).unwrap();
        assert_eq!((claims.sub.as_str(), &claims.uid), ("ann", &id));
        assert!(tokens.read(&refresh).is_none(), "a refresh token is no access token");
        assert!(tokens.read("not.a.token").is_none());

        let others = Tokens::new(b"another secret of length", Duration::from_mins(1));
        assert!(tokens.read(&others.issue("ann", &id).unwrap().0).is_none());

        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", access.split('.').nth(1).unwrap());
        assert!(tokens.read(&unsigned).is_none(), "`alg: none` is not HS256");
    }

    #[test]
    fn a_token_past_its_time_is_worth_nothing() {
        let id = UserId::new();
        let tokens = Tokens::new(b"a secret of some length", Duration::ZERO);
        let claims = super::Claims {
            sub: "ann".to_owned(),
            uid: id,
            exp: jsonwebtoken::get_current_timestamp() - 1,
            iat: 0,
            jti: String::new(),
            refresh: false,
        };
        let header = jsonwebtoken::Header::default();
        let token = jsonwebtoken::encode(&header, &claims, &tokens.encoding).unwrap();
        assert!(tokens.read(&token).is_none());
    }
}
