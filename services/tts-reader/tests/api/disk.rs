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

    async fn metric(&self, name: &str) -> u64 {
        let text = self.client.get(format!("{}/metrics", self.process.url)).send().await.unwrap();
        let text = text.text().await.unwrap();
        let figure = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        figure.unwrap().parse().unwrap()
    }

    async fn until_metric_is(&self, name: &str, figure: u64) {
        let start = Instant::now();
        while self.metric(name).await != figure {
            assert!(start.elapsed() < Duration::from_secs(20), "{name} is never {figure}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn balance(&self) -> Value {
        self.get("/api/credit-balance").await.1["credit_balance"].clone()
    }

    /// As an account with 100 credits; what it logs in with.
    async fn sign_in(&mut self) -> Value {
        let account =
            json!({ "username": "ann", "password": "secret-1", "tier": "PRO", "credits": 100 });
        assert_eq!(self.post("/api/dev/accounts", &account).await.0, 200);
        let login = json!({ "username": "ann", "password": "secret-1" });
        let signed_in = self.post("/api/login", &login).await.1;
        signed_in["access_token"].as_str().unwrap().clone_into(&mut self.token);
        login
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
    let login = service.sign_in().await;

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
    let token = service.token.clone();
    drop(service);
    // After a restart nothing comes back that was never taken.
    let mut service = Service::on(&home);
    service.token = token;
    assert_eq!(service.balance().await, 99);
}

/// The disk is full while a long text is spoken: neither its audio can be kept, nor the database be told
/// that its credits and its key are free again.
#[tokio::test]
async fn what_a_full_disk_holds_is_free_as_soon_as_there_is_room() {
    let home = Home::fresh();
    let mut service = Service::on(&home);
    service.sign_in().await;
    let long = json!({ "text_to_speech": "The river rose in the night. ".repeat(400) });
    let ask = || {
        let post = service.client.post(format!("{}/api/synthesize", service.process.url));
        service.send(post.header("idempotency-key", "one").json(&long))
    };
    let fill = async {
        service.until_metric_is("tts_reader_speech_running", 1).await;
        service.limit(Some(0));
    };
    let ((refused, _), ()) = tokio::join!(ask(), fill);
    assert_eq!(refused, 507);
    // A database elsewhere has its own disk.
    let waiting = if home.database().starts_with("sqlite") { 2 } else { 0 };
    assert_eq!(service.metric("tts_reader_releases_waiting").await, waiting);

    service.limit(None);
    service.until_metric_is("tts_reader_releases_waiting", 0).await;
    assert_eq!(service.balance().await, 100);
    // The key is nobody's, or this would be answered 409.
    let (status, spoken) = ask().await;
    assert_eq!((status.as_u16(), &spoken["credit_balance"]), (200, &json!(88)));
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
