//! Who may ask, and what everybody of them may be answered.

use std::collections::BTreeMap;

use super::{tag::Tag, told::Operation};

impl Operation {
    /// Anybody, about what never changes.
    pub(in crate::openapi) fn fixed(tag: Tag, id: &'static str, summary: &'static str) -> Self {
        let told = Self {
            tag,
            id,
            summary,
            description: "",
            private: false,
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
        };
        told.fails("A fault of the service; its log has the cause.", "Internal server error")
    }

    /// Anybody.
    pub(in crate::openapi) fn open(tag: Tag, id: &'static str, summary: &'static str) -> Self {
        Self::fixed(tag, id, summary)
            .busy("The database is overloaded or away.", "The database")
            .refuses(
                503,
                "It took longer than REQUEST_TIMEOUT_SECONDS.",
                "The request could not be answered within 120 seconds",
            )
            .refuses(
                507,
                "The disk is full or fails.",
                "There is no room to store this now; try again later",
            )
            .header(507, "Retry-After", true)
    }

    /// Anybody, up to the hourly limit of an address.
    pub(in crate::openapi) fn by_address(
        tag: Tag,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self::open(tag, id, summary).limited("Your address has used up its requests of this hour.")
    }

    /// Whoever has an access token, up to the hourly limit of an account.
    pub(in crate::openapi) fn by_account(
        tag: Tag,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        let told = Self::open(tag, id, summary)
            .limited("The account has used up its requests of this hour.")
            .refuses(401, "There is no access token.", "Not authenticated")
            .refuses(401, "The token is worthless.", "Could not validate credentials")
            .header(401, "WWW-Authenticate", true);
        Self { private: true, ..told }
    }

    /// An account whose verified address is in `ADMIN_EMAILS`.
    pub(in crate::openapi) fn by_administrator(
        tag: Tag,
        id: &'static str,
        summary: &'static str,
    ) -> Self {
        Self::by_account(tag, id, summary)
            .refuses(403, "You are no administrator.", "Admin access required")
            .refuses(403, "There are no administrators.", "Admin access not configured")
    }
}
