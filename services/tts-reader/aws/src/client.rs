//! One call of a service: signed, bounded, and tried again where that helps.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use jiff::{Timestamp, tz::TimeZone};
use reqwest::{Client, Method, StatusCode, header::HeaderMap, redirect};
use serde_json::Value;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::sigv4::{self, Scope, Signed};
use crate::{AwsError, Config, Credentials};

/// Longest text of AWS's that an error repeats, in characters.
const MESSAGE: usize = 300;

/// A service of AWS as one pair of keys reaches it. Clones share their connections.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    http: Client,
    config: Arc<Config>,
    name: &'static str,
    endpoint: Url,
}

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    /// What is being done, for errors: `Polly: speak`.
    pub(crate) step: &'a str,
    pub(crate) method: Method,
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(&'a str, &'a str)],
    /// Beside those that every call has.
    pub(crate) headers: &'a [(&'static str, &'static str)],
    pub(crate) body: Bytes,
    /// No answer that is of use is longer.
    pub(crate) most_bytes: usize,
}

/// What one try came to.
enum Tried {
    Answered(Bytes),
    /// Nothing that another try would change.
    Failed(AwsError),
    /// It may go better; throttled, or away.
    Again(AwsError),
}

impl Service {
    pub(crate) fn new(name: &'static str, config: Config) -> Result<Self, AwsError> {
        let step = "set up the client of AWS";
        let endpoint = config.endpoint_of(name);
        let endpoint = Url::parse(&endpoint)
            .map_err(|error| AwsError::unfit(step, format!("{endpoint}: {error}")))?;
        let http = http(step)?;
        Ok(Self { http, config: Arc::new(config), name, endpoint })
    }

    /// The body of a good answer, tried for once.
    pub(crate) async fn once(&self, call: &Call<'_>) -> Result<Bytes, AwsError> {
        match self.tried(call, 1).await {
            Tried::Answered(body) => Ok(body),
            Tried::Failed(error) | Tried::Again(error) => Err(error),
        }
    }

    /// The body of a good answer, tried for again where that may help.
    pub(crate) async fn call(&self, call: &Call<'_>) -> Result<Bytes, AwsError> {
        let all = self.config.patience.all;
        match timeout(all, self.tries(call)).await {
            Ok(result) => result,
            Err(_) => Err(AwsError::away(call.step, format!("no answer within {}", told(all)))),
        }
    }

    async fn tries(&self, call: &Call<'_>) -> Result<Bytes, AwsError> {
        let patience = self.config.patience;
        let mut number = 1;
        loop {
            match self.tried(call, number).await {
                Tried::Answered(body) => return Ok(body),
                Tried::Failed(error) => return Err(error),
                Tried::Again(error) if number >= patience.tries => return Err(error),
                Tried::Again(error) => {
                    tracing::debug!(%error, number, "will try again");
                    number += 1;
                    sleep(patience.pause_before(number, chance())).await;
                }
            }
        }
    }

