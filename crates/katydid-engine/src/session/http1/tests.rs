//! The decoder: tables of good and broken answers, and any pieces of any bytes.

use proptest::collection::vec;
use proptest::prelude::*;

use super::broken::Broken;
use super::decoder::{Decoder, MAX_HEAD};
use super::fuzz::{Read, decode, result};
use super::head::Asked;

fn whole(answer: &[u8]) -> Result<Read, Broken> {
    decode(Asked::Body, 1_000, [answer])
}

fn ok(answer: &str) -> Read {
    whole(answer.as_bytes()).unwrap()
}

#[test]
fn the_seeds_of_the_fuzz_target_are_what_their_names_say() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/http1");
    for seed in std::fs::read_dir(folder).unwrap() {
        let seed = seed.unwrap().path();
        let good = seed.file_name().unwrap().to_string_lossy().starts_with("good");
        assert_eq!(super::answer(&std::fs::read(&seed).unwrap()), good, "{}", seed.display());
    }
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[test]
fn bodies_end_where_their_framing_says() {
    for (answer, body, reusable) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "hello", true),
        ("HTTP/1.1 200 OK\ncontent-length: 5\n\nhello", "hello", true),
        ("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "", true),
        ("HTTP/1.1 200 OK\r\ncontent-length: 2, 2\r\ncontent-length: 2\r\n\r\nhi", "hi", true),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end", false),
        ("HTTP/1.1 204 No\r\ncontent-length: 5\r\n\r\n", "", true),
        ("HTTP/1.1 304 No\r\ntransfer-encoding: chunked\r\n\r\n", "", true),
        ("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 103 E\r\nlink: x\r\n\r\nHTTP/1.1 204 N\r\n\r\n", "", true),
        ("HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n", "", false),
        ("HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 2\r\n\r\nhi", "hi", false),
        ("HTTP/1.1 200 OK\r\nconnection: a, CLOSE\r\ncontent-length: 2\r\n\r\nhi", "hi", false),
        ("HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi", "hi", false),
        ("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 2\r\n\r\nhi", "hi", true),
        // One byte too many: the answer stands, the connection does not.
        ("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi!", "hi", false),
        ("HTTP/1.1 204 No\r\n\r\n\n", "", false),
    ] {
        let expected = body.as_bytes().to_vec();
        let got = ok(answer);
        assert_eq!((got.body, got.reusable), (expected, reusable), "{answer:?}");
    }
}

#[test]
fn chunks_are_put_together() {
    for (chunks, body, reusable) in [
        ("0\r\n\r\n", "", true),
        ("5\r\nhello\r\n0\r\n\r\n", "hello", true),
        ("5 ;a=b;c=\"d\"\r\nhello\r\n00\t\r\n\r\n", "hello", true),
        ("0000000000000001\r\na\r\nA\r\n0123456789\r\n0\r\n\r\n", "a0123456789", true),
        ("1\r\na\r\n0\r\nx-sum: 1\r\nother:\r\n\r\n", "a", true),
        ("1\r\na\r\n0\r\n\r\nmore", "a", false),
    ] {
        let got = ok(&format!("{CHUNKED}{chunks}"));
        assert_eq!((got.body, got.reusable), (body.into(), reusable), "{chunks:?}");
    }
    // Chunked goes before a length, and before the end of HTTP/1.0, but ends the connection.
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n",
    ] {
        let got = ok(&format!("{head}3\r\nabc\r\n0\r\n\r\n"));
        assert_eq!((got.body, got.reusable), (b"abc".to_vec(), false), "{head:?}");
    }
}

#[test]
fn head_and_connect_have_no_body() {
    let long = b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n";
    let head = decode(Asked::Head, 10, [&long[..]]).unwrap();
    assert_eq!((head.body.len(), head.reusable), (0, true));
    let tunnel = decode(Asked::Tunnel, 10, [&long[..]]).unwrap();
    assert_eq!((tunnel.body.len(), tunnel.reusable), (0, false));
}

