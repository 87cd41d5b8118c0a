//! TLS as `sslmode` asks for it.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct};
use rustls::{RootCertStore, SignatureScheme};

use super::fault::Fault;
use super::url::{PostgresUrl, SslMode};

/// The client side of a connection to it.
///
/// # Errors
/// What is wrong with the name or with the file of those who are believed.
pub(super) fn client(to: &PostgresUrl) -> Result<ClientConnection, Fault> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let judge = Arc::new(Judge::new(to, Arc::clone(&provider)).map_err(Fault::Roots)?);
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks both versions of TLS")
        .dangerous()
        .with_custom_certificate_verifier(judge)
        .with_no_client_auth();
    let name = to.host.trim_matches(['[', ']']).to_owned();
    let wrong = |fault: &dyn std::error::Error| Fault::Tls(fault.to_string());
    let name = ServerName::try_from(name).map_err(|fault| wrong(&fault))?;
    ClientConnection::new(Arc::new(config), name).map_err(|fault| wrong(&fault))
}

/// Says whether a certificate is good enough.
#[derive(Debug)]
struct Judge {
    provider: Arc<CryptoProvider>,
    /// Judges who has signed; without it everybody is believed.
    chain: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that were named themselves. A server's own, self-signed one is no authority,
    /// and believed all the same, its dates unseen: whoever named it meant this one.
    named: Vec<CertificateDer<'static>>,
    /// Whether it must be of the host's name.
    by_name: bool,
}

impl Judge {
    fn new(to: &PostgresUrl, provider: Arc<CryptoProvider>) -> Result<Self, String> {
        let by_name = to.tls == SslMode::VerifyFull;
        if to.tls < SslMode::VerifyCa {
            return Ok(Self { provider, chain: None, named: Vec::new(), by_name });
        }
        let named = named(to)?;
        let mut roots = RootCertStore::empty();
        for certificate in &named {
            roots.add(certificate.clone()).map_err(|fault| fault.to_string())?;
        }
        if to.roots().is_none() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        let chain = WebPkiServerVerifier::builder_with_provider(roots.into(), provider.clone());
        let chain = chain.build().map_err(|fault| fault.to_string())?;
        Ok(Self { provider, chain: Some(chain), named, by_name })
    }
}

/// The certificates of the file that was named.
fn named(to: &PostgresUrl) -> Result<Vec<CertificateDer<'static>>, String> {
    let Some(path) = to.roots() else { return Ok(Vec::new()) };
    let shown = path.display();
    let wrong = |fault| format!("{shown}: {fault}");
    let each = CertificateDer::pem_file_iter(path).map_err(|fault| wrong(fault.to_string()))?;
    let all: Result<Vec<_>, _> = each.collect();
    let all = all.map_err(|fault| wrong(fault.to_string()))?;
    if all.is_empty() { Err(wrong("it has no certificate".to_owned())) } else { Ok(all) }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use rustls::Error::InvalidCertificate;
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        if self.named.contains(certificate) {
            if self.by_name {
                verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
            }
            return Ok(ServerCertVerified::assertion());
        }
        match chain.verify_server_cert(certificate, between, name, ocsp, now) {
            // The name is looked at last, when all else is right.
            Err(InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.by_name => Ok(ServerCertVerified::assertion()),
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
