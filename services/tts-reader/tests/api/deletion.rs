//! An account goes: its subscription ends before, and what it paid stays in the books.

use katydid_testkit::StripeFailure;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Reply, TestApp, User},
    shop::Shop,
};

async fn delete(app: &TestApp, user: &User) -> Reply {
    let request = app.request(Method::DELETE, "/api/user").bearer_auth(&user.token);
    app.send(request.json(&json!({ "password": user.password }))).await
}

/// A shop with an administrator, who is signed in.
async fn with_administrator() -> (Shop, User) {
    let shop = Shop::with(|settings| {
        settings.admin_emails = vec!["boss@example.com".to_owned()];
    })
    .await;
    let body = json!({ "username": "boss", "password": "secret-1" });
    shop.app.post("/api/dev/accounts", body).await.expect_status(200);
    let token = shop.app.login("boss", "secret-1").await;
    let boss = User { username: "boss".to_owned(), password: "secret-1".to_owned(), token };
    (shop, boss)
}

async fn overview(shop: &Shop, boss: &User) -> Value {
    shop.app.get_as(boss, "/api/admin/analytics/overview").await.expect_status(200).json
}

#[tokio::test]
async fn an_account_that_goes_takes_no_more_money_and_leaves_its_books() {
    let (shop, boss) = with_administrator().await;
    let user = shop.app.account("FREE", 0).await;
    let payment = shop.payment(&shop.buy(&user, 500).await);
    let session = shop.subscribe(&user, "price_premium_monthly").await;
    for it in shop.stripe.pay(&session) {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
    }
    let subscription = shop.field(&session, "subscription");
    let before = overview(&shop, &boss).await;
    assert_eq!((&before["total_revenue_cents"], &before["paying_users"]), (&json!(600), &json!(1)));

    // While Stripe cannot be told, nothing happens.
    shop.stripe.fail(StripeFailure::Broken, 3);
    delete(&shop.app, &user).await.expect_status(503);
    assert_eq!(shop.app.balance(&user).await, 500);
    delete(&shop.app, &user).await.expect_status(204);
    assert_eq!(shop.field(&subscription, "status"), "canceled");
    shop.app.get_as(&user, "/api/user").await.expect_status(401);

    let after = overview(&shop, &boss).await;
    for name in ["total_revenue_cents", "paying_users", "purchases_last_30_days", "monthly_revenue"]
    {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(after["total_users"], 1);
    // What goes back later is still counted.
    let refund = shop.stripe.refund(&payment, 150);
    assert_eq!(shop.stripe.deliver(&refund.event).await.unwrap(), 200);
    assert_eq!(overview(&shop, &boss).await["total_revenue_cents"], 450);
}

#[tokio::test]
async fn the_name_is_free_and_brings_nothing_of_before() {
    let (shop, _) = with_administrator().await;
    let register = json!({
        "username": "phoenix", "email": "phoenix@example.com", "password": "secret-1",
    });
    let made = json!({ "username": "phoenix", "password": "secret-1" });
    shop.app.post("/api/dev/accounts", made).await.expect_status(200);
    let token = shop.app.login("phoenix", "secret-1").await;
    let user = User { username: "phoenix".to_owned(), password: "secret-1".to_owned(), token };
    shop.buy(&user, 500).await;
    // Ordered before the deletion, paid after it.
    let late = shop.order(&user, 500).await;
    delete(&shop.app, &user).await.expect_status(204);
    shop.app.post("/api/register", register).await.expect_status(200);
    let token = shop.app.login("phoenix", "secret-1").await;
    let user = User { token, ..user };
    for it in shop.stripe.pay(&late) {
        assert_eq!(shop.stripe.deliver(&it.event).await.unwrap(), 200);
    }
    assert_eq!(shop.app.balance(&user).await, 0);
    let analytics = shop.app.get_as(&user, "/api/user/analytics").await.expect_status(200).json;
    assert_eq!(
        (&analytics["purchase_count"], &analytics["total_lifetime_spend"]),
        (&json!(0), &json!(0))
    );
}
