//! Random numbers that are the same for the same request, so that a load test can be done again.

use sha2::{Digest, Sha256};

use super::remote::Call;

/// SplitMix64: small, and even enough for waits.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Call {
    /// The random numbers of a call, for one purpose, at one try.
    pub(super) fn random(&self, purpose: &str) -> Random {
        let mut hash = Sha256::new();
        for part in [purpose, self.voice.id, self.engine.word(), &self.text] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.update(self.number.to_le_bytes());
        hash.update(self.attempt.to_le_bytes());
        let digest = hash.finalize();
        let mut seed = [0; 8];
        seed.copy_from_slice(&digest[..8]);
        Random(u64::from_le_bytes(seed))
    }
}

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to one below the limit, which is small.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A number between the two.
    pub(super) fn between(&mut self, least: f64, most: f64) -> f64 {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        least + (most - least) * unit
    }
}
