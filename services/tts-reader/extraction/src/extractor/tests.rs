//! Name resolution under attack, with a resolver that lies.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::Extractor;
use crate::{ExtractError, FetchPolicy};

/// An extractor for which every name has these addresses, one list after the other.
fn extractor(answers: Vec<Vec<&'static str>>, allow_loopback: bool) -> Extractor {
    let asked = AtomicUsize::new(0);
    let lookup = Arc::new(move |_| {
        let turn = asked.fetch_add(1, Ordering::Relaxed).min(answers.len() - 1);
        let address = |a: &&str| SocketAddr::new(a.parse().unwrap(), 0);
        let addresses: Vec<_> = answers[turn].iter().map(address).collect();
        Box::pin(async move { Ok(addresses) }) as _
    });
    let policy = FetchPolicy { allow_loopback, ..FetchPolicy::default() };
    Extractor::with_lookup(policy, lookup).unwrap()
}

#[tokio::test]
async fn a_name_with_one_private_address_among_public_ones_is_refused() {
    let extractor = extractor(vec![vec!["1.1.1.1", "10.0.0.7"]], false);
    let error = extractor.extract("http://rebound.example/").await.unwrap_err();
    let expected = ExtractError::BlockedAddress {
        host: "rebound.example".into(),
        address: "10.0.0.7".parse().unwrap(),
        range: "private network",
    };
    assert_eq!(error, expected);
    assert!(!error.to_string().contains("10.0.0.7"), "{error}");
}

#[tokio::test]
async fn a_name_is_checked_at_the_lookup_that_connects() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let site = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await.unwrap();
        let answer = "HTTP/1.1 302 Found\r\nlocation: /again\r\nconnection: close\r\n\r\n";
        socket.write_all(answer.as_bytes()).await.unwrap();
    });
    // The first answer is allowed; the second, for the same name, is the metadata service.
    let extractor = extractor(vec![vec!["127.0.0.1"], vec!["169.254.169.254"]], true);
    let url = format!("http://rebound.example:{port}/");
    let error = extractor.extract(&url).await.unwrap_err();
    assert!(matches!(error, ExtractError::BlockedAddress { range: "link-local", .. }), "{error:?}");
    site.await.unwrap();
}

#[tokio::test]
async fn localhost_needs_development_mode() {
    let extractor = Extractor::new(FetchPolicy::default()).unwrap();
    let error = extractor.extract("http://localhost:9/").await.unwrap_err();
    assert!(matches!(error, ExtractError::BlockedAddress { range: "loopback", .. }), "{error:?}");
    assert!(error.is_client_fault());
}
