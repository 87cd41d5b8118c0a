//! The calls of the API, from a request to an answer.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    Happened, StripeDouble,
    books::Books,
    checkout::{self, Fields},
};
use crate::request::Request;

/// What is sent back.
#[derive(Debug)]
pub(super) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// Events to deliver before.
    pub(super) deliver: Vec<String>,
}

/// A call that Stripe would not do.
#[derive(Debug)]
pub(super) struct Refused {
    status: u16,
    error: Value,
}

impl Refused {
    /// About one parameter.
    pub(super) fn field(name: &str, message: String) -> Self {
        let error = json!({ "type": "invalid_request_error", "param": name, "message": message });
        Self { status: 400, error }
    }

    fn missing(id: &str) -> Self {
        let error = json!({
            "type": "invalid_request_error", "code": "resource_missing", "param": "id",
            "message": format!("No such object: '{id}'"),
        });
        Self { status: 404, error }
    }

    fn unknown(request: &Request) -> Self {
        let message = format!("Unrecognized request URL ({}: {}).", request.method, request.path());
        Self { status: 404, error: json!({ "type": "invalid_request_error", "message": message }) }
    }
}

impl Answer {
    fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status, headers, body: body.to_string(), deliver: Vec::new() }
    }

    pub(super) fn bytes(&self, connection: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} -\r\nconnection: {connection}\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n{}", self.body.len(), self.body));
        head.into_bytes()
    }
}

pub(super) fn throttled() -> Answer {
    let message = "Request rate limit exceeded. The double was told to say so.";
    let error =
        json!({ "type": "invalid_request_error", "code": "rate_limit", "message": message });
    Answer::json(429, &json!({ "error": error }))
}

pub(super) fn broken() -> Answer {
    let message = "An error occurred with our connection to Stripe. The double was told to say so.";
    Answer::json(500, &json!({ "error": { "type": "api_error", "message": message } }))
}

/// Answers one request.
pub(super) fn answer(books: &mut Books, request: &Request) -> Answer {
    if let Some(session) = request.path().strip_prefix("/c/pay/") {
        return page(books, request, session);
    }
    if let Some(payment) = request.path().strip_prefix("/c/dispute/") {
        return bank(books, request, payment);
    }
    let mut answer = match authorized(request) {
        Ok(()) => call(books, request),
        Err(refused) => Answer::json(refused.status, &json!({ "error": refused.error })),
    };
    answer.headers.push(("request-id", books.id("req")));
    answer
}

/// The page where a checkout is paid: with one button.
fn page(books: &mut Books, request: &Request, session: &str) -> Answer {
    let Some(it) = books.get(session).filter(|it| it["object"] == "checkout.session") else {
        return Answer::json(404, &json!({ "error": "no such checkout" }));
    };
    if request.method != "POST" {
        let html = "<!doctype html><html lang=\"en\"><title>Pay</title><form method=\"post\">\
                    <button>Pay</button></form>";
        let headers = vec![("content-type", "text/html; charset=utf-8".to_owned())];
        return Answer { status: 200, headers, body: html.to_owned(), deliver: Vec::new() };
    }
    let back = it["success_url"].as_str().unwrap_or_default();
    let back = back.replace("{CHECKOUT_SESSION_ID}", session);
    let deliver = books.pay(session).into_iter().map(|Happened { event, .. }| event).collect();
    // What a header may not have was never a URL.
    let back: String = back.chars().filter(char::is_ascii_graphic).collect();
    Answer { status: 303, headers: vec![("location", back)], body: String::new(), deliver }
}

/// Not Stripe's: the buyer's bank, where all of a payment is disputed by a POST.
fn bank(books: &mut Books, request: &Request, payment: &str) -> Answer {
    let paid = books.get(payment).filter(|it| it["object"] == "payment_intent");
    let Some(paid) = paid.and_then(|it| it["amount"].as_i64()) else {
        return Answer::json(404, &json!({ "error": "no such payment" }));
    };
    if request.method != "POST" {
        return Answer::json(405, &json!({ "error": "a dispute is begun by a POST" }));
    }
    match books.dispute(payment, paid) {
        Ok(happened) => {
            let about = books.existing(&happened[0].event)["data"]["object"].clone();
            let deliver = happened.into_iter().map(|it| it.event).collect();
            Answer { deliver, ..Answer::json(200, &about) }
        }
        Err(message) => Answer::json(400, &json!({ "error": message })),
    }
}

/// As `Bearer`, or as the user name of basic authentication, which nobody uses here.
fn authorized(request: &Request) -> Result<(), Refused> {
    let key = request.header("authorization").and_then(|it| it.strip_prefix("Bearer "));
    if key == Some(StripeDouble::KEY) {
        return Ok(());
    }
    let message = match key {
        Some(_) => "Invalid API Key provided.",
        None => "You did not provide an API key.",
    };
    Err(Refused {
        status: 401,
        error: json!({ "type": "invalid_request_error", "message": message }),
    })
}

