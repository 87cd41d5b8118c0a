//! Fields that nobody may set, in every body.

use serde_json::{Map, Value, json};

use super::{addressed, inputs::body, routes, service, told};
use crate::app::{TestApp, User, article, article_site};

/// What an attacker would like to be taken along.
fn wishes(bob: &Value) -> Map<String, Value> {
    let of_the_account = json!({
        "is_admin": true, "admin": true, "role": "admin", "is_staff": true, "is_active": true,
        "tier": "PRO", "tier_at_purchase": "pro", "credits": 50_000, "credit_balance": 50_000,
        "credits_remaining": 50_000, "credits_purchased": 50_000, "remaining_chars": 9_999_999,
        "monthly_usage": -1, "email_verified": true, "verified": true, "user_id": bob["user_id"],
        "uid": bob["user_id"], "id": 1, "owner": "me", "sub": bob["username"],
        "password_hash": "$2b$12$x", "__proto__": { "is_admin": true }, "$set": { "tier": "PRO" },
    });
    let of_a_purchase = json!({
        "stripe_customer_id": "cus_1", "customer": "cus_1", "price": 0, "amount": 0,
        "amount_total": 0, "unit_amount": 0, "cents": 0, "purchase_price": 0,
        "payment_status": "paid", "expires_at": "2099-01-01T00:00:00",
        "created_at": "1999-01-01T00:00:00", "last_login": "1999-01-01T00:00:00",
        "success_url": "https://evil.example", "cancel_url": "https://evil.example",
        "return_url": "https://evil.example", "redirect": "https://evil.example",
        "frontend_url": "https://evil.example", "exp": 9_999_999_999_i64, "kind": "access",
    });
    let all = [of_the_account, of_a_purchase];
    all.iter().flat_map(|part| part.as_object().unwrap().clone()).collect()
}

/// What of an account no route of these changes.
async fn shown(app: &TestApp, user: &User) -> Value {
    let mut shown = app.get_as(user, "/api/user").await.expect_status(200).json;
    for changes in ["remaining_chars", "credit_balance", "last_login", "engine", "voice_id"] {
        shown.as_object_mut().unwrap().remove(changes);
    }
    for transaction in shown["active_transactions"].as_array_mut().unwrap() {
        transaction.as_object_mut().unwrap().remove("credits_remaining");
    }
    shown
}

#[tokio::test]
async fn fields_that_nobody_may_set_are_not_taken_along() {
    let app = service().await;
    let ann = addressed(&app, "ann", "ann@example.com", false).await;
    let bob = addressed(&app, "bob", "bob@example.com", true).await;
    let (before, bobs) = (shown(&app, &ann).await, app.get_as(&bob, "/api/user").await.json);
    let wishes = wishes(&bobs);
    let page = article_site(article(3)).await;
    let mut balance = app.balance(&ann).await;
    let mut tried = 0;
    // Routes for test accounts are there to give what is asked for.
    for route in routes::all(&app).await.iter().filter(|route| !route.is_for_tests()) {
        let Some(good) = body(route, 1, &page) else { continue };
        let mut wished = wishes.clone();
        // Its own fields as they are: what else stands there is not one of them.
        wished.extend(good.as_object().unwrap().clone());
        let request =
            app.request(route.method.clone(), &route.with("somebody")).bearer_auth(&ann.token);
        let reply = app.send(request.json(&wished)).await;
        assert!(reply.status < 500, "{route:?}: {}", reply.json);
        assert!(!reply.json.to_string().contains("https://evil.example\""), "{}", reply.json);
        tried += wishes.len();
        assert_eq!(shown(&app, &ann).await, before, "{route:?}");
        let now = app.balance(&ann).await;
        assert!(now <= balance, "{route:?}: {balance} credits became {now}");
        balance = now;
        assert_eq!(app.get_as(&bob, "/api/user").await.json, bobs, "{route:?}");
    }
    told("fields such as is_admin, tier, credits, user_id in each body", tried, "ignored");
}

#[tokio::test]
async fn who_registers_is_what_everybody_is_at_first() {
    let app = service().await;
    let bob = addressed(&app, "bob", "bob@example.com", true).await;
    let bobs = app.get_as(&bob, "/api/user").await.json;
    let mut wished = wishes(&bobs);
    wished.insert("username".to_owned(), json!("newbie"));
    wished.insert("email".to_owned(), json!("newbie@example.com"));
    wished.insert("password".to_owned(), json!("secret-1"));
    let made = app.post("/api/register", json!(wished)).await.expect_status(200).json;
    assert_ne!(made["user_id"], bobs["user_id"]);
    let token = app.login("newbie", "secret-1").await;
    let user = User { username: "newbie".to_owned(), password: "secret-1".to_owned(), token };
    let shown = app.get_as(&user, "/api/user").await.expect_status(200).json;
    for (field, value) in [
        ("tier", json!("FREE")),
        ("credit_balance", json!(0)),
        ("total_transactions", json!(0)),
        ("email_verified", json!(false)),
        ("remaining_chars", json!(100_000)),
        ("username", json!("newbie")),
    ] {
        assert_eq!(shown[field], value, "{field}");
    }
    app.get_as(&user, "/api/admin/users").await.expect_status(403);
    told("the same when signing up", wishes(&bobs).len(), "ignored");
}
