//! HTTPS from two PEM files.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use super::error::ServeError;
use super::settings::Tls;

/// Reads both files.
pub(super) fn acceptor(tls: &Tls) -> Result<TlsAcceptor, ServeError> {
    let certificate = |fault: String| failed("certificate", &tls.certificate, fault);
    let key = |fault: String| failed("key", &tls.key, fault);
    let chain = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|fault| certificate(fault.to_string()))?;
    if chain.is_empty() {
        return Err(certificate("it has no certificate in PEM form".to_owned()));
    }
    let secret = PrivateKeyDer::from_pem_file(&tls.key).map_err(|fault| key(fault.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|fault| certificate(fault.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(|fault| key(format!("it does not fit the certificate ({fault})")))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn failed(what: &'static str, file: &Path, fault: String) -> ServeError {
    ServeError::Tls { what, file: file.to_owned(), fault }
}
