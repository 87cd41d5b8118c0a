//! Gets the bytes of a page within the limits of a [`FetchPolicy`].

use std::error::Error as StdError;
use std::sync::Arc;

use reqwest::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use reqwest::{Client, Response, redirect};
use url::Url;

use crate::error::ExtractError;
use crate::page::ContentKind;
use crate::policy::FetchPolicy;
use crate::resolver::{CheckedResolver, Lookup};
use crate::target;

const ACCEPTED: &str = "text/html, application/xhtml+xml, text/plain;q=0.8, */*;q=0.1";

/// A page as it came from the site.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) body: Vec<u8>,
    pub(crate) content_type: Option<String>,
    /// The URL of the last hop.
    pub(crate) url: String,
}

/// The HTTP client with its policy.
pub(crate) struct Fetcher {
    client: Client,
    policy: FetchPolicy,
}

impl Fetcher {
    /// Builds the client; names are looked up by `lookup` and checked.
    pub(crate) fn new(policy: FetchPolicy, lookup: Lookup) -> Result<Self, ExtractError> {
        let internal = |e: &(dyn StdError + 'static)| ExtractError::Internal(innermost(e));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| internal(&e))?
            .with_root_certificates(rustls::RootCertStore {
                roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            })
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(CheckedResolver { lookup, allow_loopback: policy.allow_loopback })
            // A proxy would resolve names itself and so undo the check.
            .no_proxy()
            // Redirects are followed in `follow`, where each target is checked.
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(policy.connect_timeout)
            .user_agent(policy.user_agent.clone())
            .build()
            .map_err(|e| internal(&e))?;
        Ok(Self { client, policy })
    }

    /// Fetches `url`, following redirects.
    pub(crate) async fn fetch(&self, url: &str) -> Result<Fetched, ExtractError> {
        let url = target::parse(url, self.policy.allow_loopback)?;
        let whole = self.follow(url);
        tokio::time::timeout(self.policy.timeout, whole).await.map_err(|_| ExtractError::Timeout)?
    }

    async fn follow(&self, mut url: Url) -> Result<Fetched, ExtractError> {
        for _ in 0..=self.policy.max_redirects {
            let request = self.client.get(url.clone()).header(ACCEPT, ACCEPTED);
            let response = request.send().await.map_err(|e| classify(&e))?;
            match redirect_target(&response, &url)? {
                None => return self.read(response).await,
                Some(next) => {
                    target::check(&next, self.policy.allow_loopback)?;
                    url = next;
                }
            }
        }
        Err(ExtractError::TooManyRedirects { limit: self.policy.max_redirects })
    }

    async fn read(&self, mut response: Response) -> Result<Fetched, ExtractError> {
        let status = response.status();
        if !status.is_success() {
            return Err(ExtractError::HttpStatus(status.as_u16()));
        }
        let content_type = header(&response, CONTENT_TYPE.as_str());
        // Judged before the body is read: nobody waits for 5 MiB of video to be told no.
        ContentKind::of_header(content_type.as_deref())?;
        // gzip and br are undone by the client, which then drops the header.
        if let Some(coding) = header(&response, CONTENT_ENCODING.as_str())
            && !coding.eq_ignore_ascii_case("identity")
        {
            let what = format!("A page in the unknown encoding {coding:?}");
            return Err(ExtractError::UnsupportedContent { what });
        }
        let limit = self.policy.max_body_bytes;
        let announced = response.content_length().unwrap_or(0);
        if announced > limit as u64 {
            return Err(ExtractError::TooLarge { limit });
        }
        let mut body = Vec::with_capacity(announced as usize);
        while let Some(chunk) = response.chunk().await.map_err(|e| classify(&e))? {
            if body.len() + chunk.len() > limit {
                return Err(ExtractError::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Fetched { body, content_type, url: response.url().to_string() })
    }
}

/// Where a 3xx answer points to; `None` when the answer is the page (or an error).
fn redirect_target(response: &Response, base: &Url) -> Result<Option<Url>, ExtractError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION) else { return Ok(None) };
    let broken = || ExtractError::Transfer("it redirects to something that is no URL".into());
    // Sites do send raw UTF-8 here; `to_str` would take ASCII only.
    let text = std::str::from_utf8(location.as_bytes()).map_err(|_| broken())?;
    base.join(text).map(Some).map_err(|_| broken())
}

fn header(response: &Response, name: &str) -> Option<String> {
    let value = response.headers().get(name)?;
    Some(String::from_utf8_lossy(value.as_bytes()).trim().to_owned())
}

/// Turns an error of the HTTP client into one of ours.
fn classify(error: &reqwest::Error) -> ExtractError {
    if let Some(refused) = sources(error).find_map(|e| e.downcast_ref::<ExtractError>()) {
        return refused.clone();
    }
    if error.is_timeout() {
        ExtractError::Timeout
    } else if error.is_connect() {
        ExtractError::Connect(innermost(error))
    } else {
        ExtractError::Transfer(innermost(error))
    }
}

/// The cause at the bottom: the outer texts repeat the URL and say little.
fn innermost(error: &(dyn StdError + 'static)) -> String {
    sources(error).last().unwrap_or(error).to_string()
}

fn sources<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |e: &&'a (dyn StdError + 'static)| (*e).source())
}
