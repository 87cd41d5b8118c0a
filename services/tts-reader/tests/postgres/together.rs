//! Several services on one database.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use libtest_mimic::Trial;
use reqwest::Method;
use serde_json::{Value, json};
use tts_reader::{DatabaseUrl, Secret, Settings};

use crate::{
    app::{Home, TestApp, User},
    sql::{Session, application},
    trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("sixty_at_once_on_forty_credits_of_two_services_are_forty", forty_of_sixty),
        trial("many_jobs_of_two_services_leave_every_credit_somewhere", every_credit_somewhere),
        trial("a_service_that_starts_leaves_the_work_of_others_alone", others_go_on),
        trial("six_services_start_at_the_same_moment", six_at_once),
        trial("a_hundred_registrations_of_one_name_are_one", one_of_a_hundred),
        trial("a_deadlock_is_resolved_and_the_work_done_again", deadlock),
        trial("a_lock_held_too_long_is_answered_503", held_lock),
        trial("a_token_revoked_at_one_is_refused_by_the_other_at_once", revoked),
        trial("audio_of_one_opens_at_the_other", audio),
        trial("one_key_at_two_services_is_one_job", one_key),
        trial("services_that_were_told_otherwise_say_so", told_otherwise),
    ]
}

async fn two() -> [Arc<TestApp>; 2] {
    two_with(|settings| settings.speech_queue = 1_000).await
}

/// Two services on one database, each with a directory of its own.
pub(crate) async fn two_with(change: impl Fn(&mut Settings)) -> [Arc<TestApp>; 2] {
    let one = TestApp::with(&change).await;
    let other = TestApp::at(one.home.beside(tempfile::tempdir().unwrap()), &change).await;
    [Arc::new(one), Arc::new(other)]
}

