//! Buying from the double of Stripe: what is paid is there once, what is refunded is gone.

use katydid_testkit::{StripeDouble, StripeFailure, stripe_signature};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{TestApp, User},
    shop::{Shop, WEBHOOK, of_kind, second},
};

/// What goes wrong with a checkout.
type Change = fn(&mut Value);

#[tokio::test]
async fn what_is_paid_is_credited_once_however_often_it_is_told() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    let session = shop.order(&user, 2_000).await;
    let it = shop.stripe.object(&session).unwrap();
    assert_eq!((&it["amount_total"], &it["mode"]), (&json!(2_400), &json!("payment")));
    assert_eq!(it["client_reference_id"], json!(user.username));
    assert_eq!(it["metadata"]["purchase_type"], "credits");
    assert!(it["success_url"].as_str().unwrap().ends_with("session_id={CHECKOUT_SESSION_ID}"));
    assert_eq!(shop.app.balance(&user).await, 0, "an order is no payment");

    let happened = shop.stripe.pay(&session);
    for _ in 0..3 {
        for it in &happened {
            assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
        }
    }
    let reply = shop.app.get_as(&user, "/api/credit-balance").await.expect_status(200).json;
    assert_eq!((&reply["credit_balance"], &reply["tier"]), (&json!(2_000), &json!("PREMIUM")));
    let row = &reply["active_transactions"][0];
    assert_eq!(
        (&row["purchase_price"], &row["tier_at_purchase"]),
        (&json!(2_400), &json!("premium"))
    );
    assert_eq!(row["stripe_payment_id"], json!(shop.payment(&session)));
    assert_eq!(row["days_until_expiration"], 89);
    shop.app.synthesize(&user, "Paid is paid.").await.expect_status(200);
}

#[tokio::test]
async fn refunds_take_back_what_is_left_in_any_order() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    let payment = shop.payment(&shop.buy(&user, 500).await);
    shop.app.synthesize(&user, "One credit.").await.expect_status(200);
    let half = shop.stripe.refund(&payment, 300);
    let rest = shop.stripe.refund(&payment, 300);
    // The second event arrives before the first.
    assert_eq!(shop.stripe.deliver(&rest.event).await.unwrap(), 200);
    assert_eq!(shop.app.balance(&user).await, 0);
    assert_eq!(shop.stripe.deliver(&half.event).await.unwrap(), 200);
    assert_eq!(shop.app.balance(&user).await, 0, "never below zero, and none comes back");

    let session = shop.order(&user, 1_000).await;
    let happened = shop.stripe.pay(&session);
    let refund = shop.stripe.refund(&shop.payment(&session), 600);
    assert_eq!(shop.stripe.deliver(&refund.event).await.unwrap(), 200);
    for it in happened.iter().rev() {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
    }
    assert_eq!(shop.app.balance(&user).await, 500, "half of the money, half of the credits");
    assert_eq!(shop.tier(&user).await, "LIGHT");
}

#[tokio::test]
async fn only_genuine_events_are_read() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    let session = shop.order(&user, 500).await;
    let event = of_kind(&shop.stripe.pay(&session), "checkout.session.completed");
    let payload = shop.stripe.payload(&event);
    let sign = |secret: &str, age: i64| stripe_signature(&payload, secret, second() - age);
    let secret = StripeDouble::WEBHOOK_SECRET;
    for signature in [
        None,
        Some(String::new()),
        Some(sign("whsec_somebody_elses_secret", 0)),
        Some(sign(secret, 310)),
        Some(sign(secret, -310)),
        Some(sign(secret, 0).replace("v1=", "v0=")),
    ] {
        let reply = shop.send(&payload, signature.as_deref()).await.expect_status(400);
        assert_eq!(reply.detail(), "Invalid signature", "{signature:?}");
    }
    let changed = payload.replace("\"livemode\":false", "\"livemode\":true");
    let reply = shop.send(&changed, Some(&sign(secret, 0))).await.expect_status(400);
    assert_eq!(reply.detail(), "Invalid signature");
    for nonsense in ["", "{", "[]", r#"{"id":"evt_1"}"#, r#"{"id":7,"type":"a","created":1}"#] {
        let reply = shop.send_signed(nonsense).await.expect_status(400);
        assert_eq!(reply.detail(), "Invalid payload", "{nonsense}");
    }
    assert_eq!(shop.app.balance(&user).await, 0);
    // While a secret is being replaced there are two signatures.
    let two = format!("{},v1={}", sign(secret, 0), "0".repeat(64));
    let reply = shop.send(&payload, Some(&two)).await.expect_status(200);
    assert_eq!(reply.json, json!({ "status": "success" }));
    assert_eq!(shop.app.balance(&user).await, 500);
    let counted = r#"tts_reader_payment_events_total{verdict="invalid signature"}"#;
    assert_eq!(shop.app.metric(counted).await, 7.0);
}

