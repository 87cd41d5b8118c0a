//! Who may come in, and how often.

use super::setting::{Setting, masked, row, secret};

pub(super) const ROWS: &[Setting] = &[
    row("ACCESS_TOKEN_EXPIRE_MINUTES", "life of an access token", "60", |s, _| {
        (s.access_token_lifetime.as_secs() / 60).to_string()
    }),
    row("ADMIN_EMAILS", "addresses of administrators, with commas between", "none", |s, _| {
        if s.admin_emails.is_empty() { "none".to_owned() } else { s.admin_emails.join(",") }
    }),
    secret(row(
        "JWT_SECRET_KEY",
        "signs tokens and links to audio, at least 16 characters",
        "made, and kept in DATA/jwt_secret",
        |s, _| masked(s.jwt_secret.is_some(), "made, and kept in DATA/jwt_secret"),
    )),
    row(
        "LOGIN_FAILURES_PER_HOUR",
        "wrong passwords that one account may be tried with in any hour",
        "20",
        |s, _| s.login_failures_per_hour.to_string(),
    ),
    row(
        "RATE_LIMIT_REQUESTS_PER_HOUR",
        "requests that an account (an address, for sign-in) may make in any hour",
        "500",
        |s, _| s.rate_limit_per_hour.to_string(),
    ),
];