/// The statuses of so many syntheses for one credit, the services by turns, all at once.
async fn at_once(apps: &[Arc<TestApp>; 2], users: &[User], count: usize) -> Vec<u16> {
    let tries: Vec<_> = (0..count)
        .map(|n| {
            let (app, user) = (Arc::clone(&apps[n % 2]), users[n / 2 % users.len()].clone());
            tokio::spawn(async move { app.synthesize(&user, "One credit.").await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for one in tries {
        statuses.push(one.await.unwrap());
    }
    statuses
}

fn count(statuses: &[u16], wanted: u16) -> usize {
    statuses.iter().filter(|status| **status == wanted).count()
}

async fn forty_of_sixty() {
    let apps = two().await;
    for round in 0..5 {
        let user = apps[0].account("PRO", 40).await;
        let statuses = at_once(&apps, std::slice::from_ref(&user), 60).await;
        let seen = (count(&statuses, 200), count(&statuses, 402));
        assert_eq!(seen, (40, 20), "round {round}: {statuses:?}");
        assert_eq!((apps[0].balance(&user).await, apps[1].balance(&user).await), (0, 0));
    }
}

async fn every_credit_somewhere() {
    let apps = two().await;
    let mut users = Vec::new();
    for _ in 0..5 {
        users.push(apps[0].account("PRO", 50).await);
    }
    let statuses = at_once(&apps, &users, 300).await;
    assert_eq!((count(&statuses, 200), count(&statuses, 402)), (250, 50), "{statuses:?}");
    let mut session = Session::on(&apps[0].home.database()).await;
    let sums = [
        ("SELECT sum(credits_remaining) FROM credit_transactions", 0),
        ("SELECT count(*) FROM credit_reservations", 0),
        ("SELECT sum(credits_consumed) FROM usage_events", 250),
        ("SELECT stat_value FROM platform_stats WHERE stat_key = 'total_syntheses'", 250),
    ];
    for (sql, wanted) in sums {
        assert_eq!(session.number(sql).await, wanted, "{sql}");
    }
}

async fn others_go_on() {
    let one = TestApp::start().await;
    let user = one.account("PRO", 10).await;
    let url = one.home.database();
    let mut session = Session::on(&url).await;
    // A job that the other service is still at.
    session
        .run(
            "INSERT INTO credit_reservations (id, user_id, credits, created_at, owner)
             SELECT 'job', user_id, 3, 1, 'another' FROM users",
        )
        .await;
    let one = TestApp::at(one.stop().await, |_| {}).await;
    // Nothing takes as long as this one did: whoever made it, the upkeep ends it.
    while session.number("SELECT count(*) FROM credit_reservations").await > 0 {
        tokio::task::yield_now().await;
    }
    let now = "(extract(epoch FROM now()) * 1000000)::bigint";
    session
        .run(&format!(
            "INSERT INTO credit_reservations (id, user_id, credits, created_at, owner)
             SELECT 'job', user_id, 3, {now}, 'another' FROM users"
        ))
        .await;
    let one = TestApp::at(one.stop().await, |_| {}).await;
    one.synthesize(&user, "Hello.").await.expect_status(200);
    assert_eq!(session.number("SELECT count(*) FROM credit_reservations").await, 1, "theirs");
}

async fn six_at_once() {
    let home = Home::fresh();
    let starts: Vec<_> = (0..6)
        .map(|_| home.beside(tempfile::tempdir().unwrap()))
        .map(|home| tokio::spawn(TestApp::at(home, |_| {})))
        .collect();
    let mut apps = Vec::new();
    for start in starts {
        apps.push(start.await.unwrap());
    }
    let user = apps[0].account("PRO", 6).await;
    for app in &apps {
        app.synthesize(&user, "Hello.").await.expect_status(200);
    }
    assert_eq!(apps[5].balance(&user).await, 0);
    let mut session = Session::on(&home.database()).await;
    assert_eq!(session.number("SELECT max(version) - count(*) FROM schema_migrations").await, 0);
}

async fn one_of_a_hundred() {
    let apps = two().await;
    let tries: Vec<_> = (0..100)
        .map(|n| {
            let app = Arc::clone(&apps[n % 2]);
            let body = json!({
                "username": "ann", "email": format!("ann{n}@example.com"), "password": "secret1",
            });
            tokio::spawn(async move { app.post("/api/register", body).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for one in tries {
        statuses.push(one.await.unwrap());
    }
    let busy = count(&statuses, 503);
    let seen = (count(&statuses, 200), count(&statuses, 400) + busy);
    assert_eq!(seen, (1, 99), "{statuses:?}");
}

const DEADLOCKS: &str = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";

async fn deadlock() {
    let home = Home::fresh();
    // Of the two it is the service that looks for a circle, and that PostgreSQL then ends.
    let url = format!("{}&options[deadlock_timeout]=2s", home.database());
    let url = DatabaseUrl::parse("test", &url).unwrap();
    let app = Arc::new(TestApp::at(home, |settings| settings.database = url).await);
    let batch = json!({
        "batch": "team", "usernames": ["team_001", "team_002"], "password": "Pw-of-the-team",
        "tier": "LIGHT", "credits": 5,
    });
    app.post("/api/dev/test-accounts", batch).await.expect_status(200);
    let url = app.home.database();
    let (mut other, mut observer) = (Session::on(&url).await, Session::on(&url).await);
    let before = observer.number(DEADLOCKS).await;
    other.run("SET deadlock_timeout = '1h'").await;
    // The service takes the first account and then the second; this takes them the other way round.
    other.run("BEGIN; SELECT * FROM users WHERE username = 'team_002' FOR UPDATE").await;
    let reset = {
        let app = Arc::clone(&app);
        let order = json!({
            "change": "reset_credits", "of": { "batch": "team", "usernames": ["team_002", "team_001"] },
        });
        tokio::spawn(async move { app.post("/api/dev/test-accounts/change", order).await })
    };
    observer.until_somebody_waits(application(&url)).await;
    other.run("SELECT * FROM users WHERE username = 'team_001' FOR UPDATE; COMMIT").await;
    let reset = reset.await.unwrap().expect_status(200);
    assert_eq!(reset.json["changed"], 2);
    // Each session tells of its deadlocks when it rests.
    while observer.number(DEADLOCKS).await == before {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn held_lock() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 5).await;
    let mut other = Session::on(&app.home.database()).await;
    other.run("BEGIN; SELECT * FROM users FOR UPDATE").await;
    let start = Instant::now();
    let refused = app.synthesize(&user, "Hello.").await.expect_status(503);
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.detail(), "The database is busy; try again in 1 seconds");
    // Reads go on meanwhile.
    assert_eq!(app.balance(&user).await, 5);
    other.run("COMMIT").await;
    app.synthesize(&user, "Hello.").await.expect_status(200);
    assert_eq!(app.balance(&user).await, 4);
}

async fn revoked() {
    let apps = two().await;
    for round in 0..4 {
        let (ending, other) = (&apps[round % 2], &apps[(round + 1) % 2]);
        let mut user = ending.account("FREE", 0).await;
        let (access, refresh) = ending.tokens(&user.username, &user.password).await;
        user.token = access;
        other.get_as(&user, "/api/user").await.expect_status(200);
        match round {
            0 | 1 => drop(ending.post_as(&user, "/api/logout", json!({})).await.expect_status(200)),
            2 => {
                let request = ending.request(Method::DELETE, "/api/user").bearer_auth(&user.token);
                ending.send(request).await.expect_status(204);
            }
            // A refresh token that comes twice ends its session, wherever it comes.
            _ => {
                let body = json!({ "refresh_token": refresh });
                other.post("/api/refresh", body.clone()).await.expect_status(200);
                ending.post("/api/refresh", body).await.expect_status(401);
            }
        }
        // The very next request: nobody remembers a session.
        for app in [other, ending] {
            app.get_as(&user, "/api/user").await.expect_status(401);
        }
        let body = json!({ "refresh_token": refresh });
        other.post("/api/refresh", body).await.expect_status(401);
    }
}

async fn audio() {
    let shared = tempfile::tempdir().unwrap();
    let dir = shared.path().join("audio");
    let apps = two_with(|settings| settings.audio_dir = Some(dir.clone())).await;
    let user = apps[0].account("PRO", 10).await;
    let spoken = apps[0].synthesize(&user, "Hello.").await.expect_status(200);
    let link = spoken.json["audio_url"].as_str().unwrap();
    let path = link.strip_prefix(&apps[0].url).unwrap();
    let heard = apps[1].get(path).await.expect_status(200);
    assert_eq!(heard.header("content-type"), "audio/mpeg");
    assert_eq!(heard.json, apps[0].get(path).await.json);
    let forged = path.replace("expires=", "expires=1");
    apps[1].get(&forged).await.expect_status(403);
    // Whoever deletes the account removes its audio.
    let request = apps[1].request(Method::DELETE, "/api/user").bearer_auth(&user.token);
    apps[1].send(request).await.expect_status(204);
    apps[0].get(path).await.expect_status(404);
}

async fn one_key() {
    let apps = two().await;
    let user = apps[0].account("PRO", 10).await;
    let ask = |app: Arc<TestApp>, user: User| async move {
        let body = json!({ "text_to_speech": "Hello." });
        let request = app.request(Method::POST, "/api/synthesize").bearer_auth(&user.token);
        app.send(request.header("idempotency-key", "the job").json(&body)).await
    };
    let tries: Vec<_> =
        (0..20).map(|n| tokio::spawn(ask(Arc::clone(&apps[n % 2]), user.clone()))).collect();
    let mut answers = Vec::new();
    for one in tries {
        let reply = one.await.unwrap();
        match reply.status {
            200 => answers.push(reply.json),
            // While the first is at it.
            409 => {}
            other => panic!("{other}: {:#}", reply.json),
        }
    }
    for app in &apps {
        let reply = ask(Arc::clone(app), user.clone()).await.expect_status(200);
        assert_eq!(reply.header("idempotent-replayed"), "true");
        answers.push(reply.json);
        assert_eq!(app.balance(&user).await, 9);
    }
    let file = |answer: &Value| {
        let link = answer["audio_url"].as_str().unwrap();
        link.rsplit('/').next().unwrap().to_owned()
    };
    assert!(answers.iter().all(|answer| file(answer) == file(&answers[0])), "one job");
}

async fn told_otherwise() {
    let shared = tempfile::tempdir().unwrap();
    let dir = shared.path().to_owned();
    let one = TestApp::with(|settings| settings.audio_dir = Some(dir.clone())).await;
    let alike = one.home.beside(tempfile::tempdir().unwrap());
    let alike = TestApp::at(alike, |settings| settings.audio_dir = Some(dir.clone())).await;
    let other = one.home.beside(tempfile::tempdir().unwrap());
    let other = TestApp::at(other, |settings| {
        settings.jwt_secret = Some(Secret::new("test", "another secret for tests").unwrap());
        settings.emails_per_hour = 7;
    })
    .await;
    let said = |app: &TestApp| {
        let log = std::fs::read_to_string(app.path().join("tts_api_audit.log")).unwrap();
        let lines = log.lines().filter(|line| line.contains(" differs from that of the service "));
        let name = |line: &str| {
            line.split(" differs").next().unwrap().rsplit(' ').next().unwrap().to_owned()
        };
        lines.map(name).collect::<Vec<_>>()
    };
    // Of each of the two others.
    let wanted = ["AUDIO_DIR", "EMAILS_PER_HOUR", "JWT_SECRET_KEY"];
    while said(&other).len() < 6 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(said(&other), [wanted, wanted].concat());
    assert_eq!((said(&one), said(&alike)), (vec![], vec![]), "they look again in a minute");
    let mut session = Session::on(&one.home.database()).await;
    assert_eq!(session.number("SELECT count(*) FROM services").await, 3);
    let texts = session.text("SELECT string_agg(settings, ' ') FROM services").await;
    assert!(!texts.contains("secret for tests"), "{texts}");
    drop(other.stop().await);
    assert_eq!(session.number("SELECT count(*) FROM services").await, 2);
}
