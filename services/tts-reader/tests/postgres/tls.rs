//! A server that speaks TLS only.

use std::{path::Path, sync::Arc};

use libtest_mimic::Trial;
use rcgen::{CertificateParams, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tts_reader::DatabaseUrl;
use url::Url;

use crate::{
    app::{Home, TestApp},
    outage::server_address,
    refusals::told,
    trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![trial("tls_is_spoken_and_the_server_is_who_it_says", tls)]
}

/// What a client sends first that wants TLS: its length and PostgreSQL's number for it.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

async fn tls() {
    let dir = tempfile::tempdir().unwrap();
    let (trusted, other) = (dir.path().join("ca.pem"), dir.path().join("other.pem"));
    let port = serve(acceptor(&trusted)).await;
    acceptor(&other);
    let home = Home::fresh();
    let with = |host: &str, mode: &str, root: Option<&Path>| {
        let mut url: Url = home.database().parse().unwrap();
        url.set_host(Some(host)).unwrap();
        url.set_port(Some(port)).unwrap();
        url.query_pairs_mut().append_pair("sslmode", mode);
        if let Some(root) = root {
            url.query_pairs_mut().append_pair("sslrootcert", root.to_str().unwrap());
        }
        url.to_string()
    };
    let unknown = told(&home, &with("localhost", "verify-full", None)).await;
    assert!(unknown.contains("certificate") && unknown.contains("see `sslmode`"), "{unknown}");
    let wrong = told(&home, &with("localhost", "verify-ca", Some(&other))).await;
    assert!(wrong.contains("certificate"), "{wrong}");
    let elsewhere = told(&home, &with("127.0.0.1", "verify-full", Some(&trusted))).await;
    assert!(elsewhere.contains("not valid for name"), "{elsewhere}");
    let unencrypted = told(&home, &with("localhost", "disable", None)).await;
    assert!(unencrypted.contains("cannot use the database"), "{unencrypted}");

    let url = DatabaseUrl::parse("test", &with("localhost", "require", None)).unwrap();
    let app = TestApp::at(home.beside(tempfile::tempdir().unwrap()), |it| it.database = url).await;
    app.account("PRO", 5).await;
    let url = with("localhost", "verify-full", Some(&trusted));
    let url = DatabaseUrl::parse("test", &url).unwrap();
    let app = TestApp::at(home.beside(tempfile::tempdir().unwrap()), |it| it.database = url).await;
    let user = app.account("PRO", 5).await;
    app.synthesize(&user, "Hello.").await.expect_status(200);
}

/// Of a server whose certificate is for `localhost` and lies in that file.
fn acceptor(certificate: &Path) -> TlsAcceptor {
    let key = KeyPair::generate().unwrap();
    let signed =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(certificate, signed.pem()).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![signed.der().clone()], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Listens on loopback, encrypts, and passes on to the server.
async fn serve(acceptor: TlsAcceptor) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move { encrypted(client, acceptor).await });
        }
    });
    port
}

/// `None` when the client went away, or never wanted TLS.
async fn encrypted(mut client: TcpStream, acceptor: TlsAcceptor) -> Option<()> {
    let mut first = [0; 8];
    client.read_exact(&mut first).await.ok()?;
    if first != SSL_REQUEST {
        return None;
    }
    client.write_all(b"S").await.ok()?;
    let mut client = acceptor.accept(client).await.ok()?;
    let mut upstream = TcpStream::connect(server_address()).await.ok()?;
    copy_bidirectional(&mut client, &mut upstream).await.ok()?;
    Some(())
}
