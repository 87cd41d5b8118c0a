//! What answers tell browsers: headers, other origins, where to go.

use reqwest::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{addressed, routes, service, told};
use crate::{
    accounts::letters,
    app::{Reply, TestApp},
};

#[track_caller]
fn has_the_headers(what: &str, reply: &Reply) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("permissions-policy", "geolocation=(), microphone=(), camera=()"),
    ] {
        assert_eq!(reply.header(name), value, "{what}: {name}");
    }
    let policy = reply.header("content-security-policy");
    assert!(policy.contains("default-src") && policy.contains("object-src 'none'"), "{what}");
    for name in ["location", "set-cookie", "x-powered-by", "server"] {
        assert_eq!(reply.header(name), "", "{what}: {name}");
    }
    // Nothing that was said to one is kept for another.
    assert!(!reply.header("cache-control").is_empty(), "{what}: may be kept by anybody");
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let app = TestApp::with(|settings| settings.max_body_bytes = 2_000).await;
    let user = app.account("PRO", 5).await;
    let mut tried = 0;
    for route in routes::all(&app).await {
        if (&route.method, route.path.as_str()) == (&Method::DELETE, "/api/user") {
            continue;
        }
        for path in [route.with("somebody"), route.with("somebody") + "/"] {
            for token in [None, Some(&user.token)] {
                let request = app.request(route.method.clone(), &path);
                let request = token.iter().fold(request, reqwest::RequestBuilder::bearer_auth);
                let logs_out = path.starts_with("/api/logout") && token.is_some();
                if !logs_out {
                    has_the_headers(&path, &app.ask(request.build().unwrap()).await);
                    tried += 1;
                }
            }
        }
    }
    let preflight = app.request(Method::OPTIONS, "/api/user").header("origin", "https://a.example");
    let preflight = preflight.header("access-control-request-method", "GET");
    let large = json!({ "text_to_speech": "a".repeat(3_000) });
    for (what, status, request) in [
        ("unknown", 404, app.request(Method::GET, "/api/nothing")),
        ("wrong method", 405, app.request(Method::PUT, "/api/user")),
        ("no JSON", 422, app.request(Method::POST, "/api/login").body("{")),
        ("preflight", 200, preflight),
        (
            "too large",
            413,
            app.request(Method::POST, "/api/synthesize").bearer_auth(&user.token).json(&large),
        ),
    ] {
        let reply = app.ask(request.build().unwrap()).await.expect_status(status);
        has_the_headers(what, &reply);
        tried += 1;
    }
    told("answers without the security headers, or that caches may keep", tried, "none");
}

#[tokio::test]
async fn origins_that_are_not_listed_read_nothing() {
    let ours = "https://reader.example";
    let app = TestApp::with(|settings| settings.cors_origins = vec![ours.to_owned()]).await;
    let user = app.account("FREE", 0).await;
    let others = [
        "https://evil.example",
        "http://reader.example",
        "https://reader.example:8443",
        "https://reader.example.evil.example",
        "https://evilreader.example",
        "https://sub.reader.example",
        "https://reader.example@evil.example",
        "https://reader.example/",
        "null",
        "*",
        "",
        "file://",
    ];
    let ask = async |origin: &str, method: Method| {
        let request = app.request(method, "/api/user").header("origin", origin);
        let request = request.header("access-control-request-method", "GET");
        let request = request.header("access-control-request-headers", "authorization");
        app.send(request.bearer_auth(&user.token)).await
    };
    for method in [Method::GET, Method::OPTIONS] {
        for origin in others {
            let reply = ask(origin, method.clone()).await;
            assert_eq!(reply.header("access-control-allow-origin"), "", "{origin}");
            assert_eq!(reply.header("access-control-allow-credentials"), "", "{origin}");
            assert!(reply.header("vary").contains("origin"), "a cache must tell them apart");
        }
        let reply = ask(ours, method).await;
        assert_eq!(reply.header("access-control-allow-origin"), ours);
        assert_eq!(reply.header("access-control-allow-credentials"), "");
    }
    told("pages of origins that are not listed", others.len() * 2, "may not read");
}

