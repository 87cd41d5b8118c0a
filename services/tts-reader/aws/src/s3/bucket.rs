//! A bucket: files that are there whole or not at all.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, future::ready};
use jiff::Timestamp;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{
    Attribute, Attributes, BackoffConfig, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMultipartOptions, PutOptions, PutPayload, RetryConfig, WriteMultipart, path::Path,
    signer::Signer,
};
use reqwest::Method;

use super::{crypto::Sha256s, transport::Connector};
use crate::{AwsError, Config, Patience};

/// From this size on a file goes in parts, each of which is tried again by itself.
const LONG: usize = 16 << 20;
const PART: usize = 8 << 20;
/// Parts of one file under way together.
const TOGETHER: usize = 3;
/// Longest life of a link that S3 allows.
const LONGEST_LINK: Duration = Duration::from_hours(7 * 24);

/// A bucket, as one pair of keys reaches it.
#[derive(Debug)]
pub struct Bucket {
    store: Arc<AmazonS3>,
    place: String,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Object {
    /// All of it.
    pub content: Bytes,
    /// Since it was put, by the bucket's clock and ours.
    pub age: Duration,
}

impl Bucket {
    /// Sets up what reaches a bucket; nothing is asked yet.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up, or the endpoint is no address.
    pub fn open(config: &Config, name: &str) -> Result<Self, AwsError> {
        let step = "S3: set up the client";
        let keys = &config.credentials;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(name)
            .with_region(&config.region)
            .with_access_key_id(&keys.key_id)
            .with_secret_access_key(&keys.secret)
            .with_crypto_provider(Arc::new(Sha256s))
            .with_http_connector(Connector::new(step)?)
            .with_retry(retry(config.patience))
            // A certificate of `*.s3.…` fits no name with dots.
            .with_virtual_hosted_style_request(config.endpoint.is_none() && !name.contains('.'));
        if let Some(token) = &keys.token {
            builder = builder.with_token(token);
        }
        let place = match &config.endpoint {
            Some(endpoint) => {
                builder = builder.with_endpoint(endpoint).with_allow_http(true);
                format!("{name} at {endpoint}")
            }
            None => format!("{name} in {}", config.region),
        };
        let store = builder.build().map_err(|error| AwsError::unfit(step, error.to_string()))?;
        Ok(Self { store: Arc::new(store), place })
    }

    /// What tells this bucket from every other.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Puts a file, whole or not at all. A long one goes in parts, which are taken back when one fails.
    ///
    /// # Errors
    /// When the bucket does not take it.
    pub async fn put(&self, path: &str, content: Bytes, kind: &str) -> Result<(), AwsError> {
        let to = Path::from(path);
        let attributes: Attributes =
            [(Attribute::ContentType, kind.to_owned())].into_iter().collect();
        let put = if content.len() < LONG {
            let options = PutOptions { attributes, ..PutOptions::default() };
            self.store.put_opts(&to, PutPayload::from(content), options).await.map(drop)
        } else {
            let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
            // A task of its own: whoever waits for it may go, and then the parts would stay.
            tokio::spawn(put_long(Arc::clone(&self.store), to, content, options))
                .await
                .unwrap_or_else(|error| Err(error.into()))
        };
        put.map_err(|error| failed("S3: put a file", &error))
    }

    /// A whole file, if it is there.
    ///
    /// # Errors
    /// When the bucket cannot be asked, or the file has more bytes than that.
    pub async fn get(&self, path: &str, most_bytes: u64) -> Result<Option<Object>, AwsError> {
        let step = "S3: get a file";
        let found = self.store.get(&Path::from(path)).await;
        let Some(found) = if_there(found).map_err(|error| failed(step, &error))? else {
            return Ok(None);
        };
        if found.meta.size > most_bytes {
            let cause = format!("it has {} bytes, more than {most_bytes}", found.meta.size);
            return Err(AwsError::nonsense(step, cause));
        }
        let age = age(&found.meta);
        let content = found.bytes().await.map_err(|error| failed(step, &error))?;
        Ok(Some(Object { content, age }))
    }

    /// How long ago a file was put, if it is there.
    ///
    /// # Errors
    /// When the bucket cannot be asked.
    pub async fn age(&self, path: &str) -> Result<Option<Duration>, AwsError> {
        let found = if_there(self.store.head(&Path::from(path)).await);
        let found = found.map_err(|error| failed("S3: look for a file", &error))?;
        Ok(found.map(|meta| age(&meta)))
    }

    /// A link by which anybody gets a file, for so long, seven days at most. Made without asking S3.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub async fn link(&self, path: &str, life: Duration) -> Result<String, AwsError> {
        let (path, life) = (Path::from(path), life.min(LONGEST_LINK));
        let url = self.store.signed_url(Method::GET, &path, life).await;
        url.map(Into::into).map_err(|error| failed("S3: sign a link", &error))
    }

    /// Removes a file, if it is there.
    ///
    /// # Errors
    /// When the bucket does not do it.
    pub async fn remove(&self, path: &str) -> Result<(), AwsError> {
        let removed = if_there(self.store.delete(&Path::from(path)).await);
        removed.map(drop).map_err(|error| failed("S3: remove a file", &error))
    }

