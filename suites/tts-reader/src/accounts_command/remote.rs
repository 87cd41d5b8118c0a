//! `--target`: the routes for test accounts of a running service.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tts_reader_accounts::{Batch, Change, Member, NewMembers, Registry, RegistryError, Selection};
use url::Url;

use super::answer::{self, Answer};
use crate::target;

const PATH: &str = "/api/dev/test-accounts";
/// How long the target may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// How long it may take for one request: hundreds of accounts, on a machine under load.
const REQUEST: Duration = Duration::from_mins(2);

/// The test accounts of a running service.
#[derive(Debug)]
pub(crate) struct Remote {
    /// Without a slash at its end.
    base: String,
    client: Client,
    runtime: Runtime,
}

#[derive(serde::Deserialize)]
struct Accounts {
    accounts: Vec<Member>,
}

#[derive(serde::Deserialize)]
struct Changed {
    changed: usize,
}

impl Remote {
    /// Sends nothing yet.
    ///
    /// # Errors
    /// When the system has no means for a client.
    pub(crate) fn new(target: &Url) -> Result<Self, RegistryError> {
        let failed = |error: &dyn std::error::Error| {
            RegistryError::Failed(format!("cannot make an HTTP client: {error}"))
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        let client = client().map_err(|error| failed(&*error))?;
        Ok(Self { base: target.as_str().trim_end_matches('/').to_owned(), client, runtime })
    }

    /// Without a slash at its end.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// # Errors
    /// There is no answer.
    pub(super) fn ask(&self, request: RequestBuilder) -> Result<Answer, RegistryError> {
        self.runtime.block_on(self.send(request))
    }

    fn read<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, RegistryError> {
        self.runtime.block_on(async {
            let answer = self.send(request).await?;
            if answer.status == 404 {
                return Err(self.not_there(&answer).await);
            }
            answer.read(&self.base)
        })
    }

    fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, RegistryError> {
        let body = serde_json::to_vec(body).expect("orders are plain data");
        let request = self.client.post(format!("{}{path}", self.base));
        self.read(request.header("content-type", "application/json").body(body))
    }

    async fn send(&self, request: RequestBuilder) -> Result<Answer, RegistryError> {
        let answer = async { Answer::of(request.send().await?).await };
        answer.await.map_err(|error| answer::broken(&self.base, &error))
    }

    /// What a target is that does not have the routes.
    async fn not_there(&self, answer: &Answer) -> RegistryError {
        let card = self.send(self.client.get(format!("{}/", self.base))).await;
        let card = card.ok().and_then(|card| serde_json::from_slice::<Value>(&card.body).ok());
        let is_reader = card
            .as_ref()
            .and_then(|card| card["service"].as_str())
            .is_some_and(|name| name.starts_with("TTS Reader"));
        RegistryError::Refused(if is_reader {
            format!(
                "the TTS Reader at {} makes no test accounts; start it with `tts-reader serve \
                 --dev` or LOAD_TEST_MODE=true, or use --database",
                self.base
            )
        } else {
            answer::stranger(&self.base, &format!("{PATH} is {} there", answer.status))
        })
    }
}

impl Registry for Remote {
    fn place(&self) -> &str {
        &self.base
    }

    fn is_local(&self) -> bool {
        target::is_this_machine(&self.base)
    }

    fn members(&mut self, batch: &Batch, after: &str) -> Result<Vec<Member>, RegistryError> {
        // Both are letters, digits, _ and -.
        let url = format!("{}{PATH}?batch={batch}&after={after}", self.base);
        Ok(self.read::<Accounts>(self.client.get(url))?.accounts)
    }

    fn create(&mut self, new: &NewMembers) -> Result<Vec<Member>, RegistryError> {
        Ok(self.post::<Accounts>(PATH, new)?.accounts)
    }

    fn change(&mut self, change: &Change, of: &Selection) -> Result<usize, RegistryError> {
        let order = json!({ "change": change, "of": of });
        Ok(self.post::<Changed>(&format!("{PATH}/change"), &order)?.changed)
    }
}

fn client() -> Result<Client, Box<dyn std::error::Error>> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let roots = webpki_roots::TLS_SERVER_ROOTS.to_vec();
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore { roots })
        .with_no_client_auth();
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        // As the load itself: straight to the target.
        .no_proxy()
        // Passwords go to the address that was named and to no other.
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT)
        .timeout(REQUEST)
        .build()?)
}
