//! Who has an account, and who moved in from the original: neither answers nor their time tell.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::{addressed, service, told};
use crate::{
    app::{Home, TestApp},
    database,
};

/// Runs a statement on the database of a service that stands still.
async fn change(home: &Home, sql: String) {
    let url = home.database();
    if url.starts_with("postgres") {
        return database::run(&url, sql);
    }
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Everything of an answer but what it says of the hour.
async fn answer(app: &TestApp, path: &str, body: Value) -> (u16, Vec<String>, Value) {
    let reply = app.post(path, body).await;
    let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (reply.status, names, reply.json)
}

#[tokio::test]
async fn answers_do_not_tell_who_has_an_account() {
    let app = service().await;
    addressed(&app, "verified", "verified@example.com", true).await;
    addressed(&app, "fresh", "fresh@example.com", false).await;
    addressed(&app, "locked", "locked@example.com", true).await;
    let home = app.stop().await;
    let lock = "UPDATE users SET is_active = FALSE WHERE username = 'locked'";
    change(&home, lock.to_owned()).await;
    let app = TestApp::at(home, |_| {}).await;
    let who = ["verified", "fresh", "locked", "nobody"];
    let mut tried = 0;
    for path in ["/api/login", "/api/token"] {
        let mut answers = Vec::new();
        for name in who {
            let wrong = json!({ "username": name, "password": "wrong" });
            answers.push(answer(&app, path, wrong).await);
            tried += 1;
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:?}");
    }
    // Not even the right password tells that there is an account which is locked.
    let right = json!({ "username": "locked", "password": "secret-1" });
    let nobody = json!({ "username": "nobody", "password": "secret-1" });
    let path = "/api/login";
    assert_eq!(answer(&app, path, right).await, answer(&app, path, nobody).await);
    for path in ["/api/resend-verification", "/api/password-reset"] {
        let mut answers = Vec::new();
        for name in who {
            let email = json!({ "email": format!("{name}@example.com") });
            let (status, headers, json) = answer(&app, path, email).await;
            answers.push((status, headers, json.to_string().replace(name, "NAME")));
            tried += 1;
        }
        assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:?}");
    }
    told("sign-in, resend, reset: verified, fresh, locked, unknown", tried, "all the same");
    told("sign-up with a taken name or address", 2, "told, as documented; limited by address");
}

/// Hashes that the service computed, of ours and of the original's kind.
async fn hashes(app: &TestApp) -> [f64; 2] {
    let figure = |hash| format!("tts_reader_password_hashes_total{{hash=\"{hash}\"}}");
    [app.metric(&figure("argon2id")).await, app.metric(&figure("bcrypt")).await]
}

/// Times themselves are compared by `xtask/shows/attacks.py`, with hundreds of refusals of each.
#[tokio::test]
async fn the_work_of_a_refusal_does_not_tell_who_moved_in() {
    let app = TestApp::start().await;
    let (ann, moved) = (app.account("FREE", 0).await, app.account("FREE", 0).await);
    let id = app.get_as(&moved, "/api/user").await.json["user_id"].as_str().unwrap().to_owned();
    let home = app.stop().await;
    // As `migrate` leaves it: the original's hash, which takes several times as long as ours.
    let hash = bcrypt::hash(&moved.password, 11).unwrap();
    let sql = format!(
        "UPDATE users SET password_hash = '{hash}' WHERE user_id = '{id}';
         INSERT INTO original_accounts (user_id, rest, copied_at) VALUES ('{id}', '{{}}', 0)"
    );
    change(&home, sql).await;
    let app = TestApp::at(home, |_| {}).await;
    let work = async |name: &str| {
        let before = hashes(&app).await;
        let wrong = json!({ "username": name, "password": "wrong" });
        app.post("/api/login", wrong).await.expect_status(401);
        let after = hashes(&app).await;
        [after[0] - before[0], after[1] - before[1]]
    };
    for name in [moved.username.as_str(), ann.username.as_str(), "nobody"] {
        assert_eq!(work(name).await, [1.0, 1.0], "{name}");
    }
    app.login(&moved.username, &moved.password).await;
    // Nobody is left with such a hash.
    let app = TestApp::at(app.stop().await, |_| {}).await;
    let before = hashes(&app).await;
    let wrong = json!({ "username": moved.username, "password": "wrong" });
    app.post("/api/login", wrong).await.expect_status(401);
    assert_eq!(hashes(&app).await, [before[0] + 1.0, before[1]]);
    told("the work of a refusal: moved in, of ours, unknown", 3, "one hash of either kind");
}
