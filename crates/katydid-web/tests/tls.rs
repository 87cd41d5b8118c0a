//! HTTPS through a real socket.

mod client;
mod made_up;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use client::{Answer, Site};
use katydid_web::{Login, Server, ServerSettings, Tls};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Writes a certificate for this machine and its key.
fn identity(folder: &Path) -> Tls {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let params = CertificateParams::new(names).expect("names");
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    let tls = Tls { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&tls.certificate, certificate.pem()).expect("a file");
    std::fs::write(&tls.key, key.serialize_pem()).expect("a file");
    tls
}

#[test]
fn a_session_over_tls_is_for_tls_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let tls = identity(folder.path());
    let mut roots = RootCertStore::empty();
    let trusted = CertificateDer::from_pem_file(&tls.certificate).expect("a certificate");
    roots.add(trusted).expect("it can be trusted");
    let site = Site::with(ServerSettings {
        login: Login::Always,
        tls: Some(tls),
        ..ServerSettings::default()
    });
    assert!(site.url().starts_with("https://127.0.0.1:"));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let client = ClientConnection::new(Arc::new(config), name).expect("a client");
    let mut stream = StreamOwned::new(client, site.connect());
    let form = format!("username=&password={}", site.password.as_deref().expect("made up"));
    let kind = ("Content-Type", "application/x-www-form-urlencoded");
    stream.write_all(&site.head("POST", "/login", &[kind], form.len())).expect("it is sent");
    stream.write_all(form.as_bytes()).expect("it is sent");
    let answer = Answer::read(&mut stream);
    assert_eq!(answer.status, 303);
    assert!(answer.header("set-cookie").is_some_and(|set| set.ends_with("; Secure")));
}

#[test]
fn what_is_no_certificate_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = identity(folder.path());
    let other = tempfile::tempdir().expect("a folder");
    let foreign = identity(other.path());
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").expect("a file");
    let missing = folder.path().join("missing.pem");
    let fault = |certificate: &Path, key: &Path| {
        let tls = Tls { certificate: certificate.to_owned(), key: key.to_owned() };
        let settings = ServerSettings { port: 0, tls: Some(tls), ..ServerSettings::default() };
        Server::bind(settings).expect_err("it is none").to_string()
    };
    let cases = [
        (fault(&missing, &good.key), "certificate ", "missing.pem: "),
        (fault(&empty, &good.key), "certificate ", "it has no certificate in PEM form"),
        (fault(&good.certificate, &empty), "key ", "empty.pem: "),
        (fault(&good.certificate, &foreign.key), "key ", "it does not fit the certificate"),
    ];
    for (told, what, why) in cases {
        assert!(told.starts_with(what) && told.contains(why), "{told}");
    }
}
