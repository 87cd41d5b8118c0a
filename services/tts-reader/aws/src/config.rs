//! Where AWS is reached, as whom, and how long that may take.

use std::fmt;
use std::time::Duration;

/// How AWS is reached and known.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// For example `us-east-1`.
    pub region: String,
    /// Who asks.
    pub credentials: Credentials,
    /// Where every service is reached, when it is not AWS itself. Without a slash at the end.
    pub endpoint: Option<String>,
    /// What a call may take.
    pub patience: Patience,
}

impl Config {
    /// AWS itself.
    pub fn new(region: impl Into<String>, credentials: Credentials) -> Self {
        let patience = Patience::default();
        Self { region: region.into(), credentials, endpoint: None, patience }
    }

    /// Where a service is reached.
    pub(crate) fn endpoint_of(&self, service: &str) -> String {
        match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => format!("https://{service}.{}.{}", self.region, domain(&self.region)),
        }
    }
}

/// China has a domain of its own.
fn domain(region: &str) -> &'static str {
    if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// A pair of keys, with the token that temporary ones have. Neither secret nor token ever shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    pub(crate) key_id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Credentials {
    /// Keys as AWS gives them: `AKIA…` and its secret.
    pub fn new(key_id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { key_id: key_id.into(), secret: secret.into(), token: None }
    }

    /// The same with the token of a session.
    pub fn with_token(self, token: Option<String>) -> Self {
        Self { token, ..self }
    }

    /// A text of somebody else, without what it repeats of these.
    pub(crate) fn hide_in(&self, text: &str) -> String {
        let all = [Some(&self.key_id), Some(&self.secret), self.token.as_ref()];
        let all = all.into_iter().flatten().filter(|it| !it.is_empty());
        all.fold(text.to_owned(), |text, it| text.replace(it.as_str(), "…"))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// What a call may take: each try, all tries together, how many, and the pauses between them.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Patience {
    /// One try, until its whole answer is there.
    pub one: Duration,
    /// All tries, pauses included.
    pub all: Duration,
    /// How often a call is made at most.
    pub tries: u32,
    /// The pause before the second try, doubled for each further one. Half of it is by chance, so that
    /// callers who were refused together do not come back together.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            one: Duration::from_secs(20),
            all: Duration::from_secs(45),
            tries: 5,
            pause: Duration::from_millis(200),
        }
    }
}

impl Patience {
    /// Before the try of that number, counted from one.
    pub(crate) fn pause_before(&self, number: u32, chance: f64) -> Duration {
        let whole = self.pause * 2_u32.saturating_pow(number.saturating_sub(2));
        whole.mul_f64(0.5 + chance / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Credentials, Duration, Patience};

    #[test]
    fn services_have_the_addresses_that_aws_gives_them() {
        let at = |region| Config::new(region, Credentials::new("AKID", "hush"));
        assert_eq!(at("us-east-1").endpoint_of("polly"), "https://polly.us-east-1.amazonaws.com");
        let china = "https://textract.cn-north-1.amazonaws.com.cn";
        assert_eq!(at("cn-north-1").endpoint_of("textract"), china);
        assert!(!format!("{:?}", at("us-east-1")).contains("hush"));
    }

    #[test]
    fn pauses_double_and_half_of_each_is_chance() {
        let patience = Patience { pause: Duration::from_millis(100), ..Patience::default() };
        let millis = |number, chance| patience.pause_before(number, chance).as_millis();
        assert_eq!([millis(2, 0.0), millis(2, 1.0)], [50, 100]);
        assert_eq!([millis(5, 0.0), millis(5, 1.0)], [400, 800]);
    }
}