    /// Removes everything in a folder; returns how many files.
    ///
    /// # Errors
    /// When the bucket does not list or remove; some may be gone.
    pub async fn remove_all(&self, folder: &str) -> Result<usize, AwsError> {
        self.remove_if("S3: remove a folder", folder, |_| true).await
    }

    /// Removes what was put longer ago in a folder; returns how many files.
    ///
    /// # Errors
    /// When the bucket does not list or remove; some may be gone.
    pub async fn remove_older(&self, folder: &str, older: Duration) -> Result<usize, AwsError> {
        self.remove_if("S3: remove old files", folder, move |meta| age(meta) > older).await
    }

    /// Page by page: a bucket may have more files than memory.
    async fn remove_if(
        &self,
        step: &str,
        folder: &str,
        goes: impl Fn(&ObjectMeta) -> bool + Send + Sync + 'static,
    ) -> Result<usize, AwsError> {
        let listed = self.store.list(Some(&Path::from(folder)));
        let going =
            listed.try_filter_map(move |meta| ready(Ok(goes(&meta).then_some(meta.location))));
        let removed = self.store.delete_stream(going.boxed());
        let count = removed.try_fold(0, |count, _| ready(Ok(count + 1))).await;
        count.map_err(|error| failed(step, &error))
    }

    /// Whether the bucket is there and lets itself be listed.
    ///
    /// # Errors
    /// Why not.
    pub async fn probe(&self) -> Result<(), AwsError> {
        let first = self.store.list(Some(&Path::from("probe"))).next().await;
        first.transpose().map(drop).map_err(|error| failed("S3: look into the bucket", &error))
    }
}

async fn put_long(
    store: Arc<AmazonS3>,
    to: Path,
    mut content: Bytes,
    options: PutMultipartOptions,
) -> object_store::Result<()> {
    let upload = store.put_multipart_opts(&to, options).await?;
    let mut writer = WriteMultipart::new_with_chunk_size(upload, PART);
    // Part by part, so that no more of them are under way than may be.
    while !content.is_empty() {
        if let Err(error) = writer.wait_for_capacity(TOGETHER).await {
            take_back(writer).await;
            return Err(error);
        }
        writer.put(content.split_to(content.len().min(PART)));
    }
    // Takes the parts back by itself when it fails.
    writer.finish().await.map(drop)
}

/// Frees the room of parts that nobody will ever see.
async fn take_back(writer: WriteMultipart) {
    if let Err(error) = writer.abort().await {
        tracing::warn!(%error, "S3 keeps parts of a file that was never finished");
    }
}

fn retry(patience: Patience) -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: patience.pause,
            max_backoff: patience.one,
            base: 2.0,
        },
        max_retries: patience.tries.saturating_sub(1) as usize,
        retry_timeout: patience.all,
    }
}

/// By two clocks, so what is from the future is new.
fn age(meta: &ObjectMeta) -> Duration {
    let now = Timestamp::now().as_millisecond();
    let age = now.saturating_sub(meta.last_modified.timestamp_millis());
    Duration::from_millis(age.try_into().unwrap_or(0))
}

fn if_there<T>(result: object_store::Result<T>) -> object_store::Result<Option<T>> {
    match result {
        Ok(there) => Ok(Some(there)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The library's error in our words: what may pass is told from what will not.
fn failed(step: &str, error: &object_store::Error) -> AwsError {
    use object_store::Error::{AlreadyExists, NotFound, PermissionDenied, Unauthenticated};
    let step = step.to_owned();
    let (code, message) = told(&innermost(error));
    match error {
        AlreadyExists { .. }
        | NotFound { .. }
        | PermissionDenied { .. }
        | Unauthenticated { .. } => {
            AwsError::Refused { step, code: code.unwrap_or_else(|| "refused".to_owned()), message }
        }
        _ => {
            let code = code.map(|code| format!("{code}: ")).unwrap_or_default();
            AwsError::Away { step, cause: format!("{code}{message}") }
        }
    }
}

fn innermost(error: &object_store::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// S3's name of what is wrong, and the first line of what it says. The rest of its answer repeats the
/// request, and with it a session's token.
fn told(text: &str) -> (Option<String>, String) {
    let within = |tag: &str| {
        let rest = text.split_once(&format!("<{tag}>"))?.1;
        Some(rest.split_once(&format!("</{tag}>"))?.0)
    };
    let message = within("Message").or_else(|| text.split('<').next()).unwrap_or_default();
    let line = message.lines().next().unwrap_or_default();
    (within("Code").map(str::to_owned), line.chars().take(300).collect())
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn errors_repeat_the_reason_and_not_the_request() {
        let body = "Server returned non-2xx status code: 403 Forbidden: <?xml version=\"1.0\"?>\n\
                    <Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.</Message>\
                    <CanonicalRequest>x-amz-security-token:hush</CanonicalRequest></Error>";
        let told_of = |text| {
            let (code, message) = told(text);
            (code.unwrap_or_default(), message)
        };
        let reason = ("SignatureDoesNotMatch".to_owned(), "It does not match.".to_owned());
        assert_eq!(told_of(body), reason);
        let plain = "error trying to connect\nand more";
        assert_eq!(told_of(plain), (String::new(), "error trying to connect".to_owned()));
    }
}
