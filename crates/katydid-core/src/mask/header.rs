//! Headers: their names say more than those in a text.

use super::{Piece, names, scan};

/// The longest name of a subprotocol that is not taken for a token.
const LONGEST_PROTOCOL: usize = 40;

/// The value of the header `name` taken apart.
pub(super) fn pieces<'a>(name: &'a str, value: &'a str, own: &[String]) -> Vec<Piece<'a>> {
    match names::plain(name).as_str() {
        "authorization" | "proxyauthorization" => with_scheme(value),
        "cookie" => value.split_inclusive(';').flat_map(pair).collect(),
        "setcookie" => match value.find(';') {
            Some(end) => {
                let (first, attributes) = value.split_at(end);
                let mut pieces: Vec<_> = pair(first).collect();
                pieces.push(Piece::Plain(attributes));
                pieces
            }
            None => pair(value).collect(),
        },
        "secwebsocketprotocol" => subprotocols(value, own),
        _ if names::is_secret(name, own) => vec![Piece::Secret { name, value }],
        _ => scan::pieces(value, own),
    }
}

/// `Bearer …`: the scheme may be seen.
fn with_scheme(value: &str) -> Vec<Piece<'_>> {
    let name = "authorization";
    match value.split_once(' ') {
        Some((scheme, rest)) if !rest.is_empty() => {
            let (shown, value) = value.split_at(scheme.len() + 1);
            vec![Piece::Plain(shown), Piece::Secret { name, value }]
        }
        _ => vec![Piece::Secret { name, value }],
    }
}

/// Names in a list. A browser can send a token with a WebSocket nowhere but here, behind a name that
/// says so or in its place.
fn subprotocols<'a>(value: &'a str, own: &[String]) -> Vec<Piece<'a>> {
    let (mut pieces, mut before) = (Vec::new(), "");
    for item in value.split_inclusive(',') {
        let text = item.trim_end_matches(',').trim();
        let token = names::is_secret(before, own) || text.len() > LONGEST_PROTOCOL;
        if token && !text.is_empty() {
            let from = item.len() - item.trim_start().len();
            let until = from + text.len();
            let name = "subprotocol";
            pieces.push(Piece::Plain(&item[..from]));
            pieces.push(Piece::Secret { name, value: &item[from..until] });
            pieces.push(Piece::Plain(&item[until..]));
        } else {
            pieces.extend(scan::pieces(item, own));
        }
        before = text;
    }
    pieces.retain(|piece| !matches!(piece, Piece::Plain("")));
    pieces
}

/// One cookie: its name may be seen. A value that stands alone may not.
fn pair(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let (pair, end) = match text.strip_suffix(';') {
        Some(pair) => (pair, ";"),
        None => (text, ""),
    };
    let at = pair.find('=').map_or(pair.len() - pair.trim_start().len(), |at| at + 1);
    let (shown, value) = pair.split_at(at);
    let name = shown.trim_end_matches('=').trim();
    let name = if name.is_empty() { "cookie" } else { name };
    [Piece::Plain(shown), Piece::Secret { name, value }, Piece::Plain(end)]
        .into_iter()
        .filter(|piece| !matches!(piece, Piece::Plain("") | Piece::Secret { value: "", .. }))
}
