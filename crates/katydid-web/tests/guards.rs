//! The attack list: what strangers, other pages and those who guess may not do.

mod client;
mod made_up;

use client::{Answer, Site, Stream};
use katydid_web::{Account, Login, Role, Server, ServerSettings, Token, hash_password};

const SWARM: &str = "user_count=5&spawn_rate=1";

/// A server with two accounts and two tokens.
fn guarded() -> Site {
    let account = |name: &str, role: &str, password: &str| -> Account {
        let hash = hash_password(password).expect("random numbers");
        format!("{name}:{role}:{hash}").parse().expect("an account")
    };
    let token = |role, text| Token::new(role, text).expect("a long token");
    Site::with(ServerSettings {
        accounts: vec![
            account("ada", "operator", "wren and robin"),
            account("vic", "viewer", "only to look"),
        ],
        tokens: vec![
            token(Role::Operator, "operate-0123456789abcdef"),
            token(Role::Viewer, "looking-0123456789abcdef"),
        ],
        ..ServerSettings::default()
    })
}

fn log_in(site: &Site, name: &str, password: &str) -> Answer {
    let password = password.replace(' ', "+");
    site.form("/login", &format!("username={name}&password={password}"))
}

fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").expect("a cookie");
    set.split(';').next().expect("its pair").to_owned()
}

#[test]
fn a_page_of_another_origin_can_start_and_stop_nothing() {
    let site = Site::open();
    let own = format!("http://{}", site.address);
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let foreign = [
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1:1"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ];
    for header in foreign {
        for path in ["/swarm", "/stop", "/stats/reset", "/user", "/api/v1/run", "/api/v1/change"] {
            let answer = site.send("POST", path, &[form, header], SWARM.as_bytes());
            assert_eq!(answer.status, 403, "{path} {header:?}");
            assert!(answer.error().contains("another origin"), "{}", answer.error());
        }
    }
    assert!(site.conductor.orders().is_empty());
    // A program says nothing of an origin, the own page says its own.
    let own = [form, ("Origin", own.as_str()), ("Sec-Fetch-Site", "same-origin")];
    assert_eq!(site.send("POST", "/swarm", &own, SWARM.as_bytes()).json()["success"], true);
    assert_eq!(site.conductor.orders().len(), 1);
}

#[test]
fn a_form_is_no_command_of_our_api() {
    let site = Site::open();
    for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"] {
        let answer = site.send("POST", "/api/v1/run", &[("Content-Type", kind)], b"{}");
        assert_eq!(answer.status, 415, "{kind}");
    }
}

#[test]
fn a_name_that_was_pointed_here_is_refused() {
    let site = Site::open();
    for host in ["evil.example", "evil.example:8089", "127.0.0.1.evil.example", "10.0.0.1", ""] {
        for path in ["/", "/stats/requests", "/api/v1/state", "/assets/login.html"] {
            let answer = site.get_with(path, &[("Host", host)]);
            assert_eq!(answer.status, 421, "{host} {path}");
            assert!(!answer.text().contains("evil"), "{}", answer.text());
        }
    }
    let twice =
        site.get_with("/stats/requests", &[("Host", "localhost"), ("Host", "evil.example")]);
    assert_ne!(twice.status, 200);
    for host in ["localhost:1", "127.0.0.1", "[::1]"] {
        assert_eq!(site.get_with("/stats/requests", &[("Host", host)]).status, 200, "{host}");
    }
    let named = Site::with(ServerSettings {
        names: vec!["load.example".to_owned()],
        ..ServerSettings::default()
    });
    assert_eq!(named.get_with("/worker-count", &[("Host", "load.example")]).status, 200);
}

#[test]
fn nothing_is_allowed_to_pages_of_others_by_headers() {
    let site = Site::open();
    for path in ["/stats/requests", "/api/v1/state", "/login", "/nothing-here", "/swarm"] {
        let answer = site.get_with(path, &[("Origin", "http://evil.example")]);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }
}

