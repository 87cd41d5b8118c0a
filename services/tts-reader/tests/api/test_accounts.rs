//! Batches of test accounts over HTTP: made, changed and removed by their mark, never by a name.

use serde_json::{Value, json};

use crate::app::{Reply, TestApp, User};

const PATH: &str = "/api/dev/test-accounts";

fn order(usernames: &[&str], credits: i64) -> Value {
    json!({
        "batch": "team", "usernames": usernames, "password": "Pw-of-the-team", "tier": "LIGHT",
        "credits": credits,
    })
}

async fn change(app: &TestApp, change: Value, usernames: &[&str]) -> Reply {
    let of = json!({ "batch": "team", "usernames": usernames });
    app.post(&format!("{PATH}/change"), json!({ "change": change, "of": of })).await
}

async fn names(app: &TestApp) -> Vec<String> {
    let reply = app.get(&format!("{PATH}?batch=team")).await.expect_status(200);
    let accounts = reply.json["accounts"].as_array().unwrap().clone();
    let mut names: Vec<String> =
        accounts.iter().map(|one| one["username"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

async fn sign_in(app: &TestApp, username: &str) -> User {
    let (username, password) = (username.to_owned(), "Pw-of-the-team".to_owned());
    let token = app.login(&username, &password).await;
    User { username, password, token }
}

#[tokio::test]
async fn a_batch_is_made_once_changed_and_removed_with_its_audio() {
    let app = TestApp::start().await;
    let made = app.post(PATH, order(&["team_000", "team_001"], 7)).await.expect_status(200);
    assert_eq!(made.json["accounts"].as_array().unwrap().len(), 2);
    let more = app.post(PATH, order(&["team_001", "team_002"], 9)).await.expect_status(200);
    assert_eq!(more.json["accounts"][0]["username"], "team_002", "only what was missing");
    assert_eq!(names(&app).await, ["team_000", "team_001", "team_002"]);
    assert_eq!(app.get("/api/platform-stats").await.json["total_users"], 3);

    let user = sign_in(&app, "team_001").await;
    let seen = app.get_as(&user, "/api/user").await.json;
    assert_eq!((&seen["tier"], &seen["email_verified"]), (&json!("LIGHT"), &json!(true)));
    assert_eq!(
        (&seen["credit_balance"], &seen["email"]),
        (&json!(7), &json!("team_001@example.com"))
    );
    app.synthesize(&user, "Hello.").await.expect_status(200);
    let audio = app.path().join("users").join(seen["user_id"].as_str().unwrap());
    assert!(audio.exists());

    let topped = change(&app, json!({ "top_up": { "credits": 50 } }), &["team_001"]).await;
    assert_eq!(topped.expect_status(200).json["changed"], 1);
    assert_eq!(app.balance(&user).await, 56);
    let reset = change(&app, json!("reset_credits"), &["team_000", "team_001", "team_009"]).await;
    assert_eq!(reset.expect_status(200).json["changed"], 2);
    assert_eq!(app.balance(&user).await, 7);

    let gone = change(&app, json!("remove"), &["team_000", "team_001"]).await;
    assert_eq!(gone.expect_status(200).json["changed"], 2);
    assert!(!audio.exists());
    app.get_as(&user, "/api/user").await.expect_status(401);
    assert_eq!(names(&app).await, ["team_002"]);
    assert_eq!(app.get("/api/platform-stats").await.json["total_users"], 1);
    let again = change(&app, json!("remove"), &["team_000"]).await;
    assert_eq!(again.expect_status(200).json["changed"], 0);
}

#[tokio::test]
async fn an_account_without_the_mark_is_never_touched() {
    let app = TestApp::start().await;
    let body =
        json!({ "username": "team_000", "email": "ann@example.com", "password": "Pw-of-the-team" });
    app.post("/api/register", body).await.expect_status(200);
    let neighbour = sign_in(&app, "team_000").await;
    let refused = app.post(PATH, order(&["team_001", "team_000"], 7)).await.expect_status(409);
    assert!(refused.detail().contains("`team_000` is taken"), "{}", refused.detail());
    assert!(names(&app).await.is_empty(), "all or none");
    for what in [
        json!("remove"),
        json!("reset_credits"),
        json!({ "top_up": { "credits": 5 } }),
        json!({ "set_password": { "password": "stolen1" } }),
    ] {
        let reply = change(&app, what, &["team_000"]).await.expect_status(200);
        assert_eq!(reply.json["changed"], 0);
    }
    assert_eq!(app.balance(&neighbour).await, 0);
    sign_in(&app, "team_000").await;
}

#[tokio::test]
async fn a_reset_amid_work_ends_at_the_number_of_the_beginning() {
    let app = TestApp::start().await;
    app.post(PATH, order(&["team_000"], 2)).await.expect_status(200);
    let user = sign_in(&app, "team_000").await;
    // Both credits are reserved while this is spoken.
    let text = "The quick brown fox jumps. ".repeat(60);
    let speaking = app.synthesize(&user, &text);
    let resetting = async {
        while app.balance(&user).await == 2 {
            tokio::task::yield_now().await;
        }
        change(&app, json!("reset_credits"), &["team_000"]).await.expect_status(200);
    };
    let (spoken, ()) = tokio::join!(speaking, resetting);
    spoken.expect_status(200);
    assert_eq!(app.balance(&user).await, 2);
}

#[tokio::test]
async fn orders_that_cannot_be_meant_are_refused() {
    let app = TestApp::start().await;
    let many: Vec<String> = (0..501).map(|n| format!("team_{n:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (body, told) in [
        (order(&["bob"], 1), "`bob` is no name of an account of `team`"),
        (order(&many, 1), "501 accounts at once are too many"),
        (order(&["team_000"], -1), "-1 credits are not from 0"),
        (json!({ "batch": "a b", "usernames": [] }), "a prefix has 3 to"),
        (json!({ "batch": "team" }), "missing field"),
    ] {
        let refused = app.post(PATH, body).await.expect_status(422);
        assert!(refused.detail().contains(told), "{told}: {}", refused.detail());
    }
    let zero = change(&app, json!({ "top_up": { "credits": 0 } }), &["team_000"]).await;
    assert!(zero.expect_status(422).detail().contains("0 credits are not from 1"));
    let unknown = change(&app, json!("explode"), &[]).await.expect_status(422);
    assert!(unknown.detail().contains("`explode`"), "{}", unknown.detail());
    app.get(&format!("{PATH}?batch=x")).await.expect_status(422);
}
