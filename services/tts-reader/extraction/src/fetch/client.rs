//! The HTTP client: who it trusts, what it does not do by itself, and its errors in our words.

use std::error::Error as StdError;
use std::sync::Arc;

use reqwest::{Client, ClientBuilder, redirect};

use crate::error::ExtractError;
use crate::policy::FetchPolicy;
use crate::resolver::{CheckedResolver, Lookup};

/// A client that connects only to addresses that were checked; names are looked up by `lookup`.
pub(crate) fn client(policy: &FetchPolicy, lookup: Lookup) -> Result<ClientBuilder, ExtractError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| ExtractError::Internal(innermost(&e)))?
        .with_root_certificates(rustls::RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        })
        .with_no_client_auth();
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(CheckedResolver { lookup, allow_loopback: policy.allow_loopback })
        // A proxy would resolve names itself and so undo the check.
        .no_proxy()
        // Redirects are followed by the fetcher, which checks each target.
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(policy.connect_timeout)
        .user_agent(policy.user_agent.clone());
    Ok(builder)
}

/// Turns an error of the HTTP client into one of ours.
pub(crate) fn classify(error: &reqwest::Error) -> ExtractError {
    if let Some(refused) = sources(error).find_map(|e| e.downcast_ref::<ExtractError>()) {
        return refused.clone();
    }
    if error.is_timeout() {
        ExtractError::Timeout
    } else if error.is_connect() {
        ExtractError::Connect(innermost(error))
    } else if error.is_builder() {
        ExtractError::Internal(innermost(error))
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
