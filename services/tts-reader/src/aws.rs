//! AWS as the settings have it, for the crate that speaks to it.

#[cfg(any(feature = "polly", feature = "textract"))]
use tts_reader_aws::AwsError;
use tts_reader_aws::{Config, Credentials};

use crate::settings::Aws;

impl Aws {
    pub(crate) fn config(&self) -> Config {
        let token = self.token.as_ref().map(|token| token.expose().to_owned());
        let keys = Credentials::new(self.key_id.expose(), self.secret.expose()).with_token(token);
        let mut config = Config::new(&self.region, keys);
        config.endpoint.clone_from(&self.endpoint);
        config
    }
}

/// For the log: what went wrong, and where to look when it is the keys.
#[cfg(any(feature = "polly", feature = "textract"))]
pub(crate) fn told(error: &AwsError) -> String {
    if !error.is_of_the_keys() {
        return error.to_string();
    }
    format!(
        "{error}; check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION, and \
         what these keys may do"
    )
}