#[tokio::test]
async fn what_was_not_paid_as_it_should_is_refused_with_the_documented_words() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    let cases: [(Change, &str); 4] = [
        (|it| it["payment_status"] = json!("unpaid"), "Payment not completed"),
        (|it| it["amount_total"] = json!(569), "Price verification failed - credits not allocated"),
        (|it| it["currency"] = json!("jpy"), "Price verification failed - credits not allocated"),
        (
            |it| it["payment_intent"] = Value::Null,
            "Payment verification failed - credits not allocated",
        ),
    ];
    for (change, words) in cases {
        let session = shop.order(&user, 500).await;
        let event = of_kind(&shop.stripe.pay(&session), "checkout.session.completed");
        let genuine = shop.stripe.object(&session).unwrap();
        shop.stripe.edit(&session, change);
        let payload = shop.stripe.payload(&event);
        assert_eq!(shop.send_signed(&payload).await.expect_status(400).detail(), words);
        assert_eq!(shop.app.balance(&user).await, 0);
        // What was refused may be told again when it is in order.
        shop.stripe.edit(&session, |it| *it = genuine);
        shop.send_signed(&payload).await.expect_status(200);
        let payment = shop.payment(&session);
        let refund = shop.stripe.refund(&payment, 600);
        assert_eq!(shop.stripe.deliver(&refund.event).await.unwrap(), 200);
        assert_eq!(shop.app.balance(&user).await, 0);
    }
    let session = shop.order(&user, 500).await;
    let event = of_kind(&shop.stripe.pay(&session), "checkout.session.completed");
    shop.stripe.fail(StripeFailure::Closed, 3);
    let reply = shop.send_signed(&shop.stripe.payload(&event)).await.expect_status(400);
    assert_eq!(reply.detail(), "Failed to verify checkout session with Stripe");
}

#[tokio::test]
async fn a_payment_that_takes_days_is_credited_when_it_arrives() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    let session = shop.order(&user, 500).await;
    let early = shop.stripe.complete_unpaid(&session);
    let payload = shop.stripe.payload(&early[0].event);
    assert_eq!(shop.send_signed(&payload).await.status, 400);
    let happened = shop.stripe.pay(&session);
    let arrived = of_kind(&happened, "checkout.session.async_payment_succeeded");
    assert_eq!(shop.stripe.deliver(&arrived).await.unwrap(), 200);
    assert_eq!(shop.app.balance(&user).await, 500);
    // The first event, told again, finds the checkout paid: the same money.
    assert_eq!(shop.stripe.deliver(&early[0].event).await.unwrap(), 200);
    assert_eq!(shop.app.balance(&user).await, 500);
}

#[tokio::test]
async fn a_subscription_gives_its_tier_until_it_ends_in_any_order() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    let tiers = shop.app.get("/api/pricing-tiers").await.json;
    let price = tiers["tiers"]["pro"]["stripe_price_ids"]["yearly"].as_str().unwrap().to_owned();
    let session = shop.subscribe(&user, &price).await;
    for it in shop.stripe.pay(&session).iter().rev() {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
    }
    assert_eq!(shop.tier(&user).await, "PRO");
    assert_eq!(shop.app.balance(&user).await, 0);
    let id = shop.field(&session, "subscription");
    shop.stripe.advance(1);
    let unpaid = shop.stripe.change_subscription(&id, "unpaid");
    shop.stripe.advance(1);
    let again = shop.stripe.change_subscription(&id, "active");
    for (it, tier) in [(&again, "PRO"), (&unpaid, "PRO")] {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
        assert_eq!(shop.tier(&user).await, tier);
    }
    shop.stripe.advance(1);
    let end = shop.stripe.change_subscription(&id, "canceled");
    assert_eq!(shop.stripe.deliver(&end.event).await.unwrap(), 200);
    assert_eq!(shop.tier(&user).await, "FREE");

    // The end is told before the beginning.
    let other = shop.app.account("FREE", 0).await;
    let session = shop.subscribe(&other, "price_premium_monthly").await;
    let happened = shop.stripe.pay(&session);
    let end = shop.stripe.change_subscription(&shop.field(&session, "subscription"), "canceled");
    assert_eq!(shop.stripe.deliver(&end.event).await.unwrap(), 200);
    for it in &happened {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
    }
    assert_eq!(shop.tier(&other).await, "FREE");
}