#[test]
fn elsewhere_a_login_is_wanted_and_a_password_made_up() {
    let open = ServerSettings { host: "0.0.0.0".to_owned(), port: 0, ..ServerSettings::default() };
    let server = Server::bind(open).expect("a free port");
    let password = server.made_up_password().expect("one was made up");
    assert!(password.len() >= 32, "{password}");
    assert_eq!(server.notes().len(), 1);
    // Here the same, on this machine alone.
    let site = Site::with(ServerSettings { login: Login::Always, ..ServerSettings::default() });
    let password = site.password.clone().expect("one was made up");
    assert_eq!(site.get("/stats/requests").status, 401);
    assert_eq!(log_in(&site, "operator", "guessed").status, 401);
    let welcome = log_in(&site, "", &password);
    assert_eq!((welcome.status, welcome.header("location")), (303, Some("/")));
    let session = cookie(&welcome);
    assert_eq!(site.get_with("/stats/requests", &[("Cookie", &session)]).status, 200);
    let bearer = format!("Bearer {password}");
    assert_eq!(site.get_with("/stats/requests", &[("Authorization", &bearer)]).status, 200);
}

#[test]
fn without_a_login_nothing_is_shown_but_the_login() {
    let site = guarded();
    let secret = ["/", "/stats/requests", "/stats/report", "/logs", "/api/v1/state", "/exceptions"];
    for path in secret.into_iter().chain(["/api/v1/events", "/api/v1/openapi.json", "/nothing"]) {
        assert_eq!(site.get(path).status, 401, "{path}");
        let person = site.get_with(path, &[("Accept", "text/html,*/*")]);
        assert_eq!((person.status, person.header("location")), (303, Some("/login")), "{path}");
    }
    assert_eq!(site.form("/swarm", SWARM).status, 401);
    assert_eq!(site.post("/api/v1/run", "{}").status, 401);
    assert_eq!(site.get("/login").status, 200);
    assert!(site.conductor.orders().is_empty());
}

#[test]
fn a_session_is_kept_from_scripts_and_other_sites_and_ends() {
    let site = guarded();
    let welcome = log_in(&site, "ada", "wren and robin");
    let set = welcome.header("set-cookie").expect("a cookie");
    assert!(set.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{set}");
    let session = cookie(&welcome);
    let with = [("Cookie", session.as_str())];
    assert_eq!(site.get_with("/api/v1/suite", &with).json()["visitor"], "ada");
    assert_eq!(site.send("POST", "/logout", &with, b"").status, 303);
    assert_eq!(site.get_with("/api/v1/suite", &with).status, 401);
    let (name, _) = session.split_once('=').expect("a pair");
    let guess = format!("{name}=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_eq!(site.get_with("/api/v1/suite", &[("Cookie", &guess)]).status, 401);
}

#[test]
fn a_viewer_looks_and_changes_nothing() {
    let site = guarded();
    let session = cookie(&log_in(&site, "vic", "only to look"));
    let ways = [("Cookie", session.as_str()), ("Authorization", "Bearer looking-0123456789abcdef")];
    for way in ways {
        assert_eq!(site.get_with("/stats/requests", &[way]).status, 200);
        assert_eq!(site.get_with("/api/v1/suite", &[way]).json()["role"], "viewer");
        for path in ["/swarm", "/stop", "/stats/reset", "/user", "/api/v1/run", "/api/v1/look"] {
            let answer = site.send("POST", path, &[way], b"");
            assert_eq!(answer.status, 403, "{path}");
            assert!(answer.error().contains("viewer"), "{}", answer.error());
        }
    }
    let operator = ("Authorization", "Bearer operate-0123456789abcdef");
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    let answer = site.send("POST", "/swarm", &[operator, form], SWARM.as_bytes());
    assert_eq!(answer.json()["success"], true);
    for wrong in ["Bearer operate-0123456789abcdee", "Bearer", "Basic b3BlcmF0ZQ==", "Bearer "] {
        assert_eq!(site.get_with("/logs", &[("Authorization", wrong)]).status, 401, "{wrong}");
    }
}

#[test]
fn guessing_becomes_slow() {
    let site = guarded();
    let statuses: Vec<u16> =
        (0..7).map(|number| log_in(&site, "ada", &format!("guess{number}")).status).collect();
    assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 429]);
    // Not even the right one is looked at now.
    let answer = log_in(&site, "ada", "wren and robin");
    assert_eq!(answer.status, 429);
    assert!(answer.header("retry-after").is_some_and(|wait| wait == "1" || wait == "2"));
    assert!(!answer.text().contains("wren"));
}

