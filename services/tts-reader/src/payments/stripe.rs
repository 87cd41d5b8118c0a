//! Stripe's API over HTTPS: the few calls that are needed, each within bounds.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use reqwest::{
    Client, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    redirect,
};
use serde_json::Value;
use tokio::{sync::Semaphore, time::timeout};
use url::form_urlencoded::Serializer;

use super::{Events, Goods, Order, PayError};
use crate::{
    breaker::{Breaker, Condition},
    domain::price_of,
    settings,
};

/// What one try may take, and a call with all its tries.
const TRY_TIMEOUT: Duration = Duration::from_secs(8);
const CALL_TIMEOUT: Duration = Duration::from_secs(15);
/// How often a call is tried; every one carries a key, so it is done once however often it is sent.
const TRIES: u32 = 3;
/// The pause before the second try; doubled before the third.
const PAUSE: Duration = Duration::from_millis(250);
/// Calls without an answer, in a row, after which it is left alone, and for how long.
const FAILURES: u32 = 5;
const REST: Duration = Duration::from_secs(15);
/// Calls under way at one time.
const PLACES: usize = 16;
/// No answer that is of use is longer.
const MOST_BYTES: usize = 1 << 20;

/// The API, spoken with one key.
pub(crate) struct Stripe {
    client: Client,
    base: String,
    authorization: HeaderValue,
    places: Semaphore,
    breaker: Breaker,
    events: Events,
    calls: AtomicU64,
    failures: AtomicU64,
    refused: AtomicU64,
}

/// What `/metrics` tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    pub(crate) condition: Condition,
    pub(crate) in_flight: usize,
    pub(crate) calls: u64,
    /// Calls without an answer.
    pub(crate) failures: u64,
    /// Calls that were not made: too many at one time, or it was known that nobody answers.
    pub(crate) refused: u64,
}

/// A checkout as it is now, with the payment or subscription that came of it.
#[derive(Debug, Clone)]
pub(crate) struct Paid(pub(super) Value);

impl Stripe {
    pub(super) fn new(settings: &settings::Stripe) -> Result<Self, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(Duration::from_secs(4))
            .user_agent(concat!("tts-reader/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.to_string())?;
        let mut authorization =
            HeaderValue::from_bytes(&[b"Bearer ".as_slice(), settings.key.bytes()].concat())
                .map_err(|_| "STRIPE_API_KEY has a character that no key has".to_owned())?;
        authorization.set_sensitive(true);
        Ok(Self {
            client,
            base: settings.base.clone(),
            authorization,
            places: Semaphore::new(PLACES),
            breaker: Breaker::new(FAILURES, REST),
            events: Events::new(settings.webhook_secret.clone()),
            calls: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        })
    }

    /// Reads what Stripe sends by itself.
    pub(crate) fn events(&self) -> &Events {
        &self.events
    }

    pub(crate) fn figures(&self) -> Figures {
        Figures {
            condition: self.breaker.condition(),
            in_flight: PLACES - self.places.available_permits(),
            calls: self.calls.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }

    /// Opens a checkout; returns where it is paid.
    pub(super) async fn checkout(&self, order: &Order) -> Result<String, PayError> {
        let form = checkout_form(order);
        let session =
            self.call(Method::POST, "/v1/checkout/sessions", &form, Some(&order.key)).await?;
        url_of(&session)
    }

    /// Opens the customer's own page; returns where.
    pub(super) async fn portal(&self, customer: &str, back: &str) -> Result<String, PayError> {
        // Finished at once: a serializer cannot be held across an await.
        let form = Serializer::new(String::new())
            .append_pair("customer", customer)
            .append_pair("return_url", back)
            .finish();
        let path = "/v1/billing_portal/sessions";
        let key = uuid::Uuid::new_v4().to_string();
        url_of(&self.call(Method::POST, path, &form, Some(&key)).await?)
    }

    /// Asks what became of a checkout: an event may be late, and what it tells over.
    pub(crate) async fn session(&self, id: &str) -> Result<Paid, PayError> {
        check_id(id)?;
        let path = format!(
            "/v1/checkout/sessions/{id}?expand%5B%5D=payment_intent&expand%5B%5D=subscription"
        );
        self.call(Method::GET, &path, "", None).await.map(Paid)
    }

    /// Ends a subscription at once. One that is over already, or never was, is as good.
    pub(super) async fn end_subscription(&self, id: &str) -> Result<(), PayError> {
        if check_id(id).is_err() {
            return Ok(());
        }
        let path = format!("/v1/subscriptions/{id}");
        match self.call(Method::DELETE, &path, "", None).await {
            Ok(_) | Err(PayError::Missing(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        form: &str,
        key: Option<&str>,
    ) -> Result<Value, PayError> {
        let count = |counter: &AtomicU64| counter.fetch_add(1, Ordering::Relaxed);
        let Ok(_place) = self.places.try_acquire() else {
            count(&self.refused);
            return Err(PayError::Busy);
        };
        let leave = self.breaker.ask().map_err(|left| {
            count(&self.refused);
            let cause = "it failed several times in a row and is left alone for a while".to_owned();
            PayError::Away { cause, retry_after: left.as_secs() + 1 }
        })?;
        count(&self.calls);
        let result = match timeout(CALL_TIMEOUT, self.tries(&method, path, form, key)).await {
            Ok(result) => result,
            Err(_) => Err(away(format!("no answer within {} s", CALL_TIMEOUT.as_secs()))),
        };
        if matches!(result, Err(PayError::Away { .. })) {
            count(&self.failures);
            leave.failed();
        } else {
            leave.answered();
        }
        result
    }

    async fn tries(
        &self,
        method: &Method,
        path: &str,
        form: &str,
        key: Option<&str>,
    ) -> Result<Value, PayError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES {
            match self.once(method, path, form, key).await {
                Err(PayError::Away { .. } | PayError::Busy) => {}
                result => return result,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        self.once(method, path, form, key).await
    }

    async fn once(
        &self,
        method: &Method,
        path: &str,
        form: &str,
        key: Option<&str>,
    ) -> Result<Value, PayError> {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.base))
            .header(AUTHORIZATION, self.authorization.clone())
            .timeout(TRY_TIMEOUT);
        if let Some(key) = key {
            request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("Idempotency-Key", key)
                .body(form.to_owned());
        }
        // The address has no secret; what failed is told without it all the same.
        let failed = |error: reqwest::Error| away(innermost(&error.without_url()));
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&piece);
            if body.len() > MOST_BYTES {
                return Err(away(format!("an answer of more than {MOST_BYTES} bytes")));
            }
        }
        read(status, &body)
    }
}

/// An id becomes a part of a path.
pub(super) fn check_id(id: &str) -> Result<(), PayError> {
    if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(());
    }
    Err(PayError::Refused(format!("{id:?} is no id")))
}

/// Sorts an answer: what may be tried again, what was refused, what was done.
fn read(status: StatusCode, body: &[u8]) -> Result<Value, PayError> {
    // 409: another call with the same key is under way.
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::CONFLICT) {
        return Err(PayError::Busy);
    }
    if status.is_server_error() {
        return Err(away(format!("status {status}")));
    }
    let Ok(answer) = serde_json::from_slice::<Value>(body) else {
        return Err(away(format!("status {status} with a body that is not JSON")));
    };
    if status.is_success() {
        return Ok(answer);
    }
    let message = answer["error"]["message"].as_str().unwrap_or("no message");
    let told = format!("status {status}: {message}");
    Err(if status == StatusCode::NOT_FOUND {
        PayError::Missing(told)
    } else {
        PayError::Refused(told)
    })
}

