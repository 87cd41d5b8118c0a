//! `/api/admin/…`: for those whose address is in `ADMIN_EMAILS`.

mod audit;
mod gate;
mod health;
mod lists;
mod overview;
mod page;

pub(crate) use audit::{audit_user, purge_user, security_audit};
pub(crate) use health::health;
pub(crate) use lists::{credits, payment_events, users};
pub(crate) use overview::overview;

use crate::errors::ApiError;

fn no_such_user() -> ApiError {
    ApiError::Refused {
        status: axum::http::StatusCode::NOT_FOUND,
        detail: "User not found".to_owned(),
    }
}