/// Broken answers, each with its reason.
const BROKEN: &[(&str, &str)] = &[
    ("", "closed before an answer came"),
    ("HTTP/1.1 100 Continue\r\n\r\n", "closed before an answer came"),
    ("HTTP/1.1 200 OK\r\ncontent-len", "closed within the answer's head"),
    ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell", "closed within the answer's body"),
    ("\r\nHTTP/1.1 200 OK\r\n\r\n", "the answer begins with an empty line"),
    ("garbage\r\n\r\n", "the answer's head is not HTTP/1: invalid HTTP version"),
    ("HTTP/2.0 200 OK\r\n\r\n", "the answer's head is not HTTP/1: invalid HTTP version"),
    ("HTTP/1.1 2x0 OK\r\n\r\n", "the answer's head is not HTTP/1: invalid response status"),
    ("HTTP/1.1 042 OK\r\n\r\n", "42 is no status"),
    (
        "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n",
        "the answer's head is not HTTP/1: invalid header name",
    ),
    ("HTTP/1.1 200 OK\r\na : b\r\n\r\n", "the answer's head is not HTTP/1: invalid header name"),
    ("HTTP/1.1 200 OK\r\na\0: b\r\n\r\n", "the answer's head is not HTTP/1: invalid header name"),
    ("HTTP/1.1 200 OK\r\na: \0\r\n\r\n", "the answer's head is not HTTP/1: invalid header value"),
    (
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nhi!",
        "two answers in one: content-length says 2 and 3",
    ),
    (
        "HTTP/1.1 200 OK\r\ncontent-length: +2\r\n\r\nhi",
        "content-length is \"+2\", which is no length",
    ),
    ("HTTP/1.1 200 OK\r\ncontent-length:\r\n\r\nhi", "content-length is \"\", which is no length"),
    (
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
        "content-length is \"99999999999999999999\", which is no length",
    ),
    (
        "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
        "transfer-encoding is \"gzip, chunked\", but only `chunked` was allowed",
    ),
    (
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "transfer-encoding is \"chunked, chunked\", but only `chunked` was allowed",
    ),
    (
        "HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n",
        "the body is larger than the limit of 1000 bytes",
    ),
    (
        "HTTP/1.1 200 OK\r\ncontent-length: 18446744073709551615\r\n\r\n",
        "the body is larger than the limit of 1000 bytes",
    ),
];

#[test]
fn every_broken_answer_has_its_reason() {
    for (answer, reason) in BROKEN {
        assert_eq!(whole(answer.as_bytes()).unwrap_err().to_string(), *reason, "{answer:?}");
    }
}

#[test]
fn every_broken_chunk_has_its_reason() {
    for (chunks, reason) in [
        ("", "closed within the answer's body"),
        ("5\r\nhello\r\n0\r\n", "closed within the answer's body"),
        ("\r\n", "broken chunk: its size is no number"),
        ("5\r\nhello\r\nzz\r\nworld", "broken chunk: its size is no number"),
        (";a\r\n", "broken chunk: its size is no number"),
        ("-1\r\n", "broken chunk: its size is no number"),
        ("5 5\r\nhello\r\n", "broken chunk: its size is no number"),
        ("5\nhello\n", "broken chunk: its size is no number"),
        ("00000000000000005\r\n", "broken chunk: its size has more than 16 digits"),
        ("5;a\nhello", "broken chunk: its size line has no end"),
        ("5\rhello", "broken chunk: its size line has no end"),
        ("5\r\nhello!\r\n", "broken chunk: longer than its size"),
        ("5\r\nhello\n0\r\n", "broken chunk: longer than its size"),
        ("0\r\nno trailer\r\n\r\n", "broken chunk: what follows the last one is no trailer"),
        ("0\r\n: x\r\n\r\n", "broken chunk: what follows the last one is no trailer"),
        ("0\r\n\rx", "broken chunk: what follows the last one is no trailer"),
        ("3e9\r\n", "the body is larger than the limit of 1000 bytes"),
        ("ffffffffffffffff\r\n", "the body is larger than the limit of 1000 bytes"),
    ] {
        let answer = format!("{CHUNKED}{chunks}");
        assert_eq!(whole(answer.as_bytes()).unwrap_err().to_string(), reason, "{chunks:?}");
    }
}

/// Feeds `start`, then `more` again and again: the failure, and after how many bytes.
fn endless(start: &str, more: &str) -> (Broken, usize) {
    let mut decoder = Decoder::new(Asked::Body, 1_000);
    let mut fed = start.len();
    assert!(decoder.feed(start.as_bytes()).unwrap().is_none());
    loop {
        match decoder.feed(more.as_bytes()) {
            Ok(done) => assert!(done.is_none()),
            Err(broken) => return (broken, fed),
        }
        fed += more.len();
        assert!(fed < 1 << 20, "no limit");
    }
}

