//! A database that cannot be used: said at the start, with the next step, without the password.

use std::net::TcpListener;

use libtest_mimic::Trial;
use tts_reader::DatabaseUrl;
use url::Url;

use crate::{
    app::Home,
    database::{SERVER, run},
    sql::Session,
    trial,
};

const PASSWORD: &str = "of-nobody-else";

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a_wrong_password_is_told_with_the_user", wrong_password),
        trial("a_missing_database_is_told_with_the_command_that_makes_it", missing_database),
        trial("a_missing_schema_is_told", missing_schema),
        trial("a_user_without_rights_is_told_what_to_grant", few_rights),
        trial("a_server_without_tls_is_told_when_it_is_required", no_tls),
        trial("a_newer_schema_is_refused", newer_schema),
    ]
}

/// What a service says that cannot start on that database.
pub(crate) async fn told(home: &Home, url: &str) -> String {
    let mut settings = home.settings();
    settings.database = DatabaseUrl::parse("test", url).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = tts_reader::run(listener, settings, async {}).await.unwrap_err().to_string();
    assert!(!error.contains(PASSWORD), "{error}");
    error
}

fn server() -> Url {
    std::env::var(SERVER).unwrap().parse().unwrap()
}

async fn wrong_password() {
    let mut url = server();
    url.set_password(Some(PASSWORD)).unwrap();
    let told = told(&Home::fresh(), url.as_str()).await;
    assert!(told.contains("password authentication failed"), "{told}");
    assert!(told.contains(&format!("see the user (`{}`)", url.username())), "{told}");
}

async fn missing_database() {
    let mut url = server();
    url.set_path("/nowhere");
    let told = told(&Home::fresh(), url.as_str()).await;
    let line = format!(
        "createdb --host=127.0.0.1 --port={} --username={} nowhere",
        url.port().unwrap(),
        url.username()
    );
    assert!(told.contains("\"nowhere\" does not exist") && told.contains(&line), "{told}");
}

async fn missing_schema() {
    let told = told(&Home::fresh(), &format!("{}?options[search_path]=nowhere", server())).await;
    assert!(told.contains("names no schema that this user may use"), "{told}");
}

async fn few_rights() {
    let home = Home::fresh();
    let role = format!("role_{}", uuid::Uuid::new_v4().simple());
    run(server().as_str(), format!("CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"));
    let mut url: Url = home.database().parse().unwrap();
    url.set_username(&role).unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    url.set_query(None);
    let told = told(&home, url.as_str()).await;
    run(server().as_str(), format!("DROP ROLE {role}"));
    let grant = format!("GRANT CREATE ON SCHEMA public TO \"{role}\"");
    assert!(told.contains("permission denied") && told.contains(&grant), "{told}");
}

async fn no_tls() {
    let told = told(&Home::fresh(), &format!("{}?sslmode=verify-full", server())).await;
    assert!(told.contains("TLS") && told.contains("see `sslmode`"), "{told}");
}

async fn newer_schema() {
    let home = Home::fresh();
    let mut session = Session::on(&home.database()).await;
    session
        .run(
            "CREATE TABLE schema_migrations (version BIGINT PRIMARY KEY, name TEXT, applied_at BIGINT);
             INSERT INTO schema_migrations VALUES (99, 'of tomorrow', 0)",
        )
        .await;
    let told = told(&home, &home.database()).await;
    assert!(told.contains("has schema 99") && told.contains("newer tts-reader"), "{told}");
}