#[tokio::test]
async fn nobody_is_sent_elsewhere() {
    let app = service().await;
    let paths = [
        "//evil.example",
        "//evil.example/%2f..",
        "/\\evil.example",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/api/health//evil.example",
        "/api/user/..//evil.example/",
        "/api/verify-email?token=x&next=https://evil.example&redirect=https://evil.example",
        "/api/health?url=https://evil.example&return_url=https://evil.example",
        "/https://evil.example",
        "/.evil.example",
    ];
    let address = app.url.strip_prefix("http://").unwrap();
    for path in paths {
        // As it stands there: clients tidy addresses up.
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head =
            format!("GET {path} HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
        assert!(!(300..400).contains(&status), "{path}: {answer}");
        assert!(!answer.to_lowercase().contains("\r\nlocation:"), "{path}: {answer}");
    }
    told("addresses that would lead elsewhere", paths.len(), "no redirect");
}

#[tokio::test]
async fn a_letter_links_to_us_whatever_host_was_asked_for() {
    let app = service().await;
    addressed(&app, "ann", "ann@example.com", false).await;
    for path in ["/api/password-reset", "/api/resend-verification"] {
        let request = app.request(Method::POST, path).header("host", "evil.example");
        let request = request.header("x-forwarded-host", "evil.example");
        let request = request.header("origin", "https://evil.example");
        app.send(request.json(&json!({ "email": "ann@example.com" }))).await.expect_status(200);
    }
    for letter in letters(&app, 2).await {
        assert!(letter.contains("http://localhost:3000/"), "{letter}");
        assert!(!letter.contains("evil"), "{letter}");
    }
    told("letters ordered under another Host", 2, "link to FRONTEND_URL");
}

#[tokio::test]
async fn a_request_is_what_its_first_line_says() {
    let app = service().await;
    let user = app.account("PRO", 5).await;
    for name in ["x-http-method-override", "x-method-override", "x-http-method"] {
        let request = app.request(Method::POST, "/api/user").header(name, "DELETE");
        app.send(request.bearer_auth(&user.token)).await.expect_status(405);
    }
    for (name, value) in [
        ("x-original-url", "/api/admin/users"),
        ("x-rewrite-url", "/api/admin/users"),
        ("x-forwarded-prefix", "/api/admin"),
    ] {
        let request = app.request(Method::GET, "/api/health").header(name, value);
        let reply = app.send(request).await.expect_status(200);
        assert_eq!(reply.json["status"], "healthy");
    }
    for method in ["TRACE", "CONNECT", "PROPFIND"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let path = if method == Method::CONNECT { continue } else { "/api/user" };
        let request = app.request(method, path).bearer_auth(&user.token);
        let reply = app.ask(request.build().unwrap()).await;
        assert_eq!(reply.status, 405);
        assert!(!reply.json.to_string().contains(&user.token), "a token came back");
    }
    app.get_as(&user, "/api/user").await.expect_status(200);
    told("other methods and addresses by header, TRACE", 8, "405, ignored");
}

#[tokio::test]
async fn another_address_in_a_header_is_no_new_hour() {
    let app = TestApp::with(|settings| {
        settings.dev = false;
        settings.rate_limit_per_hour = 2;
    })
    .await;
    let names = ["x-forwarded-for", "x-real-ip", "forwarded", "cf-connecting-ip", "true-client-ip"];
    let login = json!({ "username": "ann", "password": "wrong" });
    for n in 0..2 + names.len() {
        let request = app.request(Method::POST, "/api/login").json(&login);
        let request = request.header(names[n % names.len()], format!("203.0.113.{n}"));
        let reply = app.send(request).await;
        assert_eq!(reply.status, if n < 2 { 401 } else { 429 });
    }
    told("another address of the client by header", names.len(), "429");
}

#[tokio::test]
async fn addresses_of_the_inside_are_not_read_for_anybody() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 5).await;
    // The same account on a service that is not for tests.
    let app = TestApp::at(app.stop().await, |settings| settings.dev = false).await;
    let urls = [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://017700000001/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[fe80::1]/",
        "http://[fd00::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://localhost:5432/",
        "http://user@127.0.0.1/",
    ];
    for path in ["/api/extract", "/api/extract/preview", "/api/extract-and-synthesize"] {
        for url in urls {
            let reply = app.post_as(&user, path, json!({ "url": url })).await;
            assert_eq!(reply.status, 422, "{path} {url}: {}", reply.json);
        }
        for url in ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "//127.0.0.1/"]
        {
            app.post_as(&user, path, json!({ "url": url })).await.expect_status(422);
        }
    }
    assert_eq!(app.balance(&user).await, 5, "and nothing is charged");
    told("pages of the inside: loopback, private, link-local, other schemes", 57, "422");
}
