//! A backend that answers 200 to everything and does nothing: every request of every task must be
//! counted as failed. A check that lets it pass checks nothing.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::tts_load;

const USERS: usize = 250;
const REQUESTS: [&str; 19] = [
    "GET /",
    "GET /api/credit-balance",
    "GET /api/credit-packages",
    "GET /api/enterprise/status",
    "GET /api/extract/methods",
    "GET /api/health",
    "GET /api/preferences",
    "GET /api/pricing-tiers",
    "GET /api/usage",
    "GET /api/user",
    "GET /api/voices",
    "POST /api/extract-and-synthesize",
    "POST /api/extract/[basic]",
    "POST /api/extract/enhanced",
    "POST /api/extract/preview",
    "POST /api/preferences",
    "POST /api/register",
    "POST /api/register[new]",
    "POST /api/synthesize",
];

#[test]
fn a_backend_that_only_says_200_passes_no_check() {
    let dir = tempfile::tempdir().unwrap();
    write_accounts(dir.path());
    let host = liar();
    let words = format!(
        "--headless -u {USERS} -r {USERS} -t 9s --seed 1 --threads 1 -H http://{host} \
         --accounts a.csv --csv x"
    );
    let ended = tts_load(dir.path(), &words);
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    let mut stats = csv::Reader::from_path(dir.path().join("x_stats.csv")).unwrap();
    let rows: Vec<_> = stats.records().map(Result::unwrap).collect();
    for request in REQUESTS {
        let row = rows.iter().find(|row| format!("{} {}", &row[0], &row[1]) == request);
        let row = row.unwrap_or_else(|| panic!("no {request}: {}", ended.text));
        assert_eq!(row[2], row[3], "some {request} passed: {}", ended.text);
    }
    let login = |row: &&csv::StringRecord| row[1].starts_with("/api/login");
    assert!(rows.iter().filter(login).all(|row| &row[3] == "0"), "{}", ended.text);
}

/// Who is new registers in `on_start`, where no task gives the request its tags, and a failure there is
/// one of signing up: class `critical` of the plan, of which all must succeed.
#[test]
fn an_account_that_a_new_user_does_not_get_is_a_failure_of_signing_up() {
    let dir = tempfile::tempdir().unwrap();
    write_accounts(dir.path());
    let plan = "[scenario.new]\nusers = 5\nspawn-rate = 5\nrun-time = \"3s\"\n\
                classes = [\"TTSReaderUser\"]\ntargets = [\"success == 100% on tag auth\"]\n";
    std::fs::write(dir.path().join("plan.toml"), plan).unwrap();
    let words = format!(
        "--headless --plan plan.toml --scenario new --returning-share 0 --threads 1 -H http://{} \
         --accounts a.csv",
        liar()
    );
    let ended = tts_load(dir.path(), &words);
    assert_eq!(ended.code, Some(99), "{}", ended.text);
    let missed = "target `success == 100% on tag auth` missed: 0.00% over ";
    assert!(ended.text.contains(missed), "{}", ended.text);
}

fn write_accounts(dir: &Path) {
    let accounts: String = (0..USERS).map(|user| format!("user{user},secret\n")).collect();
    std::fs::write(dir.join("a.csv"), format!("username,password\n{accounts}")).unwrap();
}

/// Starts the server; its threads end with the process.
fn liar() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            std::thread::spawn(|| stream.map(converse));
        }
    });
    address
}

/// Answers until the other side hangs up.
fn converse(stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
            let line = head[start..].to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let is_login = head.starts_with("POST /api/login ");
        let answer = if is_login { login(&serde_json::from_slice(&body).ok()?) } else { json!({}) };
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        reader.get_mut().write_all(format!("{head}{answer}").as_bytes()).ok()?;
    }
}

/// The one true answer: without a login no task would begin.
fn login(body: &Value) -> Value {
    let claims = json!({ "sub": body["username"], "exp": 4_000_000_000_u64 }).to_string();
    let token = format!("e30.{}.c2ln", BASE64_URL_SAFE_NO_PAD.encode(claims));
    json!({ "access_token": token, "token_type": "bearer", "refresh_token": token })
}
