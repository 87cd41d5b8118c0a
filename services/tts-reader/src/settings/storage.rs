//! Where audio is kept.

use super::{Aws, Environment, SettingsError, aws::wrong};

/// Where audio is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Storage {
    /// In a directory.
    Local,
    /// In a bucket of S3.
    S3(Bucket),
}

/// A bucket of S3, or of what speaks like it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// Where it is, and as whom it is used.
    pub aws: Aws,
}

impl Storage {
    /// As the setting says it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::S3(_) => "s3",
        }
    }

    /// The bucket's name, if there is one.
    pub(crate) fn bucket(&self) -> Option<&str> {
        match self {
            Self::Local => None,
            Self::S3(bucket) => Some(&bucket.name),
        }
    }
}

/// The storage that the environment names.
///
/// # Errors
/// A word that is none, or a bucket without a name or keys.
pub(super) fn resolve(env: &Environment, aws: Option<&Aws>) -> Result<Storage, SettingsError> {
    match env.text("STORAGE").map(str::trim) {
        None | Some("local") => return Ok(Storage::Local),
        Some("s3") => {}
        Some(other) => return Err(wrong("STORAGE", other, "local or s3")),
    }
    let missing =
        |what: &str, advice| Err(SettingsError::contradiction("STORAGE=s3", what, advice));
    let Some(name) = env.text("S3_BUCKET_NAME") else {
        return missing("no S3_BUCKET_NAME", "name the bucket that keeps the audio");
    };
    let Some(aws) = aws else {
        let advice =
            "set it and AWS_SECRET_ACCESS_KEY: keys that may put, get, list and delete there";
        return missing("no AWS_ACCESS_KEY_ID", advice);
    };
    if env.text("AUDIO_DIR").is_some() {
        return missing("AUDIO_DIR", "audio is kept in one place; leave one of the two out");
    }
    Ok(Storage::S3(Bucket { name: checked(name)?, aws: aws.clone() }))
}

/// It becomes a part of host names.
fn checked(name: &str) -> Result<String, SettingsError> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let fits = (3..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| plain(*byte) || matches!(byte, b'-' | b'.'))
        && bytes
            .first()
            .zip(bytes.last())
            .is_some_and(|(first, last)| plain(*first) && plain(*last))
        && !name.contains("..");
    if fits {
        return Ok(name.to_owned());
    }
    let expected = "the name of a bucket: 3 to 63 small letters, digits, hyphens and dots";
    Err(wrong("S3_BUCKET_NAME", name, expected))
}

#[cfg(test)]
mod tests {
    use super::{Storage, resolve};
    use crate::settings::{Environment, SettingsError, aws};

    fn with(pairs: &[(&str, &str)]) -> Result<Storage, SettingsError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let env = pairs.collect::<Environment>();
        resolve(&env, aws::resolve(&env)?.as_ref())
    }

    #[test]
    fn a_bucket_needs_a_name_and_keys() {
        let s3 = ("STORAGE", "s3");
        let bucket = ("S3_BUCKET_NAME", "tts-audio.example");
        let keys = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "hush")];
        let all = [s3, bucket, keys[0], keys[1]];
        assert_eq!(with(&[]).unwrap(), Storage::Local);
        assert_eq!(with(&[("STORAGE", "local"), bucket]).unwrap(), Storage::Local);
        assert_eq!(with(&all).unwrap().bucket(), Some("tts-audio.example"));
        for (pairs, words) in [
            (vec![("STORAGE", "disk")], "STORAGE=disk is not local or s3"),
            (vec![s3, keys[0], keys[1]], "no S3_BUCKET_NAME"),
            (vec![s3, bucket], "keys that may put"),
            ([&all[..], &[("AUDIO_DIR", "/audio")]].concat(), "leave one of the two out"),
            (
                vec![s3, ("S3_BUCKET_NAME", "Tts/audio"), keys[0], keys[1]],
                "is not the name of a bucket",
            ),
        ] {
            let error = with(&pairs).unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains("hush"), "{error}");
        }
    }
}
