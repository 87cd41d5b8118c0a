//! Payments that take no money, for load tests: a checkout is a signed token in the address of a page
//! of this service, where it is paid at once. What was paid goes the way of every event.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Goods, Order, PayError};
use crate::{
    domain::{Tier, Timestamp, UserId, price_of},
    store::{Change, Credited, Event, Subscription},
};

/// How long a checkout can be paid, in seconds.
const LIFETIME: i64 = 24 * 3_600;

/// Makes checkouts and knows its own.
pub(crate) struct Mock {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// A checkout, as its token has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Checkout {
    user: UserId,
    /// Which of the user's checkouts.
    number: String,
    credits: Option<i64>,
    price: Option<String>,
    tier: String,
    exp: i64,
    /// Where the buyer goes on.
    pub(crate) success: String,
}

impl Mock {
    pub(super) fn new(secret: &[u8]) -> Self {
        // A key of its own, so that a checkout can never be taken for a token.
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes any key");
        mac.update(b"tts-reader mock checkouts");
        let key = mac.finalize().into_bytes().to_vec();
        Self { encoding: EncodingKey::from_secret(&key), decoding: DecodingKey::from_secret(&key) }
    }

    pub(super) fn checkout(&self, order: &Order) -> Result<String, PayError> {
        let (credits, price, tier) = match &order.goods {
            Goods::Credits(credits) => (Some(*credits), None, Tier::of_purchase(*credits)),
            Goods::Subscription { price, tier } => (None, Some(price.clone()), *tier),
        };
        // As with Stripe, a key opens one checkout.
        let digest = Sha256::digest(order.key.as_bytes());
        let number: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        let checkout = Checkout {
            user: order.user.clone(),
            success: format!("{}/pages/success.html?session_id=cs_mock_{number}", order.frontend),
            number,
            credits,
            price,
            tier: tier.upper().to_owned(),
            exp: Timestamp::now().unix_seconds() + LIFETIME,
        };
        let token = encode(&Header::new(Algorithm::HS256), &checkout, &self.encoding)
            .map_err(|error| PayError::Refused(error.to_string()))?;
        Ok(format!("{}/api/dev/checkout/{token}", order.here))
    }

    /// A checkout that was made here and can still be paid.
    pub(crate) fn read(&self, token: &str) -> Option<Checkout> {
        let validation = Validation::new(Algorithm::HS256);
        decode::<Checkout>(token, &self.decoding, &validation).ok().map(|it| it.claims)
    }
}

impl Checkout {
    /// What is bought, for people.
    pub(crate) fn goods(&self) -> String {
        match self.credits {
            Some(credits) => format!("{credits} credits"),
            None => format!("the {} subscription", self.tier),
        }
    }

    /// The event of its payment, and what that asks for.
    pub(crate) fn pay(&self, now: Timestamp) -> (Event, Change) {
        let event = Event {
            id: format!("evt_mock_{}", self.number),
            kind: "checkout.session.completed".to_owned(),
            created: now.unix_seconds(),
        };
        let customer = Some(format!("cus_mock_{}", self.user));
        let change = match self.credits {
            Some(credits) => Change::Credit(Credited {
                user: self.user.clone(),
                payment: format!("pi_mock_{}", self.number),
                session: format!("cs_mock_{}", self.number),
                customer,
                credits,
                cents: price_of(credits),
            }),
            None => Change::Subscription(Subscription {
                id: format!("sub_mock_{}", self.number),
                user: Some(self.user.clone()),
                customer,
                price: self.price.clone(),
                tier: self.tier.parse().ok(),
                status: "active".to_owned(),
                active: true,
                ended: false,
                rank: 1,
            }),
        };
        (event, change)
    }
}

/// Without the key.
impl std::fmt::Debug for Mock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mock")
    }
}
