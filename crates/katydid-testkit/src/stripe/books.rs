//! What the double knows: every object by its id, and what happens to them.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value, json};

use super::{Happened, StripeFailure, events::now};

/// Keys are remembered for the life of a test; a long run forgets the oldest.
const MOST_KEYS: usize = 10_000;

/// All there is.
#[derive(Debug)]
pub(crate) struct Books {
    pub(super) base: String,
    pub(super) webhook: Option<String>,
    pub(super) failures: VecDeque<StripeFailure>,
    pub(super) calls: u64,
    /// How many seconds the clock of events is ahead.
    pub(super) ahead: i64,
    objects: BTreeMap<String, Value>,
    /// Answers by idempotency key: what was asked, status, answer.
    answers: BTreeMap<String, (String, u16, Value)>,
    keys: VecDeque<String>,
    sessions: Vec<String>,
    /// Makes ids unlike those of a double of before.
    start: i64,
    made: u64,
}

impl Books {
    pub(super) fn new(base: String) -> Self {
        Self {
            base,
            webhook: None,
            failures: VecDeque::new(),
            calls: 0,
            ahead: 0,
            objects: BTreeMap::new(),
            answers: BTreeMap::new(),
            keys: VecDeque::new(),
            sessions: Vec::new(),
            start: now(),
            made: 0,
        }
    }

    /// Counts a call; how it goes wrong, if it does.
    pub(super) fn call(&mut self) -> Option<StripeFailure> {
        self.calls += 1;
        self.failures.pop_front()
    }

    pub(super) fn get(&self, id: &str) -> Option<&Value> {
        self.objects.get(id)
    }

    pub(super) fn existing(&mut self, id: &str) -> &mut Value {
        self.objects.get_mut(id).unwrap_or_else(|| panic!("the double has no {id}"))
    }

    pub(super) fn sessions(&self) -> Vec<String> {
        self.sessions.clone()
    }

    /// Events, newest first.
    pub(super) fn events(&self) -> Vec<Value> {
        let mut events: Vec<Value> =
            self.objects.values().filter(|it| it["object"] == "event").cloned().collect();
        events.reverse();
        events
    }

    /// A new id, all letters and digits after its kind.
    pub(super) fn id(&mut self, kind: &str) -> String {
        self.made += 1;
        format!("{kind}_{:x}{:06x}", self.start, self.made)
    }

    pub(super) fn second(&self) -> i64 {
        now() + self.ahead
    }

    /// Keeps an object under its own id.
    pub(super) fn keep(&mut self, object: Value) -> Value {
        let id = object["id"].as_str().expect("every object has an id").to_owned();
        if object["object"] == "checkout.session" && !self.objects.contains_key(&id) {
            self.sessions.push(id.clone());
        }
        self.objects.insert(id, object.clone());
        object
    }

    pub(super) fn answered(&self, key: &str) -> Option<&(String, u16, Value)> {
        self.answers.get(key)
    }

    pub(super) fn remember(&mut self, key: &str, asked: String, status: u16, answer: Value) {
        if self.keys.len() == MOST_KEYS
            && let Some(oldest) = self.keys.pop_front()
        {
            self.answers.remove(&oldest);
        }
        self.keys.push_back(key.to_owned());
        self.answers.insert(key.to_owned(), (asked, status, answer));
    }

    /// An event about an object as it is now.
    fn happened(&mut self, kind: &str, about: &str) -> Happened {
        let id = self.id("evt");
        let event = json!({
            "id": id,
            "object": "event",
            "api_version": "2024-06-20",
            "created": self.second(),
            "data": { "object": self.existing(about).clone() },
            "livemode": false,
            "pending_webhooks": 1,
            "request": { "id": null, "idempotency_key": null },
            "type": kind,
        });
        self.keep(event);
        Happened { event: id, kind: kind.to_owned() }
    }

    pub(super) fn complete_unpaid(&mut self, session: &str) -> Vec<Happened> {
        self.customer_of(session);
        self.existing(session)["status"] = json!("complete");
        vec![self.happened("checkout.session.completed", session)]
    }

    pub(super) fn pay(&mut self, session: &str) -> Vec<Happened> {
        if self.existing(session)["payment_status"] == "paid" {
            return Vec::new();
        }
        let was_completed = self.existing(session)["status"] == "complete";
        self.customer_of(session);
        let mut happened = if self.existing(session)["mode"] == "subscription" {
            self.begin_subscription(session)
        } else {
            self.take_money(session)
        };
        let it = self.existing(session);
        it["payment_status"] = json!("paid");
        it["status"] = json!("complete");
        // Nobody can pay there again.
        it["url"] = Value::Null;
        let kind = if was_completed {
            "checkout.session.async_payment_succeeded"
        } else {
            "checkout.session.completed"
        };
        happened.push(self.happened(kind, session));
        happened
    }

