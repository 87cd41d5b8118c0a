//! Letters: how many, from whom, by which server.

use super::setting::{Setting, masked, row, secret};
use crate::settings::Email;

pub(super) const ROWS: &[Setting] = &[
    row("EMAILS_PER_HOUR", "letters that one address is sent in any hour", "5", |s, _| {
        s.emails_per_hour.to_string()
    }),
    row(
        "FRONTEND_URL",
        "what links in letters start with, and where people come back to after they paid",
        "http://localhost:3000",
        |s, _| s.frontend_url.clone(),
    ),
    row(
        "SMTP_CERTIFICATES",
        "file of certificates (PEM) that may have signed that server's, beside the public ones",
        "none",
        |_, env| env.text("SMTP_CERTIFICATES").unwrap_or("none").to_owned(),
    ),
    row("SMTP_FROM", "whom letters come from", "SMTP_USERNAME, else no-reply@localhost", |s, _| {
        s.email_from.clone()
    }),
    row("SMTP_HOST", "server that takes letters", "none: files in DATA/outbox", |s, _| {
        match &s.email {
            Email::Off => "off".to_owned(),
            Email::Files => "none: files in DATA/outbox".to_owned(),
            Email::Smtp(smtp) => smtp.host.clone(),
        }
    }),
    secret(row("SMTP_PASSWORD", "password of that server", "none", |_, env| {
        masked(env.text("SMTP_PASSWORD").is_some(), "none")
    })),
    row("SMTP_PORT", "port of that server; 465: encrypted from the first byte", "587", |_, env| {
        env.text("SMTP_PORT").unwrap_or("587").to_owned()
    }),
    row("SMTP_USERNAME", "user name at that server", "none", |_, env| {
        env.text("SMTP_USERNAME").unwrap_or("none").to_owned()
    }),
    row(
        "SMTP_USE_TLS",
        "implicit, starttls or true (by the port); false: speak to that server in clear",
        "true",
        |_, env| env.text("SMTP_USE_TLS").unwrap_or("true").to_owned(),
    ),
];
