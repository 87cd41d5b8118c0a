//! Extractors: the signed-in account of a request, and the address it came from.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};

use crate::{
    app::App, auth::Kind, domain::UserId, errors::ApiError, middleware::RequestNotes,
    rate_limit::Exceeded, store::Account,
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
}

impl FromRequestParts<Arc<App>> for CallerSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let token = bearer(&parts.headers).ok_or(ApiError::NotAuthenticated)?;
        let claims = app.tokens.read(token, Kind::Access).ok_or(ApiError::BadToken)?;
        // Before the database is asked: a flood of refused requests must stay cheap.
        count(app, &claims.uid, parts)?;
        let account = app.store.account_of(&claims.sid, &claims.uid).await?;
        let account = account.ok_or(ApiError::BadToken)?;
        if let Some(notes) = parts.extensions.get::<Arc<RequestNotes>>() {
            notes.set_user(&account.username);
        }
        Ok(Self { account, session: claims.sid })
    }
}

fn count(app: &App, id: &UserId, parts: &Parts) -> Result<(), ApiError> {
    let status = app.account_limit.check(id.clone()).map_err(refused)?;
    if let Some(notes) = parts.extensions.get::<Arc<RequestNotes>>() {
        notes.set_rate(status);
    }
    Ok(())
}

fn refused(exceeded: Exceeded) -> ApiError {
    ApiError::RateLimited {
        limit: exceeded.limit,
        retry_after: exceeded.status.reset,
        status: exceeded.status,
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty()).then_some(token.trim())
}

/// The address of whoever holds the other end of the connection. A route that takes one counts
/// against the address's hourly limit, unless test accounts are allowed: then all users of a load
/// test share one address, and limiting it would measure nothing.
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
        if !app.settings.dev {
            app.address_limit.check(peer.ip()).map_err(refused)?;
        }
        Ok(Self(peer.ip()))
    }
}