    fn customer_of(&mut self, session: &str) {
        if !self.existing(session)["customer"].is_null() {
            return;
        }
        let id = self.id("cus");
        let email = self.existing(session)["customer_email"].clone();
        self.keep(json!({ "id": id, "object": "customer", "email": email, "livemode": false }));
        self.existing(session)["customer"] = json!(id);
    }

    fn take_money(&mut self, session: &str) -> Vec<Happened> {
        let (intent, charge) = (self.id("pi"), self.id("ch"));
        let it = self.existing(session);
        let (amount, customer) = (it["amount_total"].clone(), it["customer"].clone());
        it["payment_intent"] = json!(intent);
        self.keep(json!({
            "id": intent, "object": "payment_intent", "amount": amount, "amount_received": amount,
            "currency": "usd", "customer": customer, "latest_charge": charge, "livemode": false,
            "metadata": {}, "status": "succeeded",
        }));
        self.keep(json!({
            "id": charge, "object": "charge", "amount": amount, "amount_refunded": 0,
            "currency": "usd", "customer": customer, "disputed": false, "livemode": false,
            "metadata": {}, "paid": true, "payment_intent": intent, "refunded": false, "status": "succeeded",
        }));
        vec![
            self.happened("charge.succeeded", &charge),
            self.happened("payment_intent.succeeded", &intent),
        ]
    }

    fn begin_subscription(&mut self, session: &str) -> Vec<Happened> {
        let (id, item) = (self.id("sub"), self.id("si"));
        let it = self.existing(session);
        it["subscription"] = json!(id);
        let (customer, double) = (it["customer"].clone(), it["double"].clone());
        self.keep(json!({
            "id": id, "object": "subscription", "customer": customer, "livemode": false,
            "cancel_at_period_end": false, "metadata": double["subscription_metadata"],
            "items": { "object": "list", "has_more": false, "data": [{
                "id": item, "object": "subscription_item", "quantity": 1,
                "price": { "id": double["price"], "object": "price" },
            }] },
            "status": "active",
        }));
        vec![self.happened("customer.subscription.created", &id)]
    }

    /// So many cents go back.
    ///
    /// # Errors
    /// When there are not so many left.
    pub(super) fn refund(&mut self, payment: &str, cents: i64) -> Result<Happened, String> {
        let charge =
            self.existing(payment)["latest_charge"].as_str().unwrap_or_default().to_owned();
        let it = self.existing(&charge);
        let number = |name: &str| it[name].as_i64().unwrap_or(0);
        let (amount, before) = (number("amount"), number("amount_refunded"));
        if cents <= 0 || before + cents > amount {
            return Err(format!(
                "Refund amount ({cents}) is greater than unrefunded amount on charge ({})",
                amount - before
            ));
        }
        it["amount_refunded"] = json!(before + cents);
        it["refunded"] = json!(before + cents == amount);
        Ok(self.happened("charge.refunded", &charge))
    }

    /// The buyer's bank takes so many cents of a payment.
    ///
    /// # Errors
    /// When the payment was not of so much.
    pub(super) fn dispute(&mut self, payment: &str, cents: i64) -> Result<Vec<Happened>, String> {
        let charge =
            self.existing(payment)["latest_charge"].as_str().unwrap_or_default().to_owned();
        let paid = self.existing(&charge)["amount"].as_i64().unwrap_or(0);
        if !(1..=paid).contains(&cents) {
            return Err(format!("{cents} cents cannot be disputed of {paid}"));
        }
        self.existing(&charge)["disputed"] = json!(true);
        let (id, created) = (self.id("dp"), self.second());
        self.keep(json!({
            "id": id, "object": "dispute", "amount": cents, "balance_transactions": [],
            "charge": charge, "created": created, "currency": "usd", "evidence": {},
            "is_charge_refundable": false, "livemode": false, "metadata": {},
            "payment_intent": payment, "reason": "fraudulent", "status": "needs_response",
        }));
        Ok(vec![
            self.happened("charge.dispute.created", &id),
            self.happened("charge.dispute.funds_withdrawn", &id),
        ])
    }

    /// The bank decides a dispute: for the shop, or for the buyer.
    pub(super) fn decide(&mut self, dispute: &str, won: bool) -> Vec<Happened> {
        self.existing(dispute)["status"] = json!(if won { "won" } else { "lost" });
        let mut happened = vec![self.happened("charge.dispute.closed", dispute)];
        if won {
            happened.push(self.happened("charge.dispute.funds_reinstated", dispute));
        }
        happened
    }

    pub(super) fn change_subscription(&mut self, id: &str, status: &str) -> Happened {
        self.existing(id)["status"] = json!(status);
        let kind = match status {
            "canceled" => "customer.subscription.deleted",
            _ => "customer.subscription.updated",
        };
        self.happened(kind, id)
    }
}
