//! Whether what accounts can spend was paid: our books, Stripe's word, and what may follow of it.

use katydid_testkit::StripeFailure;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Reply, User},
    shop::{Shop, second},
};

async fn shop() -> (Shop, User) {
    let shop = Shop::with(|settings| {
        settings.admin_emails = vec!["boss@example.com".to_owned()];
    })
    .await;
    let boss = named(&shop, "boss").await;
    (shop, boss)
}

async fn named(shop: &Shop, username: &str) -> User {
    let body = json!({ "username": username, "password": "secret-1" });
    shop.app.post("/api/dev/accounts", body).await.expect_status(200);
    let token = shop.app.login(username, "secret-1").await;
    User { username: username.to_owned(), password: "secret-1".to_owned(), token }
}

/// An account of which our books have a customer and a subscription that Stripe does not know.
async fn pretender(shop: &Shop, username: &str) -> User {
    let user = named(shop, username).await;
    let id = shop.app.get_as(&user, "/api/user").await.json["user_id"].clone();
    let event = json!({
        "id": format!("evt_{username}"), "type": "customer.subscription.created",
        "created": second(),
        "data": { "object": {
            "id": format!("sub_{username}"), "customer": format!("cus_{username}"),
            "status": "active", "metadata": { "user_id": id, "tier": "pro" },
        } },
    });
    shop.send_signed(&event.to_string()).await.expect_status(200);
    assert_eq!(shop.tier(&user).await, "PRO");
    user
}

async fn audit(shop: &Shop, boss: &User, username: &str) -> Value {
    let path = format!("/api/admin/audit-user/{username}");
    shop.app.get_as(boss, &path).await.expect_status(200).json
}

fn kinds(audited: &Value) -> Vec<&str> {
    audited["issues"].as_array().unwrap().iter().map(|it| it["type"].as_str().unwrap()).collect()
}

async fn purge(shop: &Shop, boss: &User, username: &str, password: &str) -> Reply {
    let path = format!("/api/admin/purge-fraudulent-user/{username}");
    let request = shop.app.request(Method::DELETE, &path).bearer_auth(&boss.token);
    shop.app.send(request.json(&json!({ "password": password }))).await
}

const LEGITIMATE: &str =
    "Cannot purge - user data verified as legitimate. Use audit-user endpoint to check.";

#[tokio::test]
async fn who_paid_is_verified_and_never_purged() {
    let (shop, boss) = shop().await;
    let ann = named(&shop, "ann").await;
    let session = shop.buy(&ann, 500).await;
    let audited = audit(&shop, &boss, "ann").await;
    assert_eq!((&audited["verified"], &audited["asked_stripe"]), (&json!(true), &json!(true)));
    assert_eq!(audited["issues"], json!([]));
    let refused = purge(&shop, &boss, "ann", "secret-1").await.expect_status(400);
    assert_eq!(refused.detail(), LEGITIMATE);

    // Even what Stripe takes back later does not make a buyer an impostor.
    shop.stripe.edit(&shop.payment(&session), |it| it["status"] = json!("canceled"));
    let audited = audit(&shop, &boss, "ann").await;
    assert_eq!(kinds(&audited), ["UNVERIFIED_PAYMENT"]);
    assert_eq!(audited["issues"][0]["id"], json!(shop.payment(&session)));
    purge(&shop, &boss, "ann", "secret-1").await.expect_status(400);
    assert_eq!(shop.app.balance(&ann).await, 500);
}

#[tokio::test]
async fn what_stripe_does_not_know_is_found_and_can_be_purged_with_a_password() {
    let (shop, boss) = shop().await;
    let mallory = pretender(&shop, "mallory").await;
    let audited = audit(&shop, &boss, "mallory").await;
    assert_eq!(kinds(&audited), ["FAKE_CUSTOMER_ID", "FAKE_SUBSCRIPTION_ID"]);
    assert_eq!(
        (
            &audited["verified"],
            &audited["issues"][0]["severity"],
            &audited["issues"][0]["confirmed"]
        ),
        (&json!(false), &json!("CRITICAL"), &json!(true))
    );

    purge(&shop, &boss, "mallory", "wrong").await.expect_status(403);
    let path = "/api/admin/purge-fraudulent-user/mallory";
    let bare = shop.app.request(Method::DELETE, path).bearer_auth(&boss.token);
    assert!(matches!(shop.app.send(bare).await.status, 400 | 422));
    // When Stripe cannot be asked, nobody is condemned.
    shop.stripe.fail(StripeFailure::Broken, 3);
    purge(&shop, &boss, "mallory", "secret-1").await.expect_status(503);
    assert_eq!(shop.tier(&mallory).await, "PRO");

    let gone = purge(&shop, &boss, "mallory", "secret-1").await.expect_status(200);
    assert_eq!(gone.json, json!({ "status": "deleted", "username": "mallory", "issues_found": 2 }));
    shop.app.get_as(&mallory, "/api/user").await.expect_status(401);
    let missing = purge(&shop, &boss, "mallory", "secret-1").await.expect_status(404);
    assert_eq!(missing.detail(), "User not found");
    let log = std::fs::read_to_string(shop.app.path().join("tts_api_audit.log")).unwrap();
    assert!(log.contains("Account purged: mallory by boss, 2 issues"), "{log}");
}

