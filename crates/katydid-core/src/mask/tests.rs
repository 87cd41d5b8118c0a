//! What is masked, what is not, and that no text upsets it.

use proptest::prelude::*;

use super::*;

fn text(text: &str) -> String {
    Mask::default().text(text).into_owned()
}

#[test]
fn secrets_with_a_name_are_masked_in_every_format() {
    for (given, masked) in [
        (r#"{"username":"ada","password":"hun\"ter2"}"#, r#"{"username":"ada","password":"***"}"#),
        (r#"{"password" : "a\\", "n":1}"#, r#"{"password" : "***", "n":1}"#),
        (r#"{"accessToken":"abc","token_type":"x"}"#, r#"{"accessToken":"***","token_type":"x"}"#),
        (r#"{"pin":1234,"n":5}"#, r#"{"pin":***,"n":5}"#),
        (r#"{"card":{"number":"4111","x":["}"]},"n":5}"#, r#"{"card":***,"n":5}"#),
        (r#"{"session":null,"token":""}"#, r#"{"session":null,"token":""}"#),
        (r#""{\"password\":\"hunter2\",\"n\":1}""#, r#""{\"password\":\"***\",\"n\":1}""#),
        ("{'api_key': 'abc', 'n': 1}", "{'api_key': '***', 'n': 1}"),
        ("user=ada&password=hunter%262&n=1", "user=ada&password=***&n=1"),
        ("user%5Bpassword%5D=hunter2&n=1", "user%5Bpassword%5D=***&n=1"),
        ("/next?to=%2Fx%3Ftoken%3Dabc%26n%3D1&m=2", "/next?to=%2Fx%3Ftoken%3D***%26n%3D1&m=2"),
        ("q=%7B%22card%22%3A%7B%22no%22%3A%2241%22%7D%7D", "q=%7B%22card%22%3A***%7D"),
        ("GET /x?access_token=abc#top", "GET /x?access_token=***#top"),
        ("https://ada:hunter2@host/x", "https://***@host/x"),
        ("Authorization: Digest user=\"a\"", "Authorization: ***\"a\""),
        ("cookie: sid=a; b=c\r\nx: y", "cookie: ***\r\nx: y"),
        ("token=Bearer abc def", "token=*** def"),
        ("<a><password>hunter2</password></a>", "<a><password>***</password></a>"),
        (
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter2\r\n--b--",
            "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n***\r\n--b--",
        ),
        (
            "<input name=\"csrf_token\" type=hidden value=\"abc\"> token",
            "<input name=\"csrf_token\" type=hidden value=\"***\"> token",
        ),
        ("password: hunter2, and more", "password: *** and more"),
        // Cut in the middle, as beginnings of bodies are.
        (r#"{"password":"hunt"#, r#"{"password":"***"#),
        (r#"{"password":"#, r#"{"password":"#),
        (r#"{"passwo"#, r#"{"passwo"#),
    ] {
        assert_eq!(text(given), masked, "{given}");
        assert_eq!(text(masked), masked, "a second look finds nothing more");
    }
}

#[test]
fn tokens_are_known_by_their_form() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";
    assert_eq!(text(&format!("got {jwt}, sorry")), "got ***, sorry");
    assert_eq!(text(&format!("/reset/{jwt}/x")), "/reset/***/x");
    // Cut before its first dot.
    assert_eq!(text(&jwt[..18]), "***");
    assert_eq!(text("with Bearer 2YotnFZFEjr1zCsi"), "with Bearer ***");
    assert_eq!(text("with basic dXNlcjpwYXNz"), "with basic ***");
}

#[test]
fn sentences_and_other_names_stay() {
    for given in [
        "HTTP 401 Unauthorized",
        "Bearer token is missing",
        "check failed: has a token",
        "the password is wrong",
        "/items/{id}?token={token}",
        r#"{"max_tokens": 100, "credits": 5, "code": "no_money", "keyboard":"x"}"#,
        "www.example.com/a.b.c?page=2&sort=name",
        "http://[::1]:5000/x@y",
        "日本=値&größe=5",
        "%",
        "%zz=%e",
    ] {
        assert!(matches!(Mask::default().text(given), Cow::Borrowed(_)), "{}", text(given));
    }
}

#[test]
fn headers_show_their_scheme_and_the_names_of_cookies() {
    let mask = Mask::new(["X-Tenant"]);
    for (name, given, masked) in [
        ("authorization", "Bearer abc", "Bearer ***"),
        ("Authorization", "abc", "***"),
        ("Proxy-Authorization", "Basic YTpi", "Basic ***"),
        ("Cookie", "sid=abc=; theme=dark", "sid=***; theme=***"),
        ("Cookie", "abc", "***"),
        ("Set-Cookie", "sid=abc; Path=/; HttpOnly", "sid=***; Path=/; HttpOnly"),
        ("X-Api-Key", "abc", "***"),
        ("X-CSRF-Token", "abc", "***"),
        ("x-tenant", "abc", "***"),
        ("location", "/x?token=abc&n=1", "/x?token=***&n=1"),
        ("Sec-WebSocket-Protocol", "chat, news.v2", "chat, news.v2"),
        ("Sec-WebSocket-Protocol", "bearer, abc , x", "bearer, *** , x"),
        ("sec-websocket-protocol", "access_token,abc", "access_token,***"),
        ("sec-websocket-protocol", "0123456789012345678901234567890123456789x, chat", "***, chat"),
        ("content-type", "text/plain", "text/plain"),
        ("x-empty", "", ""),
    ] {
        assert_eq!(mask.header(name, given), masked, "{name}: {given}");
    }
}

#[test]
fn own_names_are_masked_in_any_spelling() {
    let mask = Mask::new(["customer-id", "Straße", ""]);
    assert_eq!(mask.text(r#"{"customerId":"abc","id":"b"}"#), r#"{"customerId":"***","id":"b"}"#);
    assert_eq!(mask.text("CUSTOMER_ID=abc&straße=x"), "CUSTOMER_ID=***&straße=***");
    assert_eq!(text("customer_id=abc"), "customer_id=abc");
}

#[test]
fn rows_named_by_the_suite_keep_their_names() {
    let mask = Mask::default();
    assert_eq!(mask.name("token: refresh"), "token: refresh");
    assert_eq!(mask.name("/items?token=abc"), "/items?token=***");
    assert_eq!(mask.name("http://a:b@h/"), "http://***@h/");
}

#[test]
fn a_token_in_the_place_of_a_placeholder_is_masked_whole() {
    assert_eq!(text("password={id}"), "password={id}");
    for given in ["password={eyJhbGciOiJIUzI1NiJ9}", "password={eyJhbGciOiJIUzI1NiJ9]"] {
        assert_eq!(text(given), "password=***");
    }
}

/// Texts made of what matters to the scan.
fn tricky() -> impl Strategy<Value = String> {
    let parts = [
        "password",
        "token",
        "card",
        "Authorization",
        "cookie",
        "name",
        "Bearer",
        "basic",
        "x",
        "ü",
        "eyJhbGciOiJIUzI1NiJ9",
        ".",
        "\"",
        "'",
        "\\",
        "=",
        ":",
        "://",
        "@",
        "&",
        ";",
        ",",
        "{",
        "}",
        "[",
        "]",
        "<",
        ">",
        "%22",
        "%5C",
        "%3D",
        "%3A",
        "%7B",
        "%7D",
        "%C3",
        "%",
        " ",
        "\r\n",
        "\r\n\r\n",
        "--",
        "value=\"",
        "null",
        "***",
        "日",
        "12",
        "hunter2",
        "name=\"password\"",
        "#",
    ];
    proptest::collection::vec(proptest::sample::select(parts.to_vec()), 0..40)
        .prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_pieces_are_the_text(given in tricky()) {
        let put_together: String = Mask::default().pieces(&given).into_iter().map(|piece| match piece {
            Piece::Plain(text) => text,
            Piece::Secret { value, .. } => value,
        }).collect();
        prop_assert_eq!(put_together, given);
    }

    // That a second look finds nothing more is true of texts that somebody would send (above), and
    // not of every heap of quotes and brackets: there a `***` may close what was open before.
    #[test]
    fn a_masked_text_is_hardly_longer(given in tricky()) {
        prop_assert!(text(&given).len() <= 2 * given.len() + 8);
    }

    #[test]
    fn no_text_upsets_it(given in "\\PC{0,200}", name in "\\PC{0,20}") {
        let mask = Mask::new([&name]);
        let _ = (mask.text(&given), mask.header(&name, &given), mask.header("cookie", &given));
    }

    #[test]
    fn a_password_never_survives(
        secret in "[A-Za-z0-9!$*+,./:@^_~-]{12,30}",
        key in prop::sample::select(vec!["password", "api_key", "refreshToken", "X-Secret"]),
    ) {
        let json = serde_json_like(key, &secret);
        let form = format!("a=b&{key}={secret}&c=d");
        let line = format!("GET /x?{key}={secret} HTTP/1.1");
        for given in [json, form, line] {
            prop_assert!(!text(&given).contains(&secret), "{}", given);
        }
    }
}

fn serde_json_like(key: &str, secret: &str) -> String {
    format!("{{\"a\":1,\"{key}\":\"{secret}\",\"z\":[2]}}")
}
