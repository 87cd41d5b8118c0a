//! Name resolution under attack, with a resolver that lies and a connector that counts.

mod guard;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tower::util::MapRequestLayer;

use super::Extractor;
use crate::fetch::client;
use crate::resolver::Lookup;
use crate::{ExtractError, FetchPolicy};

/// An extractor that tells what it did outside of the process.
struct Watched {
    extractor: Extractor,
    lookups: Arc<AtomicUsize>,
    connections: Arc<AtomicUsize>,
}

impl Watched {
    /// For it every name has these addresses, one list after the other.
    fn new(answers: Vec<Vec<&'static str>>, allow_loopback: bool) -> Self {
        let (lookups, connections) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let policy = FetchPolicy { allow_loopback, ..FetchPolicy::default() };
        let counted = Arc::clone(&connections);
        let count = MapRequestLayer::new(move |to| {
            counted.fetch_add(1, Ordering::Relaxed);
            to
        });
        let client = client(&policy, lookup(answers, Arc::clone(&lookups))).unwrap();
        let client = client.connector_layer(count).build().unwrap();
        Self { extractor: Extractor::with_client(policy, client), lookups, connections }
    }

    async fn refusal(&self, url: &str) -> ExtractError {
        self.extractor.extract(url).await.unwrap_err()
    }

    /// Lookups of names and attempts to connect since the last call.
    fn went_out(&self) -> (usize, usize) {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::Relaxed);
        (take(&self.lookups), take(&self.connections))
    }
}

fn lookup(answers: Vec<Vec<&'static str>>, asked: Arc<AtomicUsize>) -> Lookup {
    let turn = AtomicUsize::new(0);
    Arc::new(move |_| {
        asked.fetch_add(1, Ordering::Relaxed);
        let turn = turn.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        let address = |a: &&str| SocketAddr::new(a.parse().unwrap(), 0);
        let addresses: Vec<_> = answers[turn].iter().map(address).collect();
        Box::pin(async move { Ok(addresses) }) as _
    })
}

/// A site that redirects every request to `to`; its port.
async fn redirecting(to: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await.unwrap();
            let head = format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\nconnection: close\r\n\r\n");
            socket.write_all(head.as_bytes()).await.unwrap();
        }
    });
    port
}

#[tokio::test]
async fn a_name_with_one_private_address_among_public_ones_is_refused() {
    let watched = Watched::new(vec![vec!["1.1.1.1", "10.0.0.7"]], false);
    let error = watched.refusal("http://rebound.example/").await;
    let expected = ExtractError::BlockedAddress {
        host: "rebound.example".into(),
        address: "10.0.0.7".parse().unwrap(),
        range: "private network",
    };
    assert_eq!(error, expected);
    assert!(!error.to_string().contains("10.0.0.7"), "{error}");
    assert!(error.is_client_fault());
}

#[tokio::test]
async fn a_name_is_checked_at_the_lookup_that_connects() {
    let port = redirecting("/again").await;
    // The first answer is allowed; the second, for the same name, is the metadata service.
    let watched = Watched::new(vec![vec!["127.0.0.1"], vec!["169.254.169.254"]], true);
    let error = watched.refusal(&format!("http://rebound.example:{port}/")).await;
    assert!(matches!(error, ExtractError::BlockedAddress { range: "link-local", .. }), "{error:?}");
    assert_eq!(watched.lookups.load(Ordering::Relaxed), 2);
}