    async fn tried(&self, call: &Call<'_>, number: u32) -> Tried {
        let one = self.config.patience.one;
        let answer = match timeout(one, self.send(call)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(Unanswered::TooLong)) => {
                let cause = format!("it has more than {} bytes", call.most_bytes);
                return Tried::Failed(AwsError::nonsense(call.step, cause));
            }
            // The address has no secret; what failed is told without it all the same.
            Ok(Err(Unanswered::Lost(error))) => {
                let cause = innermost(&error.without_url());
                return Tried::Again(AwsError::away(call.step, cause));
            }
            Err(_) => {
                let cause = format!("no answer within {}", told(one));
                return Tried::Again(AwsError::away(call.step, cause));
            }
        };
        read(call.step, number, &answer, &self.config.credentials)
    }

    async fn send(&self, call: &Call<'_>) -> Result<Answer, Unanswered> {
        let query = sigv4::query(call.query);
        let mut url = self.endpoint.clone();
        url.set_path(call.path);
        url.set_query((!query.is_empty()).then_some(query.as_str()));
        let time = now();
        let host = host(&url);
        let who = &self.config.credentials;
        let mut headers = vec![("host", host.as_str()), ("x-amz-date", time.as_str())];
        headers.extend(call.headers);
        if let Some(token) = &who.token {
            headers.push(("x-amz-security-token", token.as_str()));
        }
        let scope = Scope { region: &self.config.region, service: self.name, time: &time };
        let signed = Signed {
            method: call.method.as_str(),
            path: call.path,
            query: &query,
            headers: &headers,
            body: &call.body,
        };
        let authorization = sigv4::authorization(who, scope, signed);
        let mut request = self.http.request(call.method.clone(), url.clone());
        // The client says the host by itself, as the address has it.
        for (name, value) in headers.into_iter().filter(|(name, _)| *name != "host") {
            request = request.header(name, value);
        }
        let request = request.header("authorization", authorization).body(call.body.clone());
        let mut response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await? {
            if body.len() + piece.len() > call.most_bytes {
                return Err(Unanswered::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        Ok(Answer { status, headers, body: body.into() })
    }
}

/// No answer to read.
enum Unanswered {
    Lost(reqwest::Error),
    TooLong,
}

impl From<reqwest::Error> for Unanswered {
    fn from(error: reqwest::Error) -> Self {
        Self::Lost(error)
    }
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// An HTTP client that trusts the public authorities, follows nothing, and changes no body.
pub(crate) fn http(step: &str) -> Result<Client, AwsError> {
    let failed = |cause: String| AwsError::unfit(step, cause);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .no_gzip()
        .no_brotli()
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(Duration::from_secs(4))
        .read_timeout(Duration::from_secs(20))
        .user_agent(concat!("tts-reader/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| failed(error.to_string()))
}

/// Sorts an answer: what it gave, what was refused, what may be tried again.
fn read(step: &str, number: u32, answer: &Answer, who: &Credentials) -> Tried {
    if answer.status.is_success() {
        return Tried::Answered(answer.body.clone());
    }
    let (code, message) = reason(answer, who);
    let step = step.to_owned();
    if answer.status == StatusCode::TOO_MANY_REQUESTS || is_throttle(&code) {
        return Tried::Again(AwsError::Throttled { step, code, tries: number });
    }
    if answer.status.is_server_error() || answer.status == StatusCode::REQUEST_TIMEOUT {
        let cause = format!("status {} ({code})", answer.status.as_u16());
        return Tried::Again(AwsError::Away { step, cause });
    }
    Tried::Failed(AwsError::Refused { step, code, message })
}

fn is_throttle(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "Throttling"
            | "ThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequestsException"
            | "ProvisionedThroughputExceededException"
    )
}

/// AWS's name of what is wrong, and the first line of its explanation: the lines below repeat the
/// request, and with it a session's token. Neither has what it repeats of the keys.
fn reason(answer: &Answer, who: &Credentials) -> (String, String) {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let header = answer.headers.get("x-amzn-errortype").and_then(|it| it.to_str().ok());
    let code = header.or_else(|| body["__type"].as_str());
    // `ThrottlingException:http://…` or `com.amazonaws.textract#ThrottlingException`.
    let code = code.and_then(|it| it.split(':').next()).and_then(|it| it.rsplit('#').next());
    let code = code.map_or_else(|| answer.status.as_u16().to_string(), str::to_owned);
    let message = body["message"].as_str().or_else(|| body["Message"].as_str());
    let line = message.and_then(|it| it.lines().next()).unwrap_or("it does not say why");
    (who.hide_in(&code), who.hide_in(line).chars().take(MESSAGE).collect())
}

/// As the client sends it: the port only where it is not the scheme's own.
fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

/// `20150830T123600Z`.
fn now() -> String {
    Timestamp::now().to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// From 0 to 1. Good enough to keep callers apart.
fn chance() -> f64 {
    RandomState::new().hash_one(()) as f64 / u64::MAX as f64
}

fn told(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::{Answer, AwsError, Bytes, Credentials, HeaderMap, StatusCode, Tried, read};

    fn tried(status: u16, kind: Option<&'static str>, body: &'static str) -> Result<bool, String> {
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert("x-amzn-errortype", kind.parse().unwrap());
        }
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Answer { status, headers, body: Bytes::from(body) };
        match read("Polly: speak", 3, &answer, &Credentials::new("AKIDEXAMPLE", "hush")) {
            Tried::Answered(_) => Ok(true),
            Tried::Failed(error) => Err(error.to_string()),
            Tried::Again(AwsError::Throttled { .. }) => Ok(false),
            Tried::Again(error) => Err(format!("again: {error}")),
        }
    }

    #[test]
    fn what_is_tried_again_is_told_from_what_is_refused() {
        assert_eq!(tried(200, None, "anything"), Ok(true));
        assert_eq!(tried(400, Some("ThrottlingException:http://internal"), "{}"), Ok(false));
        let textract =
            r#"{"__type":"com.amazonaws.textract#ProvisionedThroughputExceededException"}"#;
        assert_eq!(tried(400, None, textract), Ok(false));
        assert_eq!(tried(429, None, ""), Ok(false));
        let away = "again: Polly: speak: status 503 (ServiceFailureException)";
        assert_eq!(tried(503, Some("ServiceFailureException"), "{}"), Err(away.to_owned()));
    }

    #[test]
    fn a_refusal_repeats_the_first_line_only() {
        let body = r#"{"message":"The signature does not match.\n\nx-amz-security-token:hush"}"#;
        let told = "Polly: speak: AWS refuses (InvalidSignatureException): \
                    The signature does not match.";
        let refused = tried(403, Some("InvalidSignatureException"), body);
        assert_eq!(refused, Err(told.to_owned()));
        let body = r#"{"message":"AKIDEXAMPLE/20150830 with hush is not known"}"#;
        let told = "Polly: speak: AWS refuses (UnrecognizedClientException): \
                    …/20150830 with … is not known";
        let refused = tried(400, Some("UnrecognizedClientException"), body);
        assert_eq!(refused, Err(told.to_owned()));
        let told = "Polly: speak: AWS refuses (404): it does not say why";
        assert_eq!(tried(404, None, "<html>"), Err(told.to_owned()));
    }
}
