//! A service that takes payments, and the double of Stripe that it takes them by.

use katydid_testkit::{Happened, StripeDouble, stripe_signature};
use reqwest::Method;
use serde_json::{Value, json};
use tts_reader::{Payments, Prices, Secret, Settings, Stripe};

use crate::app::{Reply, TestApp, User};

pub(crate) const WEBHOOK: &str = "/api/stripe_webhook";

/// A service and the double it buys from.
pub(crate) struct Shop {
    pub(crate) app: TestApp,
    pub(crate) stripe: StripeDouble,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    /// … with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let stripe = StripeDouble::spawn();
        let mut till = Stripe::at(
            stripe.url(),
            Secret::new("test", StripeDouble::KEY).unwrap(),
            Secret::new("test", StripeDouble::WEBHOOK_SECRET).unwrap(),
        );
        till.prices = Prices::made_up();
        let app = TestApp::with(|settings| {
            settings.payments = Payments::Stripe(till);
            change(settings);
        })
        .await;
        stripe.deliver_to(&format!("{}{WEBHOOK}", app.url));
        Self { app, stripe }
    }

    pub(crate) async fn order(&self, user: &User, credits: i64) -> String {
        let body = json!({ "credits": credits });
        let reply = self.app.post_as(user, "/api/create-credit-checkout", body).await;
        reply.expect_status(200);
        self.stripe.sessions().pop().unwrap()
    }

    pub(crate) async fn subscribe(&self, user: &User, price: &str) -> String {
        let body = json!({ "price_id": price });
        let reply = self.app.post_as(user, "/api/create-checkout-session", body).await;
        reply.expect_status(200);
        self.stripe.sessions().pop().unwrap()
    }

    /// Orders, pays, and lets the events arrive.
    pub(crate) async fn buy(&self, user: &User, credits: i64) -> String {
        let session = self.order(user, credits).await;
        for it in self.stripe.pay(&session) {
            assert_eq!(self.stripe.deliver(&it.event).await.unwrap(), 200);
        }
        session
    }

    pub(crate) fn payment(&self, session: &str) -> String {
        self.field(session, "payment_intent")
    }

    pub(crate) fn field(&self, id: &str, name: &str) -> String {
        self.stripe.object(id).unwrap()[name].as_str().unwrap().to_owned()
    }

    pub(crate) async fn tier(&self, user: &User) -> Value {
        self.app.get_as(user, "/api/credit-balance").await.expect_status(200).json["tier"].clone()
    }

    /// Sends an event as anybody could.
    pub(crate) async fn send(&self, payload: &str, signature: Option<&str>) -> Reply {
        let request = self.app.request(Method::POST, WEBHOOK).body(payload.to_owned());
        let request = match signature {
            Some(signature) => request.header("stripe-signature", signature),
            None => request,
        };
        self.app.send(request).await
    }

    pub(crate) async fn send_signed(&self, payload: &str) -> Reply {
        let signature = stripe_signature(payload, StripeDouble::WEBHOOK_SECRET, second());
        self.send(payload, Some(&signature)).await
    }
}

pub(crate) fn second() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// The one event of that kind.
pub(crate) fn of_kind(happened: &[Happened], kind: &str) -> String {
    happened.iter().find(|it| it.kind == kind).unwrap().event.clone()
}
