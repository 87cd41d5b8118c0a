//! Taking money: Stripe, a stand-in for load tests, or nobody.
//!
//! Nothing here touches accounts. What was paid is told by events (`events.rs`), whose changes the
//! store makes (`store/payments.rs`).

mod audit;
mod error;
mod events;
mod mock;
mod signature;
mod stripe;

pub(crate) use error::PayError;
use events::Events;
pub(crate) use mock::{Checkout as MockCheckout, Mock};
use stripe::Paid;
pub(crate) use stripe::{Figures, Stripe};

use crate::{
    breaker::Condition,
    domain::{Tier, UserId},
    server::ServeError,
    settings::{self, Settings},
};

/// Who takes money.
#[derive(Debug)]
pub(crate) enum Payments {
    Off,
    Mock(Mock),
    Stripe(Box<Stripe>),
}

/// What somebody wants to buy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Goods {
    Credits(i64),
    Subscription { price: String, tier: Tier },
}

/// A checkout to open.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) user: UserId,
    pub(crate) username: String,
    pub(crate) email: String,
    /// Who the buyer is to the payment service, when it knows him.
    pub(crate) customer: Option<String>,
    pub(crate) goods: Goods,
    /// Where the buyer comes back to; without a slash at the end.
    pub(crate) frontend: String,
    /// Where this service is reached; without a slash at the end.
    pub(crate) here: String,
    /// The same key opens the same checkout.
    pub(crate) key: String,
}

impl Payments {
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub(crate) fn new(settings: &Settings, secret: &[u8]) -> Result<Self, ServeError> {
        Ok(match &settings.payments {
            settings::Payments::Off => Self::Off,
            settings::Payments::Mock(_) => Self::Mock(Mock::new(secret)),
            settings::Payments::Stripe(stripe) => {
                let stripe = Stripe::new(stripe).map_err(ServeError::Start)?;
                Self::Stripe(Box::new(stripe))
            }
        })
    }

    /// Opens a checkout; returns the address where it is paid.
    pub(crate) async fn checkout(&self, order: &Order) -> Result<String, PayError> {
        match self {
            Self::Off => Err(PayError::Off),
            Self::Mock(mock) => mock.checkout(order),
            Self::Stripe(stripe) => stripe.checkout(order).await,
        }
    }

    /// The page where a customer sees and ends what was bought.
    pub(crate) async fn portal(&self, customer: &str, back: &str) -> Result<String, PayError> {
        match self {
            Self::Off => Err(PayError::Off),
            Self::Mock(_) => Ok(back.to_owned()),
            Self::Stripe(stripe) => stripe.portal(customer, back).await,
        }
    }

    /// Ends a subscription, so that it takes no more money.
    pub(crate) async fn end_subscription(&self, id: &str) -> Result<(), PayError> {
        match self {
            Self::Off => Err(PayError::Off),
            Self::Mock(_) => Ok(()),
            Self::Stripe(stripe) => stripe.end_subscription(id).await,
        }
    }

    /// As `/api/health` shows it.
    pub(crate) fn health(&self) -> &'static str {
        match self {
            Self::Off => "not_configured",
            Self::Mock(_) => "mock",
            Self::Stripe(stripe) => match stripe.figures().condition {
                Condition::Closed => "healthy",
                Condition::HalfOpen => "recovering",
                Condition::Open => "unavailable",
            },
        }
    }

    /// Of the calls to Stripe, when there are any.
    pub(crate) fn figures(&self) -> Option<Figures> {
        match self {
            Self::Stripe(stripe) => Some(stripe.figures()),
            Self::Off | Self::Mock(_) => None,
        }
    }
}
