//! AWS as the settings have it, for the crate that speaks to it.

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
