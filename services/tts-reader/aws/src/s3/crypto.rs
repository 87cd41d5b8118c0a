//! SHA-256 for `object_store`, by the crates that the service has anyway.

use hmac::{Hmac, KeyInit, Mac};
use object_store::{
    Error, Result,
    client::{
        CryptoProvider, DigestAlgorithm, DigestContext, HmacContext, Signer, SigningAlgorithm,
    },
};
use sha2::{Digest, Sha256};

/// The digest and the code that requests to S3 are signed with.
#[derive(Debug)]
pub(super) struct Sha256s;

/// A sum under way, and what it came to.
struct Sum<T> {
    state: Option<T>,
    result: Vec<u8>,
}

impl<T> Sum<T> {
    fn new(state: T) -> Self {
        Self { state: Some(state), result: Vec::new() }
    }
}

impl CryptoProvider for Sha256s {
    fn digest(&self, algorithm: DigestAlgorithm) -> Result<Box<dyn DigestContext>> {
        match algorithm {
            DigestAlgorithm::Sha256 => Ok(Box::new(Sum::new(Sha256::new()))),
            _ => Err(unknown()),
        }
    }

    fn hmac(&self, algorithm: DigestAlgorithm, secret: &[u8]) -> Result<Box<dyn HmacContext>> {
        match algorithm {
            DigestAlgorithm::Sha256 => {
                let mac = Hmac::<Sha256>::new_from_slice(secret);
                Ok(Box::new(Sum::new(mac.expect("HMAC takes a key of any length"))))
            }
            _ => Err(unknown()),
        }
    }

    /// Only Google's storage signs with keys of this kind.
    fn sign(&self, _: SigningAlgorithm, _: &[u8]) -> Result<Box<dyn Signer>> {
        Err(unknown())
    }
}

impl DigestContext for Sum<Sha256> {
    fn update(&mut self, data: &[u8]) {
        if let Some(state) = &mut self.state {
            Digest::update(state, data);
        }
    }

    fn finish(&mut self) -> Result<&[u8]> {
        if let Some(state) = self.state.take() {
            self.result = state.finalize().to_vec();
        }
        Ok(&self.result)
    }
}

impl HmacContext for Sum<Hmac<Sha256>> {
    fn update(&mut self, data: &[u8]) {
        if let Some(state) = &mut self.state {
            Mac::update(state, data);
        }
    }

    fn finish(&mut self) -> Result<&[u8]> {
        if let Some(state) = self.state.take() {
            self.result = state.finalize().into_bytes().to_vec();
        }
        Ok(&self.result)
    }
}

fn unknown() -> Error {
    Error::NotSupported { source: "only SHA-256 is needed for S3".into() }
}