#[test]
fn nothing_of_an_answer_is_endless() {
    let chunk = |more: &str| format!("{CHUNKED}{more}");
    let head = Broken::HeadTooLarge(MAX_HEAD);
    let overhead = Broken::ChunkOverhead(16 << 10);
    for (start, more, broken, most) in [
        ("HTTP/1.1 200 ", "ok ", &head, MAX_HEAD),
        ("HTTP/1.1 200 OK\r\nx: ", "abc", &head, MAX_HEAD),
        ("HTTP/1.1 200 OK\r\n", "x: y\r\n", &Broken::TooManyHeaders(128), 1_000),
        ("HTTP/1.1 1", "00 Go on\r\n\r\nHTTP/1.1 1", &head, MAX_HEAD),
        (&chunk("5;"), "extension;", &overhead, 17 << 10),
        (&chunk("5"), " ", &overhead, 17 << 10),
        (&chunk("1"), ";an-extension-of-more-than-17\r\na\r\n1", &overhead, 70 << 10),
        (&chunk("0\r\n"), "x: y\r\n", &overhead, 40 << 10),
        (&chunk("1"), "\r\na\r\n1", &Broken::TooLarge(1_000), 10_000),
        ("HTTP/1.1 200 OK\r\n\r\n", "abc", &Broken::TooLarge(1_000), 1_100),
    ] {
        let (got, fed) = endless(start, more);
        assert_eq!(got, *broken, "{start:?} {more:?}");
        assert!(fed <= most, "{start:?} {more:?} only after {fed} bytes");
    }
}

/// Parts of answers, good and bad, from which nearly any answer can be put together.
fn part() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.0 404 No\r\n",
        "HTTP/1.1 100 Go\r\n",
        "HTTP/1.1 204 N\r\n",
        "content-length: 5\r\n",
        "content-length: 12\r\n",
        "a: b\r\n",
        "transfer-encoding: chunked\r\n",
        "connection: close\r\n",
        "\r\n",
        "\r\n",
        "\r\n",
        "hello",
        "5\r\nhello\r\n",
        "3;x=y\r\nabc\r\n",
        "0\r\n",
        "0\r\n\r\n",
        "x: trailer\r\n",
        "\n",
        "\r",
        " ",
        "fff\r\n",
    ]);
    prop_oneof![
        8 => words.prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..20),
    ]
}

fn answers() -> impl Strategy<Value = Vec<u8>> {
    let begun = vec(part(), 0..14).prop_map(|parts| {
        let mut answer = b"HTTP/1.1 200 OK\r\n".to_vec();
        answer.extend(parts.concat());
        answer
    });
    let chunked =
        vec(part(), 0..10).prop_map(|parts| [CHUNKED.as_bytes(), &parts.concat()].concat());
    prop_oneof![begun, chunked, vec(part(), 0..14).prop_map(|parts| parts.concat())]
}

/// `bytes` cut at these places.
fn cut<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

proptest! {
    #[test]
    fn any_pieces_give_the_same_answer(
        answer in answers(),
        cuts in vec(any::<prop::sample::Index>(), 0..8),
        limit in prop_oneof![Just(1_000_usize), Just(7)],
        asked in prop::sample::select(vec![Asked::Body, Asked::Head, Asked::Tunnel]),
    ) {
        let expected = result(decode(asked, limit, [&answer[..]]));
        prop_assert_eq!(&expected, &result(decode(asked, limit, cut(&answer, &cuts))));
        prop_assert_eq!(&expected, &result(decode(asked, limit, answer.chunks(1))));
    }

    #[test]
    fn a_written_body_is_read_back(
        body in vec(any::<u8>(), 0..3_000),
        sizes in vec(1_usize..700, 1..20),
        cuts in vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let length = [format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), &body].concat();
        let mut chunked = CHUNKED.as_bytes().to_vec();
        let mut rest = &body[..];
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (chunk, after) = rest.split_at(rest.len().min(*size));
            chunked.extend_from_slice(format!("{:X}\r\n", chunk.len()).as_bytes());
            chunked.extend_from_slice(chunk);
            chunked.extend_from_slice(b"\r\n");
            rest = after;
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        for answer in [length, chunked] {
            let read = decode(Asked::Body, body.len(), cut(&answer, &cuts)).unwrap();
            prop_assert!(read.reusable);
            prop_assert_eq!(&read.body, &body);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_it_panic_or_grow(
        start in answers(),
        more in vec(any::<u8>(), 1..300),
        piece in 1_usize..200,
    ) {
        let mut decoder = Decoder::new(Asked::Body, 5_000);
        let endless = more.iter().copied().cycle();
        let bytes: Vec<u8> = start.into_iter().chain(endless).take(90_000).collect();
        for piece in bytes.chunks(piece) {
            match decoder.feed(piece) {
                Ok(None) => prop_assert!(decoder.memory() <= 2 * (MAX_HEAD + 200)),
                Ok(Some(_)) | Err(_) => return Ok(()),
            }
        }
        prop_assert!(false, "90,000 bytes are no limit");
    }
}
