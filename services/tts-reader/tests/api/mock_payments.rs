//! Buying in a load test: the same routes, no money.

use serde_json::json;
use tts_reader::{Payments, Prices};

use crate::app::TestApp;

async fn shop() -> TestApp {
    TestApp::with(|settings| settings.payments = Payments::Mock(Prices::made_up())).await
}

#[tokio::test]
async fn a_made_up_payment_is_credited_once() {
    let app = shop().await;
    let user = app.account("FREE", 0).await;
    let body = json!({ "credits": 10_000 });
    let reply = app.post_as(&user, "/api/create-credit-checkout", body).await.expect_status(200);
    let till = reply.json["url"].as_str().unwrap().to_owned();
    assert!(till.starts_with(&format!("{}/api/dev/checkout/", app.url)), "{till}");
    let page = app.get(&till).await.expect_status(200);
    assert!(page.json.as_str().unwrap().contains("10000 credits"), "{}", page.json);
    assert_eq!(app.balance(&user).await, 0);
    let paid = app.post(&till, json!({})).await.expect_status(200);
    assert_eq!(paid.json["status"], "credited");
    let again = app.post(&till, json!({})).await.expect_status(200);
    assert_eq!(again.json["status"], "duplicate");
    let seen = app.get_as(&user, "/api/user").await.expect_status(200).json;
    assert_eq!((&seen["credit_balance"], &seen["tier"]), (&json!(10_000), &json!("PRO")));
    assert_eq!(app.get("/api/health").await.json["services"]["payments"], "mock");

    let wrong = format!("{}x", &till[..till.len() - 1]);
    app.post(&wrong, json!({})).await.expect_status(404);
    let token = format!("{}/api/dev/checkout/{}", app.url, user.token);
    app.post(&token, json!({})).await.expect_status(404);
}

#[tokio::test]
async fn a_made_up_subscription_gives_its_tier() {
    let app = shop().await;
    let user = app.account("FREE", 0).await;
    let body = json!({ "price_id": "price_pro_monthly" });
    let reply = app.post_as(&user, "/api/create-checkout-session", body).await.expect_status(200);
    let till = reply.json["url"].as_str().unwrap().to_owned();
    assert_eq!(app.post(&till, json!({})).await.json["status"], "subscribed");
    assert_eq!(app.get_as(&user, "/api/user").await.json["tier"], "PRO");
}
