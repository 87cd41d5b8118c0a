//! What a page is: by its header, and by its bytes, which a header cannot change for the worse.

use crate::error::ExtractError;

/// The kinds of content that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentKind {
    Html,
    Text,
    Pdf,
}

impl ContentKind {
    /// What the `Content-Type` header says; `None` when it says nothing.
    pub(crate) fn of_header(content_type: Option<&str>) -> Result<Option<Self>, ExtractError> {
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        match essence.trim().to_ascii_lowercase().as_str() {
            "" => Ok(None),
            "text/html" | "application/xhtml+xml" => Ok(Some(Self::Html)),
            "text/plain" | "text/markdown" => Ok(Some(Self::Text)),
            "application/pdf" | "application/x-pdf" => Ok(Some(Self::Pdf)),
            other => Err(unsupported(&format!("Content of the type {other:?}"))),
        }
    }

    /// What a page is.
    pub(crate) fn of(body: &[u8], content_type: Option<&str>) -> Result<Self, ExtractError> {
        let declared = Self::of_header(content_type)?;
        if body.starts_with(b"%PDF-") {
            return Ok(Self::Pdf);
        }
        let head = &body[..body.len().min(1024)];
        let utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
        if declared.is_none() && !utf16 && head.contains(&0) {
            return Err(unsupported("A binary file"));
        }
        let looks_like_html = || head.trim_ascii_start().starts_with(b"<");
        Ok(declared.unwrap_or(if looks_like_html() || utf16 { Self::Html } else { Self::Text }))
    }
}

fn unsupported(what: &str) -> ExtractError {
    ExtractError::UnsupportedContent { what: what.to_owned() }
}