#[tokio::test]
async fn administrators_are_not_purged_and_nobody_else_purges() {
    let (shop, boss) = shop().await;
    let id = shop.app.get_as(&boss, "/api/user").await.json["user_id"].clone();
    let event = json!({
        "id": "evt_boss", "type": "customer.subscription.created", "created": second(),
        "data": { "object": {
            "id": "sub_boss", "customer": "cus_boss", "status": "active",
            "metadata": { "user_id": id, "tier": "pro" },
        } },
    });
    shop.send_signed(&event.to_string()).await.expect_status(200);
    purge(&shop, &boss, "boss", "secret-1").await.expect_status(400);
    let mallory = pretender(&shop, "mallory").await;
    purge(&shop, &mallory, "boss", "secret-1").await.expect_status(403);
    for path in ["security-audit", "audit-user/boss", "analytics/overview"] {
        let path = format!("/api/admin/{path}");
        shop.app.get(&path).await.expect_status(401);
        shop.app.get_as(&mallory, &path).await.expect_status(403);
    }
}

#[tokio::test]
async fn the_books_are_looked_through_page_by_page_without_asking_stripe() {
    let (shop, boss) = shop().await;
    named(&shop, "nobody").await;
    let ann = named(&shop, "ann").await;
    shop.buy(&ann, 500).await;
    let granted = json!({ "username": "bob", "password": "secret-1", "credits": 20_000 });
    shop.app.post("/api/dev/accounts", granted).await.expect_status(200);
    let batch = json!({
        "batch": "load", "usernames": ["load_000"], "password": "secret-1", "tier": "PRO",
        "credits": 100_000,
    });
    shop.app.post("/api/dev/test-accounts", batch).await.expect_status(200);
    let calls = shop.stripe.calls();
    let all = shop.app.get_as(&boss, "/api/admin/security-audit").await.expect_status(200).json;
    assert_eq!(shop.stripe.calls(), calls);
    assert_eq!(
        (&all["total_users_scanned"], &all["users_with_stripe_data"], &all["users_with_issues"]),
        (&json!(3), &json!(1), &json!(1)),
        "{all:#}"
    );
    let bob = &all["flagged_users"][0];
    assert_eq!(
        (&bob["username"], kinds(bob)),
        (&json!("bob"), vec!["CREDITS_WITHOUT_PAYMENT", "HIGH_BALANCE_NO_CUSTOMER"])
    );
    assert_eq!(all["next_after"], Value::Null);
    // Our own books are no proof.
    purge(&shop, &boss, "bob", "secret-1").await.expect_status(400);

    let page = "/api/admin/security-audit?limit=1";
    let page = shop.app.get_as(&boss, page).await.expect_status(200).json;
    assert_eq!((&page["total_users_scanned"], &page["next_after"]), (&json!(1), &json!("ann")));
    let next = "/api/admin/security-audit?limit=1&after=ann";
    let next = shop.app.get_as(&boss, next).await.expect_status(200).json;
    assert_eq!(next["flagged_users"][0]["username"], "bob");
}

#[tokio::test]
async fn the_overview_counts_people_money_and_reading() {
    let (shop, boss) = shop().await;
    for (name, source) in [("ann", "newsletter"), ("bea", "newsletter"), ("cid", "friend")] {
        let body = json!({
            "username": name, "email": format!("{name}@example.com"), "password": "secret-1",
            "utm_source": source,
        });
        shop.app.post("/api/register", body).await.expect_status(200);
    }
    let dan = named(&shop, "dan").await;
    let kept = shop.buy(&dan, 500).await;
    shop.buy(&dan, 1_000).await;
    let (begun, _) = shop.stripe.dispute(&shop.payment(&kept), 100);
    assert_eq!(shop.stripe.deliver(&begun[0].event).await.unwrap(), 200);
    let page = crate::app::article_site(crate::app::article(10)).await;
    shop.app.post_as(&dan, "/api/extract", json!({ "url": page })).await.expect_status(200);
    shop.app.synthesize(&dan, "One credit.").await.expect_status(200);

    let it = shop.app.get_as(&boss, "/api/admin/analytics/overview").await.expect_status(200).json;
    for (name, value) in [
        ("total_users", json!(5)),
        ("verified_users", json!(2)),
        ("paying_users", json!(1)),
        ("total_revenue_cents", json!(1_700)),
        ("avg_revenue_per_user_cents", json!(340)),
        // 1 of 1,500.
        ("credit_utilization_pct", json!(0.1)),
        ("repeat_purchase_rate_pct", json!(100.0)),
        ("signups_last_30_days", json!(5)),
        ("purchases_last_30_days", json!(2)),
        (
            "top_utm_sources",
            json!([{ "source": "newsletter", "count": 2 }, { "source": "friend", "count": 1 }]),
        ),
        ("top_extraction_domains", json!([{ "domain": "127.0.0.1", "count": 1, "pct": 100.0 }])),
    ] {
        assert_eq!(it[name], value, "{name}");
    }
    let months = it["monthly_revenue"].as_array().unwrap();
    assert_eq!((months.len(), &months[11]["revenue_cents"]), (12, &json!(1_700)));
}
