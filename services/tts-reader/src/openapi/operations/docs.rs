//! The document itself, and the page that shows it.

use serde_json::json;

use crate::openapi::operation::{Operation, Tag};

pub(crate) fn document() -> Operation {
    Operation::fixed(Tag::Documentation, "openapi", "This document").answers(
        json!({ "type": "object" }),
        json!({ "openapi": "3.1.0", "info": { "title": "TTS Reader", "version": "2.3.0-enterprise" } }),
    )
}

pub(crate) fn page() -> Operation {
    file("docs_page", "This document as a page", "text/html")
        .about("Works without any other server. A token that is typed there stays in that page.")
}

pub(crate) fn other_page() -> Operation {
    file(
        "docs_page_again",
        "The same page under the name of the original's second one",
        "text/html",
    )
}

pub(crate) fn icon() -> Operation {
    file("docs_icon", "The mark of that page", "image/svg+xml")
}

pub(crate) fn style() -> Operation {
    file("docs_style", "The looks of that page", "text/css")
}

pub(crate) fn script() -> Operation {
    file("docs_script", "What makes that page of this document", "text/javascript")
}

fn file(id: &'static str, summary: &'static str, kind: &'static str) -> Operation {
    Operation::fixed(Tag::Documentation, id, summary).gives_other(200, "As asked.", Some(kind))
}
