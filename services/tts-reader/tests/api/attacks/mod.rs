//! Attacks on the service, and that nothing comes of them. Routes are found, not listed
//! (`routes.rs`), so a new one is attacked as soon as it is there.

mod answers;
mod fields;
mod ids;
mod inputs;
mod logins;
mod routes;
mod tokens;

use serde_json::json;
use tts_reader::{Payments, Prices};

use crate::app::{TestApp, User};

/// Whose address makes an administrator.
const BOSS: &str = "boss@bank.com";

/// A service with everything that can be attacked: test routes, payments, an administrator.
async fn service() -> TestApp {
    TestApp::with(|settings| {
        settings.admin_emails = vec![BOSS.to_owned()];
        settings.payments = Payments::Mock(Prices::made_up());
    })
    .await
}

/// An account with that address, signed in.
async fn addressed(app: &TestApp, username: &str, email: &str, verified: bool) -> User {
    let body = json!({
        "username": username, "email": email, "password": "secret-1", "verified": verified,
        "credits": 2_000, "tier": "LIGHT",
    });
    app.post("/api/dev/accounts", body).await.expect_status(200);
    let token = app.login(username, "secret-1").await;
    User { username: username.to_owned(), password: "secret-1".to_owned(), token }
}

/// Tells of attacks that came to nothing, for the table of `xtask/shows/attacks.py`.
#[expect(clippy::print_stdout, reason = "the table is made of what the tests print")]
fn told(what: &str, tries: usize, answer: &str) {
    println!("ATTACK\t{what}\t{tries}\t{answer}");
}
