//! From the bytes of a page to text, whatever its site says or does not say about the charset.

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, WINDOWS_1252};

/// Browsers look for `<meta charset>` in this many bytes.
const META_WINDOW: usize = 1024;

/// Decodes `body`. The order is the browsers': byte order mark, `Content-Type`, `<meta>`, and
/// without any of them UTF-8 if the bytes are UTF-8, else windows-1252.
pub(crate) fn decode(body: &[u8], content_type: Option<&str>) -> String {
    if let Some((encoding, bom)) = Encoding::for_bom(body) {
        return encoding.decode_without_bom_handling(&body[bom..]).0.into_owned();
    }
    let named = content_type.and_then(charset_parameter).or_else(|| meta_charset(body));
    if named == Some(WINDOWS_1252)
        && let Ok(text) = std::str::from_utf8(body)
    {
        // "ISO-8859-1" is what servers say of every file; real Latin-1 with a letter beyond ASCII
        // is all but never valid UTF-8.
        return text.to_owned();
    }
    let (text, malformed) = named.unwrap_or(UTF_8).decode_without_bom_handling(body);
    if !malformed {
        return text.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(body) {
        // The name was wrong and the bytes say so themselves.
        return text.to_owned();
    }
    if named.is_some_and(|e| e != UTF_8) || mostly_utf8(body) {
        return text.into_owned();
    }
    WINDOWS_1252.decode_without_bom_handling(body).0.into_owned()
}

/// The encoding in `text/html; charset="…"`.
fn charset_parameter(content_type: &str) -> Option<&'static Encoding> {
    content_type
        .split(';')
        .skip(1)
        .filter_map(|p| p.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case("charset"))
        .and_then(|(_, value)| label(value.trim().trim_matches(['"', '\''])))
}

/// The encoding in `<meta charset=…>` or `<meta http-equiv … content="…; charset=…">`.
fn meta_charset(body: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&body[..body.len().min(META_WINDOW)]).to_ascii_lowercase();
    for (at, _) in head.match_indices("<meta") {
        let tag = head[at..].split('>').next().unwrap_or_default();
        let Some((_, value)) = tag.split_once("charset") else { continue };
        let Some(value) = value.trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start().trim_start_matches(['"', '\'']);
        let end = value.find(['"', '\'', ';', ' ', '/', '\t', '\n', '\r']).unwrap_or(value.len());
        if let Some(encoding) = label(&value[..end]) {
            // A tag that could be read byte by byte is not UTF-16, whatever it claims.
            return Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 });
        }
    }
    None
}

fn label(name: &str) -> Option<&'static Encoding> {
    // "replacement" stands for encodings that must not be decoded: treat as unnamed.
    Encoding::for_label(name.as_bytes()).filter(|e| *e != REPLACEMENT)
}

/// Whether the text is UTF-8 with a few broken bytes rather than another encoding.
fn mostly_utf8(body: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in body.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

#[cfg(test)]
mod tests {
    use super::*;

    const LATIN: &[u8] = b"caf\xe9 \x93quoted\x94";

    #[test]
    fn the_named_charset_is_used() {
        assert_eq!(decode(LATIN, Some("text/html; charset=ISO-8859-1")), "café “quoted”");
        assert_eq!(decode(b"\x83e\x83X\x83g", Some("text/html; Charset=\"Shift_JIS\"")), "テスト");
        assert_eq!(decode(b"\xcf\xf0\xe8", Some("text/html;charset=windows-1251")), "При");
    }

    #[test]
    fn a_byte_order_mark_wins() {
        assert_eq!(decode(b"\xef\xbb\xbfcaf\xc3\xa9", Some("text/html; charset=latin1")), "café");
        assert_eq!(decode(b"\xff\xfeh\0i\0", None), "hi");
    }

    #[test]
    fn the_meta_element_is_read() {
        assert_eq!(
            decode(b"<meta charset=windows-1251>\xcf\xf0", None),
            "<meta charset=windows-1251>Пр"
        );
        let old = b"<META http-equiv='Content-Type' content='text/html; charset=koi8-r'>\xf0\xd2";
        assert!(decode(old, Some("text/html")).ends_with("Пр"));
        assert!(decode(b"<meta charset='utf-16'>caf\xc3\xa9", None).ends_with("café"));
    }

    #[test]
    fn without_a_name_the_bytes_decide() {
        assert_eq!(decode("naïve".as_bytes(), None), "naïve");
        assert_eq!(decode(LATIN, None), "café “quoted”");
        assert_eq!(decode(b"", None), "");
    }

    #[test]
    fn a_wrong_name_does_not_spoil_the_text() {
        assert_eq!(decode(LATIN, Some("text/html; charset=utf-8")), "café “quoted”");
        assert_eq!(decode("été".as_bytes(), Some("text/html; charset=us-ascii-nonsense")), "été");
        assert_eq!(decode("été".as_bytes(), Some("text/html; charset=iso-8859-1")), "été");
        // One broken byte in a UTF-8 page stays one broken character.
        let text = decode(b"\xc3\xa9t\xc3\xa9 \xff \xc3\xa0", Some("text/html; charset=utf-8"));
        assert_eq!(text, "été \u{fffd} à");
    }
}
