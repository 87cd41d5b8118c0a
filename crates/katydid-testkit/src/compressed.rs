//! Compressed bodies, well-meant and not.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_compression::tokio::write::{BrotliEncoder, GzipEncoder, ZstdEncoder};
use bytes::Bytes;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::reply::Reply;
use crate::routes::COMPRESSED_BODY;

const IN_MEMORY: &str = "writing to memory cannot fail";

/// The answer of `/gzip`, `/brotli` and `/zstd`.
pub(crate) async fn text(algorithm: &str) -> Reply {
    let text = COMPRESSED_BODY.as_bytes();
    let (coding, body) = match algorithm {
        "gzip" => ("gzip", write(GzipEncoder::new(Vec::new()), text).await.into_inner()),
        "brotli" => ("br", write(BrotliEncoder::new(Vec::new()), text).await.into_inner()),
        _ => ("zstd", write(ZstdEncoder::new(Vec::new()), text).await.into_inner()),
    };
    Reply::text(200, body).header("content-encoding", coding)
}

async fn write<E: AsyncWrite + Unpin>(mut encoder: E, bytes: &[u8]) -> E {
    encoder.write_all(bytes).await.expect(IN_MEMORY);
    encoder.shutdown().await.expect(IN_MEMORY);
    encoder
}

/// Bombs by size in MiB, each built once.
#[derive(Default)]
pub(crate) struct Bombs(Mutex<HashMap<u64, Bytes>>);

impl Bombs {
    /// The answer of `/bomb/{mib}`; at most 4 GiB.
    pub(crate) async fn get(&self, mib: u64) -> Reply {
        let mib = mib.min(4096);
        let built = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = built().get(&mib).cloned();
        let bomb = match known {
            Some(bomb) => bomb,
            None => {
                let bomb = build(mib).await;
                built().insert(mib, bomb.clone());
                bomb
            }
        };
        Reply::text(200, bomb).header("content-encoding", "gzip")
    }
}

async fn build(mib: u64) -> Bytes {
    let zeros = vec![0; 1024 * 1024];
    let mut encoder = GzipEncoder::new(Vec::new());
    for _ in 0..mib {
        encoder.write_all(&zeros).await.expect(IN_MEMORY);
    }
    encoder.shutdown().await.expect(IN_MEMORY);
    encoder.into_inner().into()
}
