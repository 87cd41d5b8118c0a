//! AWS: as whom it is asked, and where.

use url::Url;

use super::{Environment, Hidden, SettingsError};

/// How AWS is reached and known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aws {
    /// Such as `us-east-1`.
    pub region: String,
    /// The pair of keys.
    pub key_id: Hidden,
    /// Its secret half.
    pub secret: Hidden,
    /// What temporary keys have beside.
    pub token: Option<Hidden>,
    /// Where all of it is reached, when it is not AWS itself. Without a slash at the end.
    pub endpoint: Option<String>,
}

/// The region without a word.
pub(super) const REGION: &str = "us-east-1";

/// AWS as the environment has it; `None` without keys.
///
/// # Errors
/// Half of a pair of keys, or a value that is none.
pub(super) fn resolve(env: &Environment) -> Result<Option<Aws>, SettingsError> {
    let region = region(env.text("AWS_REGION").unwrap_or(REGION))?;
    let endpoint = env.text("AWS_ENDPOINT_URL").map(endpoint).transpose()?;
    let hidden = |name| env.text(name).map(Hidden::new);
    let (key_id, secret) = (hidden("AWS_ACCESS_KEY_ID"), hidden("AWS_SECRET_ACCESS_KEY"));
    let token = hidden("AWS_SESSION_TOKEN");
    match (key_id, secret) {
        (Some(key_id), Some(secret)) => Ok(Some(Aws { region, key_id, secret, token, endpoint })),
        (None, None) => Ok(None),
        (key_id, _) => {
            let (given, missing) = if key_id.is_some() {
                ("AWS_ACCESS_KEY_ID", "no AWS_SECRET_ACCESS_KEY")
            } else {
                ("AWS_SECRET_ACCESS_KEY", "no AWS_ACCESS_KEY_ID")
            };
            let advice = "keys come in pairs; set both, or none of them";
            Err(SettingsError::contradiction(given, missing, advice))
        }
    }
}

/// It becomes a part of host names.
fn region(text: &str) -> Result<String, SettingsError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.len() <= 32 && text.bytes().all(fits) {
        return Ok(text.to_owned());
    }
    Err(wrong("AWS_REGION", text, "a region such as us-east-1"))
}

fn endpoint(text: &str) -> Result<String, SettingsError> {
    let fits = Url::parse(text).is_ok_and(|url| {
        let whole = url.path() == "/" && url.query().is_none() && url.username().is_empty();
        matches!(url.scheme(), "http" | "https") && url.has_host() && whole
    });
    if fits {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err(wrong(
        "AWS_ENDPOINT_URL",
        text,
        "an address such as https://minio.example.com, without a path",
    ))
}

pub(super) fn wrong(name: &str, value: &str, expected: &str) -> SettingsError {
    SettingsError::Value {
        name: name.to_owned(),
        value: value.to_owned(),
        expected: expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Aws, resolve};
    use crate::settings::{Environment, SettingsError};

    const KEYS: [(&str, &str); 2] =
        [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "hush-hush")];

    fn with(pairs: &[(&str, &str)]) -> Result<Option<Aws>, SettingsError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        resolve(&pairs.collect::<Environment>())
    }

    #[test]
    fn keys_make_it_aws_and_never_show() {
        assert_eq!(with(&[("AWS_REGION", "eu-central-1")]).unwrap(), None);
        let aws = with(&KEYS).unwrap().unwrap();
        assert_eq!((aws.region.as_str(), &aws.endpoint, &aws.token), ("us-east-1", &None, &None));
        let shown = format!("{aws:?}");
        assert!(!shown.contains("AKID") && !shown.contains("hush"), "{shown}");
        let there = [&KEYS[..], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:5001/")]].concat();
        let aws = with(&there).unwrap().unwrap();
        assert_eq!(aws.endpoint.as_deref(), Some("http://127.0.0.1:5001"));
    }

    #[test]
    fn half_a_pair_and_what_is_no_address_are_refused() {
        for (pairs, words) in [
            (&KEYS[..1], "AWS_ACCESS_KEY_ID and no AWS_SECRET_ACCESS_KEY contradict"),
            (&KEYS[1..], "AWS_SECRET_ACCESS_KEY and no AWS_ACCESS_KEY_ID contradict"),
            (&[("AWS_REGION", "us-east-1.evil.example")], "is not a region such as"),
            (&[("AWS_ENDPOINT_URL", "minio:9000")], "is not an address such as"),
            (&[("AWS_ENDPOINT_URL", "http://minio:9000/s3")], "without a path"),
        ] {
            let error = with(pairs).unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains("hush"), "{error}");
        }
    }
}
