//! Long lists, page by page.

use axum::extract::{Query, rejection::QueryRejection};
use serde::Deserialize;

use crate::errors::ApiError;

/// Most entries of one page.
const MOST: i64 = 1_000;

/// Which page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Page {
    pub(super) after: Option<String>,
    pub(super) before: Option<String>,
    limit: Option<i64>,
}

pub(super) type Asked = Result<Query<Page>, QueryRejection>;

impl Page {
    /// A page of a list that goes by `after`, or by `before`.
    pub(super) fn of(asked: Asked, by: &str) -> Result<Self, ApiError> {
        let Query(page) = asked.map_err(|error| ApiError::unprocessable(error.body_text()))?;
        let other = if by == "after" { &page.before } else { &page.after };
        if other.is_some() {
            return Err(ApiError::unprocessable(format!("this list goes by `{by}`")));
        }
        if !(1..=MOST).contains(&page.limit()) {
            return Err(ApiError::unprocessable(format!("`limit` is from 1 to {MOST}")));
        }
        Ok(page)
    }

    pub(super) fn limit(&self) -> i64 {
        self.limit.unwrap_or(100)
    }
}
