//! A full disk. The test's is a limit on the size of files, which the service may not exceed and
//! which the test lifts again: to the service it looks the same, and it needs no rights.
#![cfg(target_os = "linux")]

use std::{
    process::Command,
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode};
use rlimit::{Resource, prlimit};
use serde_json::{Value, json};

use crate::{app::Home, process::Killable};

/// A service whose files can be kept from growing.
struct Service {
    process: Killable,
    client: Client,
    token: String,
}

impl Service {
    fn on(home: &Home) -> Self {
        // The signal for a file that is too large would end it; a full disk sends none.
        let mut command = Command::new("sh");
        let serve = "trap '' XFSZ; exec \"$0\" serve --dev --bind 127.0.0.1:0 --data \"$1\"";
        command.args(["-c", serve, env!("CARGO_BIN_EXE_tts-reader")]).arg(home.dir.path());
        let process = Killable::start(command, home, &[]);
        Self { process, client: Client::new(), token: String::new() }
    }

    /// The largest file that may be written.
    fn limit(&self, bytes: Option<u64>) {
        let pid = self.process.child.id().cast_signed();
        let (mut soft, mut hard) = (0, 0);
        prlimit(pid, Resource::FSIZE, None, Some((&mut soft, &mut hard))).unwrap();
        prlimit(pid, Resource::FSIZE, Some((bytes.unwrap_or(hard), hard)), None).unwrap();
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (StatusCode, Value) {
        let reply = request.bearer_auth(&self.token).send().await.unwrap();
        let (status, retry) = (reply.status(), reply.headers().get("retry-after").cloned());
        assert_eq!(status == 507, retry.is_some_and(|it| it == "30"), "{status}");
        (status, serde_json::from_str(&reply.text().await.unwrap()).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.send(self.client.get(format!("{}{path}", self.process.url))).await
    }

    async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.send(self.client.post(format!("{}{path}", self.process.url)).json(body)).await
    }

    async fn balance(&self) -> Value {
        self.get("/api/credit-balance").await.1["credit_balance"].clone()
    }

    async fn until_health_is(&self, status: u16) {
        let start = Instant::now();
        while self.get("/api/health").await.0 != status {
            assert!(start.elapsed() < Duration::from_secs(20), "health is never {status}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn a_full_disk_is_answered_507_and_costs_nothing() {
    let home = Home::fresh();
    let mut service = Service::on(&home);
    let account =
        json!({ "username": "ann", "password": "secret-1", "tier": "PRO", "credits": 100 });
    assert_eq!(service.post("/api/dev/accounts", &account).await.0, 200);
    let login = json!({ "username": "ann", "password": "secret-1" });
    let signed_in = service.post("/api/login", &login).await.1;
    service.token = signed_in["access_token"].as_str().unwrap().to_owned();

    // No room for long audio: it is spoken, cannot be kept, and is not paid.
    service.limit(Some(2 << 20));
    let long = json!({ "text_to_speech": "The river rose in the night. ".repeat(700) });
    let told = "There is no room to store this now; try again later";
    assert_eq!(
        service.post("/api/synthesize", &long).await,
        (status(507), json!({"detail": told}))
    );
    assert_eq!(service.balance().await, 100);
    assert_eq!(files(&home).0, 0, "nothing is left behind, no half of a file either");

    // No room for anything. A database elsewhere has its own disk.
    service.limit(Some(0));
    let short = json!({ "text_to_speech": "Hello." });
    assert_eq!(service.post("/api/synthesize", &short).await.0, 507);
    let sqlite = home.database().starts_with("sqlite");
    let elsewhere = if sqlite { 507 } else { 200 };
    let bob = json!({ "username": "bob", "password": "secret-1", "email": "bob@example.com" });
    assert_eq!(service.post("/api/register", &bob).await.0, elsewhere);
    assert_eq!(service.post("/api/login", &login).await.0, elsewhere);
    // What only reads goes on.
    assert_eq!(service.get("/api/user").await.0, 200);
    assert_eq!(service.balance().await, 100);
    service.until_health_is(503).await;

    // And then there is room again.
    service.limit(None);
    service.until_health_is(200).await;
    assert_eq!(service.post("/api/register", &bob).await.0, if sqlite { 200 } else { 400 });
    let (status, spoken) = service.post("/api/synthesize", &short).await;
    assert_eq!((status.as_u16(), &spoken["credit_balance"]), (200, &json!(99)));
    assert_eq!(files(&home).1, 1);
    drop(service);
    // After a restart nothing comes back that was never taken.
    let mut service = Service::on(&home);
    service.token = signed_in["access_token"].as_str().unwrap().to_owned();
    assert_eq!(service.balance().await, 99);
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}

/// What lies below the directories of accounts, with and without what is not finished audio.
fn files(home: &Home) -> (usize, usize) {
    let users = std::fs::read_dir(home.dir.path().join("users")).unwrap();
    let audio = users.filter_map(|user| std::fs::read_dir(user.unwrap().path().join("audio")).ok());
    let paths: Vec<_> = audio.flatten().map(|file| file.unwrap().path()).collect();
    let is_audio = |path: &&std::path::PathBuf| path.extension().is_some_and(|kind| kind == "mp3");
    (paths.len(), paths.iter().filter(is_audio).count())
}