#[test]
fn names_of_runs_and_files_do_not_lead_out_of_their_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = folder.path().join("runs");
    std::fs::create_dir_all(runs.join("one")).expect("a folder");
    std::fs::write(folder.path().join("secret.txt"), "hush").expect("a file");
    std::fs::write(runs.join("one").join("run.ktd"), "no run").expect("a file");
    let site = Site::over(&runs);
    site.conductor.begin(&made_up::Wish::default());
    let names = [
        "..%2fsecret.txt",
        "..%2f..%2fsecret.txt",
        "%2e%2e%2fsecret.txt",
        "..",
        "%2e%2e",
        "%2fetc%2fpasswd",
        "..%5csecret.txt",
        "secret.txt%00",
        "one%2f..%2f..%2fsecret.txt",
    ];
    for name in names {
        for path in [
            format!("/api/v1/files/{name}"),
            format!("/api/v1/runs/{name}"),
            format!("/api/v1/runs/{name}/report"),
            format!("/api/v1/runs/{name}/files/run.ktd"),
            format!("/api/v1/compare?base={name}&with={name}"),
            format!("/assets/{name}"),
        ] {
            let answer = site.get(&path);
            assert!(matches!(answer.status, 400 | 404 | 422), "{path}: {}", answer.status);
            assert!(!answer.text().contains("hush"), "{path}");
        }
    }
    // What lies there and is no run is told as such.
    assert!(site.get("/api/v1/runs/one").error().starts_with("422 unreadable: one cannot be read"));
}

#[test]
fn large_and_broken_requests_are_refused() {
    let site = Site::open();
    let large = vec![b'a'; 10 << 20];
    let answer = site.send("POST", "/swarm", &[], &large);
    assert_eq!(answer.status, 413);
    let just = format!("user_count=5&spawn_rate=1&host={}", "h".repeat(64 << 10));
    assert_eq!(site.form("/swarm", &just).status, 413);
    let deep = "[".repeat(10_000);
    assert_eq!(site.post("/api/v1/run", &deep).status, 400);
    let long = format!("/{}", "a".repeat(100 << 10));
    assert!(matches!(site.get(&long).status, 414 | 431));
    assert!(site.conductor.orders().is_empty());
    assert_eq!(site.get("/worker-count").status, 200);
}

#[test]
fn scripts_in_names_stay_texts() {
    let site = Site::open();
    let script = "http://x/<script>alert(1)</script>";
    let form = format!("user_count=5&spawn_rate=1&host={script}");
    let answer = site.form("/swarm", &form);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json()["host"], "http://x/scriptalert(1)/script");
    site.conductor.say("<img src=x onerror=alert(1)>");
    assert_eq!(site.get("/logs").header("content-type"), Some("application/json"));
    // In a report they are escaped, and the report is of no origin.
    let answer = site.post("/api/v1/change", r#"{"change":"mark","text":"<b>now</b>"}"#);
    assert_eq!(answer.status, 202);
    site.conductor.seconds(3);
    let report = site.get("/stats/report");
    assert!(!report.text().contains("<b>now"));
    let policy = report.header("content-security-policy").expect("a policy");
    assert!(policy.starts_with("sandbox allow-scripts"), "{policy}");
    // The name of a file is one.
    let download = site.get("/stats/requests/csv");
    let name = download.header("content-disposition").expect("a name");
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name = name.strip_prefix("attachment;filename=").expect("a file to keep");
    assert!(name.chars().all(plain), "{name}");
}

#[test]
fn a_flood_of_streams_is_bounded_and_harms_nobody() {
    let site = Site::open();
    site.conductor.begin(&made_up::Wish::default());
    // Half of them never read.
    let opened = |count: usize| -> Vec<Stream> {
        let mut streams: Vec<Stream> = (0..count).map(|_| Stream::open(&site, &[])).collect();
        streams.iter_mut().for_each(Stream::begin);
        streams
    };
    let mut streams = opened(200);
    for stream in streams.iter_mut().step_by(2) {
        stream.next_of("snapshot");
    }
    let more = opened(60);
    let refused = site.get("/api/v1/events");
    assert_eq!(refused.error(), "503 too-many: too many streams are open; close some pages");
    site.conductor.seconds(30);
    for stream in streams.iter_mut().step_by(2) {
        // Whoever reads again has the newest and not each.
        while stream.next_of("snapshot").data["elapsed"] != 30.0 {}
    }
    assert_eq!(site.get("/stats/requests").json()["state"], "running");
    drop((streams, more));
}

#[test]
fn a_taken_port_is_told_with_its_number() {
    let site = Site::open();
    let port = site.address.port();
    let again = Server::bind(ServerSettings { port, ..ServerSettings::default() });
    let fault = again.expect_err("it is taken").to_string();
    assert_eq!(fault, format!("port {port} of 127.0.0.1 is taken by another program"));
}