#[tokio::test]
async fn buying_is_refused_as_documented() {
    let shop = Shop::open().await;
    let made = json!({ "username": "unverified", "password": "secret-1", "verified": false });
    shop.app.post("/api/dev/accounts", made).await.expect_status(200);
    let token = shop.app.login("unverified", "secret-1").await;
    let unverified =
        User { username: "unverified".to_owned(), password: "secret-1".to_owned(), token };
    let credits = json!({ "credits": 500 });
    let reply = shop.app.post_as(&unverified, "/api/create-credit-checkout", credits.clone()).await;
    assert_eq!(
        reply.expect_status(403).detail(),
        "Email verification required before purchasing credits. Please verify your email first."
    );
    let reply = shop.app.post_as(&unverified, "/api/create-checkout-session", json!({})).await;
    assert_eq!(
        reply.expect_status(403).detail(),
        "Email verification required before subscribing. Please verify your email first."
    );
    let user = shop.app.account("FREE", 0).await;
    for credits in [json!(499), json!(50_001), json!("many"), Value::Null] {
        let body = json!({ "credits": credits });
        shop.app.post_as(&user, "/api/create-credit-checkout", body).await.expect_status(422);
    }
    let body = json!({ "price_id": "price_of_another_shop" });
    shop.app.post_as(&user, "/api/create-checkout-session", body).await.expect_status(400);
    let portal = "/api/create-billing-portal-session";
    let reply = shop.app.post_as(&user, portal, json!({})).await.expect_status(400);
    assert_eq!(reply.detail(), "No billing history found. Please make a purchase first.");
    assert_eq!(shop.stripe.calls(), 0, "nobody asked Stripe for that");

    shop.buy(&user, 500).await;
    let reply = shop.app.post_as(&user, portal, json!({})).await.expect_status(200);
    assert!(reply.json["url"].as_str().unwrap().starts_with(&shop.stripe.url()));
    // The second purchase is the same customer's.
    let first = shop.field(&shop.stripe.sessions()[0], "customer");
    let session = shop.order(&user, 500).await;
    assert_eq!(shop.field(&session, "customer"), first);

    let none = TestApp::start().await;
    let user = none.account("FREE", 0).await;
    let reply = none.post_as(&user, "/api/create-credit-checkout", credits).await;
    assert_eq!(reply.expect_status(404).detail(), "Payments are not configured on this server.");
    none.post_as(&user, "/api/create-checkout-session", json!({})).await.expect_status(404);
    none.post(WEBHOOK, json!({})).await.expect_status(404);
}

#[tokio::test]
async fn short_trouble_is_passed_over_and_long_trouble_is_refused_soon() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    // Done at Stripe, but the answer was lost: the same checkout, not a second one.
    shop.stripe.fail(StripeFailure::Lost, 1);
    shop.stripe.fail(StripeFailure::Throttled, 1);
    shop.order(&user, 500).await;
    assert_eq!((shop.stripe.calls(), shop.stripe.sessions().len()), (3, 1));

    shop.stripe.fail(StripeFailure::Throttled, 3);
    let buy = || shop.app.post_as(&user, "/api/create-credit-checkout", json!({ "credits": 500 }));
    let busy = buy().await.expect_status(503);
    assert!(busy.header("retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(shop.app.get("/api/health").await.json["services"]["payments"], "healthy");

    shop.stripe.fail(StripeFailure::Broken, 15);
    for _ in 0..5 {
        let away = buy().await.expect_status(503);
        assert!(
            away.detail().starts_with("The payment service cannot be reached"),
            "{}",
            away.json
        );
    }
    let calls = shop.stripe.calls();
    let refused = buy().await.expect_status(503);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 5, "{:?}", refused.headers);
    assert_eq!(shop.stripe.calls(), calls, "nobody asked");
    let health = shop.app.get("/api/health").await.expect_status(200);
    assert_eq!(health.json["services"]["payments"], "unavailable");
    assert_eq!(shop.app.metric("tts_reader_payments_breaker_open").await, 1.0);
    assert_eq!(shop.app.metric("tts_reader_payments_failures_total").await, 5.0);
}

#[tokio::test]
async fn a_key_is_one_checkout() {
    let shop = Shop::open().await;
    let user = shop.app.account("FREE", 0).await;
    let ask = |key: &'static str, credits: i64| {
        let request = shop.app.request(Method::POST, "/api/create-credit-checkout");
        let request = request.bearer_auth(&user.token).header("idempotency-key", key);
        shop.app.send(request.json(&json!({ "credits": credits })))
    };
    let first = ask("order 1", 500).await.expect_status(200);
    let again = ask("order 1", 500).await.expect_status(200);
    assert_eq!(first.json, again.json);
    assert_eq!((again.header("idempotent-replayed"), shop.stripe.calls()), ("true", 1));
    let other = ask("order 1", 501).await.expect_status(422);
    assert!(other.detail().contains("used for another request"), "{}", other.json);
    ask("order 2", 500).await.expect_status(200);
    assert_eq!(shop.stripe.sessions().len(), 2);
    // Trouble leaves the key free.
    shop.stripe.fail(StripeFailure::Broken, 3);
    ask("order 3", 500).await.expect_status(503);
    ask("order 3", 500).await.expect_status(200);
}
