//! Sends metrics every ten seconds and at the end, from a thread of its own.
//!
//! Every export has all numbers since the beginning, so one that is lost costs nothing but a step in
//! time. Hence nothing is queued: what waits is replaced by what is newer, and both are counted.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use katydid_report::metrics::{Metrics, otlp, otlp_rejected};
use reqwest::blocking::Client;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::redirect;
use url::Url;

use super::headers;
use super::slot::Slot;
use crate::console::Console;
use crate::error::CliError;

/// Between two exports.
const INTERVAL: Duration = Duration::from_secs(10);
/// For one export.
const LIMIT: Duration = Duration::from_secs(5);
/// Tries for the last one, for no other comes after it, and the rest between them.
const TRIES: u32 = 3;
const REST: Duration = Duration::from_secs(1);
/// How long the end of a run waits for the last one.
const PATIENCE: Duration = Duration::from_secs(20);

/// The exporter, seen by who has the numbers.
#[derive(Debug)]
pub(in crate::export) struct Otlp {
    slot: Arc<Slot>,
    done: Receiver<Tally>,
    endpoint: String,
    next: Duration,
}

/// What became of the exports.
#[derive(Debug, Default)]
struct Tally {
    sent: u64,
    lost: u64,
    /// The last one was taken.
    whole: bool,
    fault: Option<String>,
}

impl Otlp {
    /// Starts the thread; nothing is sent before there are numbers.
    ///
    /// # Errors
    /// Headers of the environment that cannot be meant.
    pub(in crate::export) fn open(endpoint: &Url, console: &Console) -> Result<Self, CliError> {
        let url = metrics_url(endpoint);
        let headers = headers::of_environment()?;
        let (slot, (tell, done)) = (Arc::new(Slot::default()), channel());
        let of_thread = Arc::clone(&slot);
        let said = console.clone();
        let target = url.clone();
        let work = move || {
            let mut sender =
                Sender { url: target, headers, console: said, tally: Tally::default() };
            sender.work(&of_thread);
            // Nobody waits after a second Ctrl-C.
            let _ = tell.send(sender.tally);
        };
        std::thread::Builder::new()
            .name("katydid-otlp".to_owned())
            .spawn(work)
            .map_err(|fault| CliError::Output { what: "OTLP metrics", fault })?;
        console.info(&format!("OTLP metrics go to {url}"));
        Ok(Self { slot, done, endpoint: url.into(), next: INTERVAL })
    }

    /// Whether it is time for an export.
    pub(in crate::export) fn is_due(&mut self, elapsed: Duration) -> bool {
        let due = elapsed >= self.next;
        if due {
            self.next = elapsed + INTERVAL;
        }
        due
    }

    /// Lays down numbers for the thread.
    pub(in crate::export) fn put(&self, metrics: Arc<Metrics>) {
        self.slot.put(metrics);
    }

    /// Sends the last numbers, and says what was lost.
    pub(in crate::export) fn finish(self, metrics: Arc<Metrics>, console: &Console) {
        self.slot.close(metrics);
        let tally = self.done.recv_timeout(PATIENCE).unwrap_or_else(|_| Tally {
            lost: 1,
            fault: Some(format!("no answer within {} s", PATIENCE.as_secs())),
            ..Tally::default()
        });
        let lost = tally.lost + self.slot.replaced();
        let of = tally.sent + lost;
        let fault = tally.fault.map_or_else(String::new, |fault| format!(" ({fault})"));
        match (tally.whole, lost) {
            (true, 0) => console.debug(&format!("OTLP: {of} exports, none lost")),
            (true, _) => console.warning(&format!(
                "OTLP: {lost} of {of} exports are lost{fault}; the last one was taken, so the totals \
                 are whole"
            )),
            (false, _) => console.warning(&format!(
                "OTLP: {lost} of {of} exports are lost{fault}, the last one among them: {} does not \
                 have the totals of this run",
                self.endpoint
            )),
        }
    }
}

/// Where metrics go at a collector, by the protocol's own rule.
fn metrics_url(endpoint: &Url) -> Url {
    let mut url = endpoint.clone();
    let path = url.path().trim_end_matches('/');
    if !path.ends_with("/v1/metrics") {
        let path = format!("{path}/v1/metrics");
        url.set_path(&path);
    }
    url
}

/// The thread's own side.
struct Sender {
    url: Url,
    headers: HeaderMap,
    console: Console,
    tally: Tally,
}

impl Sender {
    fn work(&mut self, slot: &Slot) {
        let client = match self.client() {
            Ok(client) => client,
            Err(fault) => return self.console.warning(&format!("no OTLP metrics: {fault}")),
        };
        while let Some((metrics, last)) = slot.take() {
            let body = otlp(&metrics);
            let mut tries = if last { TRIES } else { 1 };
            let sent = loop {
                tries -= 1;
                match self.send(&client, &body) {
                    Err(_) if tries > 0 => std::thread::park_timeout(REST),
                    sent => break sent,
                }
            };
            self.note(sent);
        }
    }

    fn client(&self) -> reqwest::Result<Client> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows the usual versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Client::builder()
            .tls_backend_preconfigured(tls)
            // Keys go to the address that was named and to no other.
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(LIMIT)
            .default_headers(self.headers.clone())
            .build()
    }

    /// # Errors
    /// Why it was not taken.
    fn send(&self, client: &Client, body: &[u8]) -> Result<(), String> {
        let request = client.post(self.url.clone()).header(CONTENT_TYPE, "application/x-protobuf");
        let answer = request.body(body.to_vec()).send().map_err(|fault| innermost(&fault))?;
        if !answer.status().is_success() {
            return Err(format!("it answers {}", answer.status()));
        }
        let bytes = answer.bytes().map_err(|fault| innermost(&fault))?;
        match otlp_rejected(&bytes) {
            Some((points, why)) => Err(format!("{points} points were rejected: {why}")),
            None => Ok(()),
        }
    }

    /// Counts; the first fault is said, and when it is over.
    fn note(&mut self, sent: Result<(), String>) {
        let tally = &mut self.tally;
        tally.whole = sent.is_ok();
        match sent {
            Ok(()) => tally.sent += 1,
            Err(fault) => {
                tally.lost += 1;
                if tally.fault.is_none() {
                    self.console.warning(&format!(
                        "OTLP metrics are not taken by {}: {fault}; the run goes on, the next export \
                         has all of them",
                        self.url
                    ));
                }
                tally.fault = Some(fault);
            }
        }
    }
}

/// What is really wrong; the outer errors only repeat the address.
fn innermost(fault: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = fault;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_base_or_the_whole_address() {
        let url = |text: &str| metrics_url(&text.parse().unwrap()).to_string();
        assert_eq!(url("http://h:4318"), "http://h:4318/v1/metrics");
        assert_eq!(url("https://h/otlp/"), "https://h/otlp/v1/metrics");
        assert_eq!(url("https://h/otlp/v1/metrics"), "https://h/otlp/v1/metrics");
    }
}
