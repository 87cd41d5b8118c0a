//! A judge of certificates that remembers what it was shown.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};

use super::{Certificate, certificate};
use crate::run::RunError;
use crate::session::{Trusting, roots};

/// Judges as the load does, and remembers the certificate.
#[derive(Debug)]
pub(super) struct Witness {
    provider: Arc<CryptoProvider>,
    /// Whoever judges: the roots, or nobody.
    judge: Arc<dyn ServerCertVerifier>,
    verifies: bool,
    seen: Mutex<Option<Certificate>>,
}

impl Witness {
    pub(super) fn new(extra_roots: Option<&[u8]>, verify: bool) -> Result<Arc<Self>, RunError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let judge: Arc<dyn ServerCertVerifier> = if verify {
            let roots = Arc::new(roots(extra_roots)?);
            let judge = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
            judge.build().map_err(|error| RunError::Roots(error.to_string()))?
        } else {
            Arc::new(Trusting(Arc::clone(&provider)))
        };
        Ok(Arc::new(Self { provider, judge, verifies: verify, seen: Mutex::default() }))
    }

    pub(super) fn config(self: &Arc<Self>) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .expect("ring speaks the default versions");
        let judge = Arc::clone(self) as Arc<dyn ServerCertVerifier>;
        let builder = builder.dangerous().with_custom_certificate_verifier(judge);
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Arc::new(config)
    }

    pub(super) fn verifies(&self) -> bool {
        self.verifies
    }

    pub(super) fn seen(&self) -> Option<Certificate> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let certificate = certificate::read(end_entity, intermediates.len() + 1);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = certificate;
        self.judge.verify_server_cert(end_entity, intermediates, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls12_signature(message, cert, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls13_signature(message, cert, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}
