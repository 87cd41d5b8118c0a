//! A TTS Reader in this process, and somebody who talks to it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// A running service; dropped, it stops.
pub(crate) struct Service {
    pub(crate) url: String,
    data: PathBuf,
    client: reqwest::Client,
    runtime: Runtime,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

/// Somebody who signed up and has spoken, without the mark of a test account.
pub(crate) struct Neighbour {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) credits: i64,
    pub(crate) audio: PathBuf,
}

impl Service {
    /// A service on a port of its own, with or without routes for test accounts.
    pub(crate) fn start(data: &Path, dev: bool) -> Self {
        Self::start_with(data, |settings| {
            settings.dev = dev;
            settings.rate_limit_per_hour = 1_000_000;
        })
    }

    /// A service in development mode, with settings of its own.
    pub(crate) fn start_with(data: &Path, change: impl FnOnce(&mut tts_reader::Settings)) -> Self {
        let mut settings = tts_reader::Settings::in_directory(data);
        settings.dev = true;
        change(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let serving = std::thread::spawn(move || {
            let shutdown = async {
                let _ = stopped.await;
            };
            runtime().block_on(tts_reader::run(listener, settings, shutdown)).unwrap();
        });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let (stop, serving) = (Some(stop), Some(serving));
        let service =
            Self { url, data: data.to_owned(), client, runtime: runtime(), stop, serving };
        // Answered once it is up: the database and its directory are there.
        service.send(service.client.get(format!("{}/api/health", service.url)));
        service
    }

    /// Signs up a person who then speaks.
    pub(crate) fn neighbour(&self, username: &str) -> Neighbour {
        let (username, password) = (username.to_owned(), "Neighbour-1".to_owned());
        let user = self.register(&username, &password);
        let token = self.login(&username, &password).unwrap();
        self.post("/api/dev/credits", Some(&token), &json!({ "credits": 9 }));
        self.speak(&username, &password);
        let audio = self.data.join("users").join(user["user_id"].as_str().unwrap());
        assert!(audio.exists());
        Neighbour { username, password, credits: 8, audio }
    }

    /// Signs somebody up.
    pub(crate) fn register(&self, username: &str, password: &str) -> Value {
        let email = format!("{username}@example.org");
        let body = json!({ "username": username, "email": email, "password": password });
        let (status, user) = self.post("/api/register", None, &body);
        assert_eq!(status, 200, "{user}");
        user
    }

    /// A token, if that is the password of that account.
    pub(crate) fn login(&self, username: &str, password: &str) -> Option<String> {
        let body = json!({ "username": username, "password": password });
        let (status, login) = self.post("/api/login", None, &body);
        (status == 200).then(|| login["access_token"].as_str().unwrap().to_owned())
    }

    pub(crate) fn balance(&self, username: &str, password: &str) -> i64 {
        let token = self.login(username, password).unwrap();
        let url = format!("{}/api/credit-balance", self.url);
        let (_, balance) = self.send(self.client.get(url).bearer_auth(token));
        balance["credit_balance"].as_i64().unwrap()
    }

    /// How many accounts there are.
    pub(crate) fn users(&self) -> u64 {
        let (_, stats) = self.send(self.client.get(format!("{}/api/platform-stats", self.url)));
        stats["total_users"].as_u64().unwrap()
    }

    pub(crate) fn speak(&self, username: &str, password: &str) {
        let token = self.login(username, password).unwrap();
        let body = json!({ "text_to_speech": "Good morning." });
        let (status, answer) = self.post("/api/synthesize", Some(&token), &body);
        assert_eq!(status, 200, "{answer}");
    }

    fn post(&self, path: &str, token: Option<&str>, body: &Value) -> (u16, Value) {
        let request = self.client.post(format!("{}{path}", self.url));
        let request = request.header("content-type", "application/json").body(body.to_string());
        self.send(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        self.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
        })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Connections that are kept open would hold up its end.
        self.client = reqwest::Client::new();
        drop(self.stop.take());
        let ended = self.serving.take().map(JoinHandle::join);
        assert!(std::thread::panicking() || ended.is_none_or(|ended| ended.is_ok()));
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}
