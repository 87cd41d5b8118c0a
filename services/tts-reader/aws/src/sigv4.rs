//! Signature Version 4: how AWS knows who asks, and that nobody changed the question on its way.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::Credentials;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Everything but what RFC 3986 calls unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is signed of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    /// As it is sent; ours have nothing to encode.
    pub(crate) path: &'a str,
    /// As [`query`] makes it.
    pub(crate) query: &'a str,
    /// `host` among them; in any case and order.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

/// For which service of which region, and when (`20150830T123600Z`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    pub(crate) time: &'a str,
}

/// A query in the one order and spelling that is signed, and sent.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    let mut pairs: Vec<_> =
        pairs.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    pairs.sort();
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// The value of the `Authorization` header.
pub(crate) fn authorization(who: &Credentials, scope: Scope<'_>, request: Signed<'_>) -> String {
    let Scope { region, service, time } = scope;
    let day = &time[..8];
    let place = format!("{day}/{region}/{service}/aws4_request");
    let (question, names) = canonical(request);
    let text = format!("{ALGORITHM}\n{time}\n{place}\n{}", hex(&Sha256::digest(question)));
    let secret = format!("AWS4{}", who.secret);
    let parts = [day, region, service, "aws4_request"];
    let key = parts.iter().fold(secret.into_bytes(), |key, part| mac(&key, part));
    let signature = hex(&mac(&key, &text));
    let id = &who.key_id;
    format!("{ALGORITHM} Credential={id}/{place}, SignedHeaders={names}, Signature={signature}")
}

/// The request in the one spelling that is signed, and the names of its headers.
fn canonical(request: Signed<'_>) -> (String, String) {
    let one_space = |value: &str| value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), one_space(value)))
        .collect();
    headers.sort();
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names: Vec<_> = headers.into_iter().map(|(name, _)| name).collect();
    let names = names.join(";");
    let Signed { method, path, query, body, .. } = request;
    let body = hex(&Sha256::digest(body));
    (format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{body}"), names)
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Credentials, Scope, Signed, authorization, query};

    const TOKEN: &str = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267";
    const UNRESERVED: &str = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// A request of AWS's own suite: its name, what is special about it, the signature it must have.
    struct Vector {
        name: &'static str,
        method: &'static str,
        query: &'static [(&'static str, &'static str)],
        headers: &'static [(&'static str, &'static str)],
        body: &'static str,
        names: &'static str,
        signature: &'static str,
    }

    const PLAIN: Vector = Vector {
        name: "get-vanilla",
        method: "GET",
        query: &[],
        headers: &[],
        body: "",
        names: "host;x-amz-date",
        signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    };

    const SUITE: [Vector; 9] = [
        PLAIN,
        Vector {
            name: "post-vanilla",
            method: "POST",
            signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
            ..PLAIN
        },
        Vector {
            name: "get-vanilla-query-order-key-case",
            query: &[("Param2", "value2"), ("Param1", "value1")],
            signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ..PLAIN
        },
        Vector {
            name: "get-vanilla-query-unreserved",
            query: &[(UNRESERVED, UNRESERVED)],
            signature: "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
            ..PLAIN
        },
        Vector {
            name: "get-vanilla-utf8-query",
            query: &[("\u{1234}", "bar")],
            signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
            ..PLAIN
        },
        Vector {
            name: "get-header-value-trim",
            headers: &[("My-Header1", " value1"), ("My-Header2", " \"a   b   c\"")],
            names: "host;my-header1;my-header2;x-amz-date",
            signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
            ..PLAIN
        },
        Vector {
            name: "post-header-key-sort",
            method: "POST",
            headers: &[("My-Header1", "value1")],
            names: "host;my-header1;x-amz-date",
            signature: "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c",
            ..PLAIN
        },
        Vector {
            name: "get-vanilla-with-session-token",
            headers: &[("X-Amz-Security-Token", TOKEN)],
            names: "host;x-amz-date;x-amz-security-token",
            signature: "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
            ..PLAIN
        },
        Vector {
            name: "post-x-www-form-urlencoded",
            method: "POST",
            headers: &[("Content-Type", "application/x-www-form-urlencoded")],
            body: "Param1=value1",
            names: "content-type;host;x-amz-date",
            signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
            ..PLAIN
        },
    ];

    #[test]
    fn requests_of_the_published_suite_get_the_published_signatures() {
        let who = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let time = "20150830T123600Z";
        let scope = Scope { region: "us-east-1", service: "service", time };
        for it in SUITE {
            let own = [("Host", "example.amazonaws.com"), ("X-Amz-Date", time)];
            let headers = [&own[..], it.headers].concat();
            let (query, body) = (query(it.query), it.body.as_bytes());
            let request =
                Signed { method: it.method, path: "/", query: &query, headers: &headers, body };
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={}, Signature={}",
                it.names, it.signature
            );
            assert_eq!(authorization(&who, scope, request), expected, "{}", it.name);
        }
    }
}