/// Does a call once, however often it comes with one key.
fn call(books: &mut Books, request: &Request) -> Answer {
    let key = request.header("idempotency-key").filter(|_| request.method == "POST");
    let asked = format!("{}\n{}", request.path(), String::from_utf8_lossy(&request.body));
    if let Some((before, status, body)) = key.and_then(|key| books.answered(key)) {
        if *before == asked {
            let mut answer = Answer::json(*status, body);
            answer.headers.push(("idempotent-replayed", "true".to_owned()));
            return answer;
        }
        let message = "Keys for idempotent requests can only be used with the same parameters they \
                       were first used with.";
        let error = json!({ "type": "idempotency_error", "message": message });
        return Answer::json(400, &json!({ "error": error }));
    }
    let (status, body) = match dispatch(books, request) {
        Ok(body) => (200, body),
        Err(refused) => (refused.status, json!({ "error": refused.error })),
    };
    // Stripe remembers what it did, not what it refused to read.
    if let Some(key) = key.filter(|_| status == 200) {
        books.remember(key, asked, status, body.clone());
    }
    Answer::json(status, &body)
}

fn dispatch(books: &mut Books, request: &Request) -> Result<Value, Refused> {
    let parts: Vec<&str> = request.path().trim_matches('/').split('/').collect();
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let fields = fields(&request.body);
    match (request.method.as_str(), parts.as_slice()) {
        ("POST", ["v1", "checkout", "sessions"]) => checkout::open(books, &fields),
        ("GET", ["v1", "checkout", "sessions", id]) => {
            let found = existing(books, "checkout.session", id)?;
            Ok(expanded(books, found, query))
        }
        ("POST", ["v1", "checkout", "sessions", id, "expire"]) => {
            existing(books, "checkout.session", id)?;
            books.existing(id)["status"] = json!("expired");
            Ok(books.existing(id).clone())
        }
        ("GET", ["v1", "payment_intents", id]) => existing(books, "payment_intent", id),
        ("GET", ["v1", "charges", id]) => existing(books, "charge", id),
        ("GET", ["v1", "customers", id]) => existing(books, "customer", id),
        ("GET", ["v1", "disputes", id]) => existing(books, "dispute", id),
        ("POST", ["v1", "disputes", id, "close"]) => {
            existing(books, "dispute", id)?;
            books.decide(id, false);
            Ok(books.existing(id).clone())
        }
        ("POST", ["v1", "refunds"]) => refund(books, &fields),
        ("GET", ["v1", "subscriptions", id]) => existing(books, "subscription", id),
        ("DELETE", ["v1", "subscriptions", id]) => {
            existing(books, "subscription", id)?;
            books.change_subscription(id, "canceled");
            Ok(books.existing(id).clone())
        }
        ("POST", ["v1", "billing_portal", "sessions"]) => portal(books, &fields),
        ("GET", ["v1", "events"]) => {
            let data = books.events();
            Ok(json!({ "object": "list", "url": "/v1/events", "has_more": false, "data": data }))
        }
        ("GET", ["v1", "events", id]) => existing(books, "event", id),
        _ => Err(Refused::unknown(request)),
    }
}

fn existing(books: &Books, kind: &str, id: &str) -> Result<Value, Refused> {
    let found = books.get(id).filter(|it| it["object"] == kind);
    found.cloned().ok_or_else(|| Refused::missing(id))
}

/// With the objects themselves where the caller asks for them (`expand[]=payment_intent`).
fn expanded(books: &Books, mut object: Value, query: &str) -> Value {
    for (name, field) in form_urlencoded::parse(query.as_bytes()) {
        let found = object[&*field].as_str().and_then(|id| books.get(id));
        if name.starts_with("expand[")
            && let Some(found) = found.cloned()
        {
            object[&*field] = found;
        }
    }
    object
}

fn refund(books: &mut Books, fields: &Fields) -> Result<Value, Refused> {
    let payment = fields.get("payment_intent").cloned().unwrap_or_default();
    let intent = existing(books, "payment_intent", &payment)?;
    let charge = existing(books, "charge", intent["latest_charge"].as_str().unwrap_or_default())?;
    let left =
        charge["amount"].as_i64().unwrap_or(0) - charge["amount_refunded"].as_i64().unwrap_or(0);
    let cents = match fields.get("amount") {
        None => left,
        Some(text) => text
            .parse()
            .map_err(|_| Refused::field("amount", format!("Invalid integer: {text}")))?,
    };
    books.refund(&payment, cents).map_err(|message| Refused::field("amount", message))?;
    let id = books.id("re");
    Ok(books.keep(json!({
        "id": id, "object": "refund", "amount": cents, "charge": charge["id"], "currency": "usd",
        "payment_intent": payment, "status": "succeeded",
    })))
}

fn portal(books: &mut Books, fields: &Fields) -> Result<Value, Refused> {
    let customer = fields.get("customer").cloned().unwrap_or_default();
    existing(books, "customer", &customer)?;
    let id = books.id("bps");
    let url = format!("{}/p/session/{id}", books.base);
    Ok(books.keep(json!({
        "id": id, "object": "billing_portal.session", "customer": customer, "livemode": false,
        "return_url": fields.get("return_url"), "url": url,
    })))
}

fn fields(body: &[u8]) -> Fields {
    form_urlencoded::parse(body)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}
