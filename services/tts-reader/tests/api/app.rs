//! The test harness: a service of one's own, accounts on it, and stable snapshots.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use reqwest::{Client, Method, header::HeaderMap};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};
use tts_reader::{DatabaseUrl, Secret, ServeError, Settings};

use crate::{contract, database::TestDatabase};

/// Signs the tokens of every test service, so that tests can make wrong ones.
pub(crate) const SECRET: &str = "a secret for tests only";

/// A running service.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) home: Home,
    client: Client,
    /// Dropped or used: the service stops.
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), ServeError>>,
}

/// What outlives a service: its directory and its database.
#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) dir: TempDir,
    database: Arc<TestDatabase>,
}

impl Home {
    pub(crate) fn fresh() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), database: Arc::new(TestDatabase::fresh()) }
    }

    /// Another directory, with the same database where that is not a file in it.
    pub(crate) fn beside(&self, dir: TempDir) -> Self {
        Self { dir, database: Arc::clone(&self.database) }
    }

    pub(crate) fn database(&self) -> String {
        self.database.url(self.dir.path())
    }

    /// The settings of a service for tests.
    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::in_directory(self.dir.path());
        settings.database = DatabaseUrl::parse("test", &self.database()).unwrap();
        settings.dev = true;
        settings.jwt_secret = Some(Secret::new("test", SECRET).unwrap());
        settings.rate_limit_per_hour = 1_000_000;
        settings.shutdown_grace = Duration::from_secs(30);
        settings
    }
}

/// An account on a service, signed in.
#[derive(Debug, Clone)]
pub(crate) struct User {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) token: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
}

impl TestApp {
    /// A service with test-account routes.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// … with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::at(Home::fresh(), change).await
    }

    /// … on files that are there already.
    pub(crate) async fn at(home: Home, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = home.settings();
        change(&mut settings);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let shutdown = async {
            let _ = stopped.await;
        };
        let serving = tokio::spawn(tts_reader::run(listener, settings, shutdown));
        let app = Self { url: format!("http://{address}"), home, client: client(), stop, serving };
        // Answered as soon as the service is up; a start that failed shows here, not later.
        app.client.get(&app.url).send().await.unwrap().error_for_status().unwrap();
        app
    }

    /// Stops the service in order and hands back its files.
    pub(crate) async fn stop(self) -> Home {
        self.stop.send(()).unwrap();
        drop(self.client);
        self.serving.await.unwrap().unwrap();
        self.home
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.dir.path()
    }

    /// A new account, signed in.
    pub(crate) async fn account(&self, tier: &str, credits: i64) -> User {
        let body = json!({ "tier": tier, "credits": credits });
        let made = self.post("/api/dev/accounts", body).await.expect_status(200);
        let text = |name: &str| made.json[name].as_str().unwrap().to_owned();
        let (username, password) = (text("username"), text("password"));
        let token = self.login(&username, &password).await;
        User { username, password, token }
    }

    pub(crate) async fn login(&self, username: &str, password: &str) -> String {
        self.tokens(username, password).await.0
    }

    /// An access and a refresh token.
    pub(crate) async fn tokens(&self, username: &str, password: &str) -> (String, String) {
        let body = json!({ "username": username, "password": password });
        pair(&self.post("/api/login", body).await.expect_status(200))
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn get_as(&self, user: &User, path: &str) -> Reply {
        self.send(self.request(Method::GET, path).bearer_auth(&user.token)).await
    }

    pub(crate) async fn post_as(&self, user: &User, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::POST, path).bearer_auth(&user.token).json(&body)).await
    }

    /// Speaks a text in the default voice.
    pub(crate) async fn synthesize(&self, user: &User, text: &str) -> Reply {
        self.post_as(user, "/api/synthesize", json!({ "text_to_speech": text })).await
    }

    pub(crate) async fn balance(&self, user: &User) -> i64 {
        let reply = self.get_as(user, "/api/credit-balance").await.expect_status(200);
        reply.json["credit_balance"].as_i64().unwrap()
    }

    /// One figure of `/metrics`.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let text = self.client.get(format!("{}/metrics", self.url)).send().await.unwrap();
        let text = text.text().await.unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("{name} ")));
        line.unwrap_or_else(|| panic!("no {name} in\n{text}"))
            .rsplit(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = if path.starts_with("http") { path.to_owned() } else { self.url.clone() + path };
        self.client.request(method, url)
    }

    /// Every answer must be one that the OpenAPI document tells.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Reply {
        let request = request.build().unwrap();
        let (method, url) = (request.method().clone(), request.url().clone());
        let reply = self.ask(request).await;
        if url.as_str().starts_with(&self.url) {
            contract::check(&method, url.path(), &reply);
        }
        reply
    }

    /// As [`TestApp::send`], for requests that no document tells of.
    pub(crate) async fn ask(&self, request: reqwest::Request) -> Reply {
        let response = self.client.execute(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Reply { status, headers, json }
    }
}

impl Reply {
    #[track_caller]
    pub(crate) fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{:#}", self.json);
        self
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The `detail` text of a refusal.
    pub(crate) fn detail(&self) -> &str {
        self.json["detail"].as_str().unwrap_or_else(|| panic!("no text in {:#}", self.json))
    }
}

/// The tokens of an answer.
pub(crate) fn pair(reply: &Reply) -> (String, String) {
    let text = |name: &str| reply.json[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

fn client() -> Client {
    // Once per process; later calls find it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // While a connection comes free a client may have begun another, and would keep both: who counts
    // connections waited for ever then.
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(1)
        .build()
        .unwrap()
}

/// Serves one page on loopback; returns its address.
pub(crate) async fn article_site(html: String) -> String {
    let page = axum::routing::get(move || async move { axum::response::Html(html) });
    let routes = axum::Router::new().route("/article", page);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/article")
}

/// An article of so many sentences, with the clutter of a real page.
pub(crate) fn article(sentences: usize) -> String {
    let body: String = (1..=sentences)
        .map(|n| {
            format!(
                "<p>The river rose by {n} inches in the night, and the old mill stood still.</p>"
            )
        })
        .collect();
    format!(
        "<html><head><title>The mill</title><script>var x = 1;</script></head><body>\
         <nav><a href='/'>Home</a></nav><article><h1>The mill</h1>{body}</article>\
         <footer>Copyright</footer></body></html>"
    )
}

/// Runs a snapshot assertion with everything that varies replaced.
pub(crate) fn stable(assert: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_sort_maps(true);
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    for (pattern, placeholder) in [
        (r"eyJ[\w-]+\.[\w-]+\.[\w-]+", "[jwt]"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[uuid]"),
        (r"\b[0-9a-f]{32}\b", "[password]"),
        (r"loadtest_[0-9a-f]{16}", "[username]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", "[time]"),
        (r"127\.0\.0\.1:\d+", "[host]"),
        (r#""database": "(sqlite|postgresql)""#, r#""database": "[kind]""#),
        (r"expires=\d+&signature=[0-9a-f]{64}", "[signed]"),
        // The engine's business, tested where it lives.
        (r#""(time|duration|duration_seconds)": [\d.]+"#, r#""$1": "[measured]""#),
        (r#""(processing_time|avg_extraction_time)": [\d.e-]+"#, r#""$1": "[seconds]""#),
    ] {
        settings.add_filter(pattern, placeholder);
    }
    settings.bind(assert);
}
