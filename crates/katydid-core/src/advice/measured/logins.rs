//! Logins: one for everybody, or one that ends before the run.

use crate::advice::expiry::has_expired;
use crate::advice::rows::{is_of, listed, name, time};
use crate::advice::warning::{Warning, WarningName};
use crate::failure::FailureKind;
use crate::{FailureRow, Row};

/// Several users send one and the same login. What a user sends only once is enough to know it.
pub(super) fn shared_account(rows: &[&Row]) -> Option<Warning> {
    let logins: Vec<String> = rows
        .iter()
        .filter(|row| row.variety.shares_login())
        .map(|row| format!("{} ({})", name(row), row.requests()))
        .collect();
    (!logins.is_empty()).then(|| {
        Warning::new(
            WarningName::SharedAccount,
            format!(
                "several users log in as one and the same account, so they wait for the same \
                 rows: {}",
                listed(&logins)
            ),
            "give each user an account of its own",
        )
    })
}

pub(super) fn late_unauthorized(rows: &[&Row], failures: &[FailureRow]) -> Option<Warning> {
    let first = rows
        .iter()
        .filter_map(|row| {
            let refused = unauthorized(row, failures)?;
            has_expired(refused, row).then_some((row, refused))
        })
        .min_by_key(|(_, refused)| refused.first)?;
    let (row, refused) = first;
    Some(Warning::new(
        WarningName::LateUnauthorized,
        format!(
            "logins were accepted and are refused since {}: {} ({}× 401)",
            time(refused.first),
            name(row),
            refused.count
        ),
        "log in again before the token expires, or let tokens live longer than the run",
    ))
}

fn unauthorized<'f>(row: &Row, failures: &'f [FailureRow]) -> Option<&'f FailureRow> {
    let own = failures.iter().filter(|failure| is_of(failure, row));
    own.filter(|failure| failure.kind == FailureKind::Status(401)).min_by_key(|row| row.first)
}
