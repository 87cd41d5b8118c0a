//! Extractors: the signed-in account of a request, and the address it came from.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};

use super::client;
use crate::{
    app::App, auth::Kind, errors::ApiError, middleware::RequestNotes, rate_limit::Exceeded,
    store::Account,
};

/// The account behind a request. A route that takes one is private and counts against the
/// account's hourly limit.
#[derive(Debug)]
pub(crate) struct Caller(pub(crate) Account);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        Ok(Self(CallerSession::from_request_parts(parts, app).await?.account))
    }
}

/// The account behind a request and the session of its token, for a route that ends sessions.
/// Private and counted as a [`Caller`] is.
#[derive(Debug)]
pub(crate) struct CallerSession {
    pub(crate) account: Account,
    pub(crate) session: String,
    /// The second since 1970 at which the token ends by itself.
    expires: u64,
}

impl FromRequestParts<Arc<App>> for CallerSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or(ApiError::NotAuthenticated)?;
        let notes = parts.extensions.get::<Arc<RequestNotes>>();
        sign_in(app, token, notes.map(AsRef::as_ref)).await
    }
}

impl CallerSession {
    /// How long the token is good yet, unless its session ends before.
    pub(crate) fn time_left(&self) -> Duration {
        Duration::from_secs(self.expires.saturating_sub(jsonwebtoken::get_current_timestamp()))
    }
}

/// The account and the session of an access token, however it came. Counts as a request.
pub(crate) async fn sign_in(
    app: &App,
    token: &str,
    notes: Option<&RequestNotes>,
) -> Result<CallerSession, ApiError> {
    let claims = app.tokens.read(token, Kind::Access).ok_or(ApiError::BadToken)?;
    // Counted whether or not the session is good: a flood of refused requests must stay cheap.
    let counted = app.account_limit.account(&app.store, &claims.sid, &claims.uid).await;
    let (status, account) = counted.map_err(|denied| denied.told(refused))?;
    if let Some(notes) = notes {
        notes.set_rate(status);
    }
    let account = account?.ok_or(ApiError::BadToken)?;
    if let Some(notes) = notes {
        notes.set_user(&account.username);
    }
    Ok(CallerSession { account, session: claims.sid, expires: claims.exp })
}

fn refused(exceeded: Exceeded) -> ApiError {
    ApiError::RateLimited {
        limit: exceeded.limit,
        retry_after: exceeded.status.reset,
        status: exceeded.status,
    }
}

/// The token of the header `Authorization`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then_some(token.trim())
}

/// The address of whoever asks: the other end of the connection, or whom a trusted proxy speaks for. A
/// route that takes one counts against the address's hourly limit, unless test accounts are allowed:
/// then all users of a load test share one address, and limiting it would measure nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let ConnectInfo(peer) = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .copied()
            .ok_or_else(|| ApiError::internal(crate::errors::INTERNAL, "no peer address"))?;
        let client = client(peer.ip(), &parts.headers, &app.settings.trusted_proxies);
        if !app.settings.dev {
            let counted = app.address_limit.check(&counted_as(client)).await;
            counted.map_err(|denied| denied.told(refused))?;
        }
        Ok(Self(client))
    }
}

/// Whose hour a request from an address uses up. Of IPv6 whole networks of 64 bits are one: nobody gets
/// less, and somebody with one could else take a new address, and a new hour, for each request.
fn counted_as(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::counted_as;

    #[test]
    fn addresses_of_one_network_of_ipv6_share_an_hour() {
        let counted = |text: &str| counted_as(text.parse().unwrap());
        assert_eq!(counted("2001:db8:1:2:a::1"), "2001:db8:1:2::/64");
        assert_eq!(counted("2001:db8:1:2:b::9"), "2001:db8:1:2::/64");
        assert_eq!(counted("192.0.2.7"), "192.0.2.7");
        assert_eq!(counted("::ffff:192.0.2.7"), "192.0.2.7");
    }
}
