//! How AWS is reached, for what of it is used.

use super::setting::{Setting, masked, row, secret};
use crate::settings::aws::REGION;

pub(super) const ROWS: &[Setting] = &[
    secret(row(
        "AWS_ACCESS_KEY_ID",
        "as whom AWS is asked, for what of it is used",
        "none",
        |s, _| masked(s.aws.is_some(), "none"),
    )),
    row(
        "AWS_ENDPOINT_URL",
        "where all of AWS is reached, when a stand-in has its place",
        "AWS itself",
        |_, env| env.text("AWS_ENDPOINT_URL").unwrap_or("AWS itself").to_owned(),
    ),
    row("AWS_REGION", "where that is used", REGION, |_, env| {
        env.text("AWS_REGION").unwrap_or(REGION).to_owned()
    }),
    secret(row("AWS_SECRET_ACCESS_KEY", "the other half of that key", "none", |s, _| {
        masked(s.aws.is_some(), "none")
    })),
    secret(row("AWS_SESSION_TOKEN", "what temporary keys have beside", "none", |s, _| {
        masked(s.aws.as_ref().is_some_and(|aws| aws.token.is_some()), "none")
    })),
];
