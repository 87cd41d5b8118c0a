//! Moving in from the original service: killed half-way, resumed, checked; old passwords work.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use libtest_mimic::Trial;
use serde_json::json;
use tts_reader::DatabaseUrl;

use crate::{
    app::{Home, TestApp},
    database::TestDatabase,
    sql::Session,
    trial,
};

const PEOPLE: i64 = 2_000;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("the_original_moves_to_postgresql_killed_half_way_and_resumed", to_postgres),
        trial("the_original_moves_to_sqlite", to_sqlite),
        trial("what_is_not_the_original_or_cannot_be_true_is_refused", refusals),
    ]
}

/// A database with the original's schema and people; their password is `secret1`.
async fn original() -> (TestDatabase, String, Session) {
    let database = TestDatabase::fresh();
    let url = database.url(Path::new(""));
    let mut session = Session::on(&url).await;
    let hash = bcrypt::hash("secret1", 6).unwrap();
    session.run(&include_str!("original.sql").replace("@hash", &hash)).await;
    (database, url, session)
}

fn migrate(from: &str, home: &Home, to: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tts-reader"));
    command.env_clear().args(["migrate", "--from-original", from, "--database", to, "--data"]);
    command.arg(home.dir.path()).stdin(Stdio::null());
    command
}

fn said(output: &Output) -> String {
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8(text).unwrap()
}

#[track_caller]
fn is_whole(output: &Output) {
    let told = said(output);
    assert!(output.status.success(), "{told}");
    for line in [
        "accounts              original         2000   here         2000   equal",
        "purchases and grants  original         4000   here         4000   equal",
        "credits bought        original      2000000   here      2000000   equal",
        "credits left          original      1994000   here      1994000   equal",
        "usage events          original        10000   here        10000   equal",
        "characters used       original     30000000   here     30000000   equal",
        "credits spent         original        30000   here        30000   equal",
    ] {
        assert!(told.contains(line), "{told}");
    }
}

async fn to_postgres() {
    let (_original, from, _session) = original().await;
    let home = Home::fresh();
    let to = home.database();
    let mut first = migrate(&from, &home, &to).stderr(Stdio::null()).spawn().unwrap();
    let mut here = Session::on(&to).await;
    // The table may not be there yet.
    let begun = "SELECT CASE WHEN to_regclass('original_accounts') IS NULL THEN 0 ELSE 1 END";
    while here.number(begun).await == 0 {
        assert!(first.try_wait().unwrap().is_none(), "it ended before it began");
    }
    while here.number("SELECT count(*) FROM original_accounts").await < 200 {
        assert!(first.try_wait().unwrap().is_none(), "it ended before it was killed");
    }
    first.kill().unwrap();
    first.wait().unwrap();
    let half = here.number("SELECT count(*) FROM original_accounts").await;
    assert!((200..PEOPLE).contains(&half), "{half}");
    is_whole(&migrate(&from, &home, &to).output().unwrap());
    // Done once more, it finds everything and adds nothing.
    is_whole(&migrate(&from, &home, &to).output().unwrap());
    let app = TestApp::at(home, |_| {}).await;
    works(&app).await;
    let renewed = "SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$%'";
    assert_eq!(here.number(renewed).await, 1, "of who logged in");
    let rest = "SELECT rest FROM original_accounts JOIN users USING (user_id)
                WHERE username = 'user_7'";
    let rest: serde_json::Value = serde_json::from_str(&here.text(rest).await).unwrap();
    assert_eq!(rest["stripe_customer_id"], "cus_7");
    assert_eq!(rest["lifecycle_events"][0]["metadata_json"], json!({ "from": "here" }));
}

async fn to_sqlite() {
    let (_original, from, _session) = original().await;
    let home = Home::fresh();
    let to = format!("sqlite://{}", home.dir.path().join("tts-reader.db").display());
    is_whole(&migrate(&from, &home, &to).output().unwrap());
    let url = DatabaseUrl::parse("test", &to).unwrap();
    works(&TestApp::at(home, |settings| settings.database = url).await).await;
}

/// One of them logs in, twice, and finds what they had.
async fn works(app: &TestApp) {
    let token = app.login("user_7", "secret1").await;
    let user = crate::app::User { username: "user_7".into(), password: "secret1".into(), token };
    app.login("user_7", "secret1").await;
    let wrong = json!({ "username": "user_7", "password": "secret2" });
    app.post("/api/login", wrong).await.expect_status(401);
    let seen = app.get_as(&user, "/api/user").await.expect_status(200).json;
    assert_eq!(seen["credit_balance"], 997);
    assert_eq!((&seen["tier"], &seen["first_name"]), (&json!("PRO"), &json!("Ann")));
    assert_eq!(seen["created_at"], "2025-02-03T04:05:06.789012+00:00");
    app.synthesize(&user, "Hello.").await.expect_status(200);
    assert_eq!(app.balance(&user).await, 996);
    let stats = app.get("/api/platform-stats").await.json;
    assert_eq!((&stats["total_users"], &stats["total_syntheses"]), (&json!(2000), &json!(42)));
}

async fn refusals() {
    let (_original, from, mut session) = original().await;
    let (home, empty) = (Home::fresh(), Home::fresh());
    let refused = |from: &str| {
        let output = migrate(from, &home, &home.database()).output().unwrap();
        assert!(!output.status.success());
        said(&output)
    };
    let told = refused(&empty.database());
    assert!(told.contains("has not the tables of the original service"), "{told}");
    let told = refused("sqlite://a.db");
    assert!(told.contains("the original keeps its data in PostgreSQL"), "{told}");
    session.run("UPDATE credit_transactions SET credits_remaining = 501 WHERE id = 17").await;
    let told = refused(&from);
    assert!(told.contains("1 rows of credit_transactions cannot be true"), "{told}");
    assert!(told.contains("the first with id 17"), "{told}");
}
