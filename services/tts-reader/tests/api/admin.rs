//! What administrators see, and that nobody else does.

use serde_json::json;
use tts_reader::{Payments, Prices};

use crate::app::{TestApp, User};

async fn service(admins: &[&str]) -> TestApp {
    let admins = admins.iter().map(|&address| address.to_owned()).collect();
    TestApp::with(|settings| {
        settings.admin_emails = admins;
        settings.payments = Payments::Mock(Prices::made_up());
    })
    .await
}

async fn named(app: &TestApp, username: &str, verified: bool) -> User {
    let body = json!({ "username": username, "password": "secret-1", "verified": verified });
    app.post("/api/dev/accounts", body).await.expect_status(200);
    let token = app.login(username, "secret-1").await;
    User { username: username.to_owned(), password: "secret-1".to_owned(), token }
}

#[tokio::test]
async fn administrators_see_accounts_ledgers_and_events() {
    let app = service(&["boss@example.com"]).await;
    let boss = named(&app, "boss", true).await;
    let ann = named(&app, "ann", true).await;
    let order = json!({ "credits": 500 });
    let reply = app.post_as(&ann, "/api/create-credit-checkout", order).await.expect_status(200);
    let till = reply.json["url"].as_str().unwrap().to_owned();
    for _ in 0..2 {
        app.post(&till, json!({})).await.expect_status(200);
    }

    let users = app.get_as(&boss, "/api/admin/users").await.expect_status(200).json;
    assert_eq!(
        (&users["users"][0]["username"], &users["users"][1]["username"]),
        (&json!("ann"), &json!("boss"))
    );
    assert_eq!(users["users"][0]["credit_balance"], 500);
    let page =
        app.get_as(&boss, "/api/admin/users?after=ann&limit=1").await.expect_status(200).json;
    assert_eq!(
        (page["users"].as_array().unwrap().len(), &page["users"][0]["username"]),
        (1, &json!("boss"))
    );

    let ledger = app.get_as(&boss, "/api/admin/users/ann/credits").await.expect_status(200).json;
    assert_eq!(
        (&ledger["tier"], &ledger["transactions"][0]["credits_refunded"]),
        (&json!("LIGHT"), &json!(0))
    );
    assert_eq!(ledger["transactions"][0]["purchase_price"], 600);
    let missing = app.get_as(&boss, "/api/admin/users/nobody/credits").await.expect_status(404);
    assert_eq!(missing.detail(), "User not found");

    let events = app.get_as(&boss, "/api/admin/payment-events").await.expect_status(200).json;
    let event = &events["events"][0];
    assert_eq!((&event["verdict"], &event["deliveries"]), (&json!("credited"), &json!(2)));
    let id = event["id"].as_str().unwrap();
    let older = app.get_as(&boss, &format!("/api/admin/payment-events?before={id}")).await;
    assert_eq!(older.expect_status(200).json["events"], json!([]));
    for wrong in ["limit=0", "limit=1001", "limit=x", "page=2", "before=ann"] {
        app.get_as(&boss, &format!("/api/admin/users?{wrong}")).await.expect_status(422);
    }
}

#[tokio::test]
async fn nobody_else_sees_them() {
    let app = service(&["boss@example.com"]).await;
    // The address alone can be anybody's.
    let pretender = named(&app, "boss", false).await;
    let ann = named(&app, "ann", true).await;
    for path in ["/api/admin/users", "/api/admin/users/ann/credits", "/api/admin/payment-events"] {
        app.get(path).await.expect_status(401);
        for user in [&pretender, &ann] {
            let reply = app.get_as(user, path).await.expect_status(403);
            assert_eq!(reply.detail(), "Admin access required");
        }
    }
    let none = service(&[]).await;
    let ann = named(&none, "ann", true).await;
    let reply = none.get_as(&ann, "/api/admin/users").await.expect_status(403);
    assert_eq!(reply.detail(), "Admin access not configured");
}
