//! Who takes money: nobody, Stripe, or in a load test a stand-in that takes none.

use url::{Host, Url};

use super::{Environment, Secret, SettingsError};
use crate::domain::Tier;

/// Who takes money for credits and subscriptions.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Payments {
    /// Nobody: what would be bought answers 404.
    Off,
    /// A page of this service where everything is paid at once, without money.
    Mock(Prices),
    /// Stripe.
    Stripe(Stripe),
}

/// How Stripe is reached and known.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Stripe {
    /// Where its API begins, without a slash at the end.
    pub base: String,
    /// Says who we are.
    pub key: Secret,
    /// Its events are signed with this.
    pub webhook_secret: Secret,
    /// What is for sale there.
    pub prices: Prices,
}

/// The subscriptions for sale, as ids of prices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Prices {
    /// PREMIUM by the month.
    pub premium_monthly: Option<String>,
    /// PREMIUM by the year.
    pub premium_yearly: Option<String>,
    /// PRO by the month.
    pub pro_monthly: Option<String>,
    /// PRO by the year.
    pub pro_yearly: Option<String>,
}

impl Stripe {
    /// Stripe at `base`, with nothing but credits for sale.
    pub fn at(base: impl Into<String>, key: Secret, webhook_secret: Secret) -> Self {
        Self { base: base.into(), key, webhook_secret, prices: Prices::default() }
    }
}

impl Prices {
    /// One of each, for a stand-in.
    pub fn made_up() -> Self {
        let id = |name: &str| Some(format!("price_{name}"));
        Self {
            premium_monthly: id("premium_monthly"),
            premium_yearly: id("premium_yearly"),
            pro_monthly: id("pro_monthly"),
            pro_yearly: id("pro_yearly"),
        }
    }

    /// The price of a tier by the month and by the year.
    pub(crate) fn of(&self, tier: Tier) -> (Option<&str>, Option<&str>) {
        match tier {
            Tier::Premium => (self.premium_monthly.as_deref(), self.premium_yearly.as_deref()),
            Tier::Pro => (self.pro_monthly.as_deref(), self.pro_yearly.as_deref()),
            Tier::Free | Tier::Light => (None, None),
        }
    }

    /// The tier that a price buys.
    pub(crate) fn tier(&self, price: &str) -> Option<Tier> {
        [Tier::Premium, Tier::Pro].into_iter().find(|tier| {
            let (month, year) = self.of(*tier);
            month == Some(price) || year == Some(price)
        })
    }
}

impl Payments {
    /// What is for sale.
    pub(crate) fn prices(&self) -> Option<&Prices> {
        match self {
            Self::Off => None,
            Self::Mock(prices) => Some(prices),
            Self::Stripe(stripe) => Some(&stripe.prices),
        }
    }
}

/// Who takes money, as the environment says.
///
/// # Errors
/// A key without the secret of its events, or an address that would show the key to others.
pub(super) fn resolve(env: &Environment, dev: bool) -> Result<Payments, SettingsError> {
    if env.truth("LOAD_TEST_MODE")?.unwrap_or(false) {
        return Ok(Payments::Mock(Prices::made_up()));
    }
    let Some(key) = env.text("STRIPE_API_KEY") else {
        return Ok(if dev { Payments::Mock(Prices::made_up()) } else { Payments::Off });
    };
    let Some(secret) = env.text("STRIPE_WEBHOOK_SECRET") else {
        return Err(SettingsError::contradiction(
            "STRIPE_API_KEY",
            "no STRIPE_WEBHOOK_SECRET",
            "people would pay and get nothing; set the secret of the webhook endpoint",
        ));
    };
    let price = |name| env.text(name).map(str::to_owned);
    Ok(Payments::Stripe(Stripe {
        base: base(env.text("STRIPE_API_BASE").unwrap_or("https://api.stripe.com"))?,
        key: secret_of("STRIPE_API_KEY", key)?,
        webhook_secret: secret_of("STRIPE_WEBHOOK_SECRET", secret)?,
        prices: Prices {
            premium_monthly: price("STRIPE_PRICE_ID_PREMIUM_MONTHLY"),
            premium_yearly: price("STRIPE_PRICE_ID_PREMIUM_YEARLY"),
            pro_monthly: price("STRIPE_PRICE_ID_PRO_MONTHLY"),
            pro_yearly: price("STRIPE_PRICE_ID_PRO_YEARLY"),
        },
    }))
}

fn secret_of(name: &str, text: &str) -> Result<Secret, SettingsError> {
    // Without the text: what stands there may be most of a real key.
    Secret::new(name, text).map_err(|_| SettingsError::Value {
        name: name.to_owned(),
        value: "…".to_owned(),
        expected: "what Stripe's dashboard shows, at least 16 characters".to_owned(),
    })
}

/// The key is sent there, so only encrypted or not beyond this machine.
fn base(text: &str) -> Result<String, SettingsError> {
    let fits = Url::parse(text).is_ok_and(|url| match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
        ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
        ("http", Some(Host::Domain(name))) => name == "localhost",
        _ => false,
    });
    if fits {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err(SettingsError::Value {
        name: "STRIPE_API_BASE".to_owned(),
        value: text.to_owned(),
        expected: "an https:// address, or an http:// one of this machine".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Payments, Tier, resolve};
    use crate::settings::{Environment, SettingsError};

    const KEY: (&str, &str) = ("STRIPE_API_KEY", "sk_test_0123456789abcdef");
    const SECRET: (&str, &str) = ("STRIPE_WEBHOOK_SECRET", "whsec_0123456789abcdef");

    fn with(pairs: &[(&str, &str)], dev: bool) -> Result<Payments, SettingsError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        resolve(&pairs.collect::<Environment>(), dev)
    }

    #[test]
    fn a_key_makes_it_stripe_except_in_a_load_test() {
        assert!(matches!(with(&[], false), Ok(Payments::Off)));
        assert!(matches!(with(&[], true), Ok(Payments::Mock(_))));
        let load_test = [KEY, SECRET, ("LOAD_TEST_MODE", "true")];
        assert!(matches!(with(&load_test, true), Ok(Payments::Mock(_))));
        let price = ("STRIPE_PRICE_ID_PRO_YEARLY", "price_1");
        let Ok(Payments::Stripe(stripe)) = with(&[KEY, SECRET, price], true) else { panic!() };
        assert_eq!(stripe.base, "https://api.stripe.com");
        assert_eq!(stripe.prices.tier("price_1"), Some(Tier::Pro));
        assert_eq!(stripe.prices.tier("price_2"), None);
        assert!(!format!("{stripe:?}").contains("0123456789"), "{stripe:?}");
    }

    #[test]
    fn what_cannot_work_or_would_tell_the_key_is_refused() {
        for (env, words) in [
            (vec![KEY], "no STRIPE_WEBHOOK_SECRET"),
            (
                vec![KEY, SECRET, ("STRIPE_API_BASE", "http://stripe.example")],
                "an https:// address",
            ),
            (vec![KEY, ("STRIPE_WEBHOOK_SECRET", "whsec_kurz")], "at least 16 characters"),
        ] {
            let error = with(&env, false).unwrap_err().to_string();
            assert!(error.contains(words) && !error.contains("kurz"), "{error}");
        }
        with(&[KEY, SECRET, ("STRIPE_API_BASE", "http://127.0.0.1:12111")], false).unwrap();
    }
}