fn away(cause: String) -> PayError {
    PayError::Away { cause, retry_after: 5 }
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

fn url_of(session: &Value) -> Result<String, PayError> {
    let url = session["url"].as_str().map(str::to_owned);
    url.ok_or_else(|| PayError::Refused("an answer without a url".to_owned()))
}

fn checkout_form(order: &Order) -> String {
    let mut form = Serializer::new(String::new());
    let success =
        format!("{}/pages/success.html?session_id={{CHECKOUT_SESSION_ID}}", order.frontend);
    form.append_pair("client_reference_id", &order.username)
        .append_pair("success_url", &success)
        .append_pair("cancel_url", &format!("{}/pricing", order.frontend))
        .append_pair("line_items[0][quantity]", "1")
        .append_pair("metadata[user_id]", order.user.as_str())
        .append_pair("metadata[username]", &order.username);
    match &order.customer {
        Some(customer) => form.append_pair("customer", customer),
        None => form.append_pair("customer_email", &order.email),
    };
    match &order.goods {
        Goods::Credits(credits) => credits_form(&mut form, *credits, order.customer.is_none()),
        Goods::Subscription { price, tier } => {
            form.append_pair("mode", "subscription")
                .append_pair("line_items[0][price]", price)
                .append_pair("metadata[tier]", tier.lower())
                .append_pair("metadata[price_id]", price)
                // So that its own events say whose it is, whichever comes first.
                .append_pair("subscription_data[metadata][user_id]", order.user.as_str())
                .append_pair("subscription_data[metadata][tier]", tier.lower());
        }
    }
    form.finish()
}

fn credits_form(form: &mut Serializer<'_, String>, credits: i64, is_new: bool) {
    let tier = crate::domain::Tier::of_purchase(credits);
    form.append_pair("mode", "payment")
        .append_pair("line_items[0][price_data][currency]", "usd")
        .append_pair("line_items[0][price_data][unit_amount]", &price_of(credits).to_string())
        .append_pair(
            "line_items[0][price_data][product_data][name]",
            &format!("{credits} credits of TTS Reader"),
        )
        .append_pair("metadata[credits]", &credits.to_string())
        .append_pair("metadata[tier]", tier.lower())
        .append_pair("metadata[purchase_type]", "credits");
    if is_new {
        form.append_pair("customer_creation", "always");
    }
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").field("base", &self.base).finish_non_exhaustive()
    }
}
