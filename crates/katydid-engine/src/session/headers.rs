//! The headers of an answer: kept as they came until somebody asks.

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;

/// The headers of an answer.
///
/// Most answers are asked for one header or none, so those of HTTP/1.1 stay the bytes that came,
/// checked but not taken apart; a question walks through the lines.
#[derive(Debug)]
pub(crate) enum Headers {
    /// Lines of HTTP/1.1.
    Lines(Lines),
    /// What HTTP/2 has already taken apart.
    Map(HeaderMap),
}

impl Headers {
    /// `false`: certainly not there; it costs next to nothing to ask.
    #[inline]
    pub(crate) fn may_have(&self, name: &str) -> bool {
        match self {
            Self::Lines(lines) => lines.may_have(name),
            Self::Map(map) => map.contains_key(name),
        }
    }

    /// The first value of a header, if it is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.get(name)?).ok()
    }

    /// The first value of a header.
    pub(crate) fn get(&self, name: &str) -> Option<&[u8]> {
        self.get_all(name).next()
    }

    /// Every value of a header, in order.
    pub(crate) fn get_all<'a, 'n>(
        &'a self,
        name: &'n str,
    ) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        let (lines, map) = match self {
            Self::Lines(lines) => (lines.may_have(name).then(|| lines.values(name)), None),
            Self::Map(map) => (None, Some(map.get_all(name).iter())),
        };
        let map = map.into_iter().flatten().map(http::HeaderValue::as_bytes);
        lines.into_iter().flatten().chain(map)
    }

    /// All headers, in order, names in small letters.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, &[u8])> {
        let (lines, map) = match self {
            Self::Lines(lines) => (Some(lines.iter()), None),
            Self::Map(map) => (None, Some(map.iter())),
        };
        let map = map.into_iter().flatten();
        let map = map.map(|(name, value)| (Cow::Borrowed(name.as_str()), value.as_bytes()));
        lines.into_iter().flatten().chain(map)
    }
}

/// Header lines as they came, each found to be `name: value` before.
#[derive(Debug)]
pub(crate) struct Lines {
    bytes: Bytes,
    /// A bit for each name in it, see [`Names`].
    names: Names,
}

impl Lines {
    /// `bytes` are well-formed lines whose names are all in `names`.
    pub(crate) fn new(bytes: Bytes, names: Names) -> Self {
        Self { bytes, names }
    }

    fn may_have(&self, name: &str) -> bool {
        self.names.0 & Names::bit(name) != 0
    }

    fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, &[u8])> {
        self.bytes.split(|byte| *byte == b'\n').filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = std::str::from_utf8(&line[..colon]).ok()?;
            let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                Cow::Owned(name.to_ascii_lowercase())
            } else {
                Cow::Borrowed(name)
            };
            Some((name, line[colon + 1..].trim_ascii()))
        })
    }

    fn values<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.bytes.split(|byte| *byte == b'\n').filter_map(move |line| {
            let (head, rest) = line.split_at_checked(name.len())?;
            let value = rest.strip_prefix(b":")?;
            head.eq_ignore_ascii_case(name.as_bytes()).then(|| value.trim_ascii())
        })
    }
}

/// A set of header names that answers *certainly not in it* or *perhaps*: the cookies and codings
/// that are looked for after every answer are usually absent, and this says so without a walk.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names(u64);

impl Names {
    #[inline]
    pub(crate) fn insert(&mut self, name: &str) {
        self.0 |= Self::bit(name);
    }

    /// One of 64 bits from length and first letter; the usual names of answers all differ.
    #[inline]
    fn bit(name: &str) -> u64 {
        let first = name.as_bytes().first().map_or(0, |byte| usize::from(byte | 0x20));
        1 << ((name.len() * 5 + first) % 64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &'static str) -> Headers {
        let mut names = Names::default();
        for line in text.lines() {
            names.insert(line.split(':').next().unwrap());
        }
        Headers::Lines(Lines::new(Bytes::from_static(text.as_bytes()), names))
    }

    #[test]
    fn values_are_found_whatever_the_case_and_trimmed() {
        let headers = lines("Server: x\r\nSET-Cookie:a=1\r\nset-cookie:  b=2 \t\r\nX:\r\n");
        assert_eq!(headers.get("server"), Some(&b"x"[..]));
        assert_eq!(headers.get_all("set-cookie").collect::<Vec<_>>(), [b"a=1", b"b=2"]);
        assert_eq!(headers.get("x"), Some(&b""[..]));
        assert_eq!(headers.text("SERVER"), Some("x"));
        let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["server", "set-cookie", "set-cookie", "x"]);
        assert_eq!(headers.iter().last().unwrap().1, b"");
        for absent in ["serve", "server:", "", "cookie", "a=1"] {
            assert_eq!(headers.get(absent), None, "{absent}");
        }
    }

    #[test]
    fn a_map_answers_alike() {
        let mut map = HeaderMap::new();
        map.append("set-cookie", "a=1".parse().unwrap());
        map.append("set-cookie", "b=2".parse().unwrap());
        let headers = Headers::Map(map);
        assert_eq!(headers.get_all("set-cookie").collect::<Vec<_>>(), [b"a=1", b"b=2"]);
        assert_eq!(headers.iter().last().unwrap(), ("set-cookie".into(), &b"b=2"[..]));
        assert_eq!(headers.get("server"), None);
    }
}
