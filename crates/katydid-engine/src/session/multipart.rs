//! Bodies of several parts (`multipart/form-data`).

use std::fmt::Write as _;

/// A form with files.
///
/// ```
/// let form = katydid_engine::Multipart::new()
///     .text("title", "A page")
///     .file("page", "page.html", "text/html", "<p>Hello</p>");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Multipart {
    parts: Vec<(String, Vec<u8>)>,
}

impl Multipart {
    /// A form without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub fn text(mut self, name: &str, value: &str) -> Self {
        let head = format!("Content-Disposition: form-data; name=\"{}\"\r\n\r\n", quoted(name));
        self.parts.push((head, value.as_bytes().to_vec()));
        self
    }

    /// Adds a file.
    pub fn file(
        mut self,
        name: &str,
        file_name: &str,
        content_type: &str,
        content: impl Into<Vec<u8>>,
    ) -> Self {
        let mut head = format!("Content-Disposition: form-data; name=\"{}\"", quoted(name));
        let kind = content_type.replace(['\r', '\n'], " ");
        let _ =
            write!(head, "; filename=\"{}\"\r\nContent-Type: {kind}\r\n\r\n", quoted(file_name));
        self.parts.push((head, content.into()));
        self
    }

    /// The body and its content type; `boundary` is made unlike anything in the parts.
    pub(crate) fn encode(self) -> (String, Vec<u8>) {
        let mut boundary = "katydid-part".to_owned();
        while self.parts.iter().any(|(_, content)| contains(content, boundary.as_bytes())) {
            boundary.push('x');
        }
        let mut body = Vec::new();
        for (head, content) in &self.parts {
            body.extend_from_slice(format!("--{boundary}\r\n{head}").as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={boundary}"), body)
    }
}

/// As browsers write names: quotes and line ends percent-encoded.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_framed_and_the_boundary_is_in_none_of_them() {
        let (kind, body) = Multipart::new()
            .text("a\"b", "--katydid-part")
            .file("f", "x.txt", "text/plain", "hi")
            .encode();
        assert_eq!(kind, "multipart/form-data; boundary=katydid-partx");
        let body = String::from_utf8(body).unwrap();
        assert!(
            body.starts_with("--katydid-partx\r\nContent-Disposition: form-data; name=\"a%22b\"")
        );
        assert!(body.ends_with("hi\r\n--katydid-partx--\r\n"), "{body}");
    }
}
