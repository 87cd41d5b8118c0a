//! Limits by the hour that two services on one database keep together.

use std::{future::Future, sync::Arc};

use libtest_mimic::Trial;
use serde_json::json;
use tts_reader::Settings;

use crate::{
    app::{Home, Reply, TestApp},
    sql::Session,
    together::two_with,
    trial,
};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("the_hour_of_an_account_is_exact_over_two_services", requests),
        trial("wrong_passwords_at_two_services_are_counted_together", wrong_passwords),
        trial("right_passwords_count_at_no_service", right_passwords),
        trial("the_hour_of_an_address_is_exact_over_two_services", addresses),
        trial("letters_of_two_services_are_counted_together", letters),
        trial("an_hour_slides_by_the_clock_of_the_database", sliding),
        trial("the_list_of_an_hour_is_bounded_and_goes_when_it_is_old", bounded),
    ]
}

/// So many of one request, the services by turns, all at once.
async fn at_once<F>(
    apps: &[Arc<TestApp>; 2],
    count: usize,
    request: impl Fn(Arc<TestApp>) -> F,
) -> Vec<Reply>
where
    F: Future<Output = Reply> + Send + 'static,
{
    let tries: Vec<_> =
        (0..count).map(|n| tokio::spawn(request(Arc::clone(&apps[n % 2])))).collect();
    let mut replies = Vec::new();
    for one in tries {
        replies.push(one.await.unwrap());
    }
    replies
}

fn count(replies: &[Reply], status: u16) -> usize {
    replies.iter().filter(|reply| reply.status == status).count()
}

async fn requests() {
    for limit in [7, 60, 300] {
        let apps = two_with(|settings| settings.rate_limit_per_hour = limit).await;
        let user = apps[0].account("FREE", 0).await;
        let ask = |app: Arc<TestApp>| {
            let user = user.clone();
            async move { app.get_as(&user, "/api/preferences").await }
        };
        let tries = limit as usize * 3 / 2;
        let replies = at_once(&apps, tries, ask).await;
        let seen = (count(&replies, 200), count(&replies, 429));
        assert_eq!(seen, (limit as usize, tries - limit as usize), "limit {limit}");
        // Each that passed was told another number: nobody was counted twice, nobody was left out.
        let number = |reply: &Reply, name| reply.header(name).parse::<u32>().unwrap();
        let mut left: Vec<u32> = replies
            .iter()
            .filter(|reply| reply.status == 200)
            .map(|reply| number(reply, "x-rate-limit-remaining"))
            .collect();
        left.sort_unstable();
        assert_eq!(left, (0..limit).collect::<Vec<_>>());
        // Both refuse from now on, and say for how long.
        let replies = at_once(&apps, 4, ask).await;
        assert_eq!(count(&replies, 429), 4);
        for reply in replies {
            let retry = number(&reply, "retry-after");
            assert!((3_500..=3_630).contains(&retry), "{retry}");
            assert_eq!(number(&reply, "x-rate-limit-reset"), retry);
            assert_eq!(number(&reply, "x-rate-limit-remaining"), 0);
        }
        // Somebody else has an hour of their own.
        let other = apps[1].account("FREE", 0).await;
        apps[0].get_as(&other, "/api/preferences").await.expect_status(200);
    }
}

fn guarded(settings: &mut Settings) {
    settings.dev = false;
    settings.login_failures_per_hour = 5;
}

async fn log_in(app: Arc<TestApp>, username: &'static str, password: &'static str) -> Reply {
    app.post("/api/login", json!({ "username": username, "password": password })).await
}

async fn wrong_passwords() {
    let apps = two_with(guarded).await;
    for username in ["ann", "bob"] {
        let replies = at_once(&apps, 30, |app| log_in(app, username, "a guess")).await;
        assert_eq!((count(&replies, 401), count(&replies, 429)), (5, 25));
        let refused = replies.iter().find(|reply| reply.status == 429).unwrap();
        assert!(refused.detail().starts_with("Too many wrong passwords for this account."));
        let retry: u32 = refused.header("retry-after").parse().unwrap();
        assert!((3_500..=3_601).contains(&retry), "{retry}");
    }
}

async fn right_passwords() {
    let apps = two_with(guarded).await;
    let ann = json!({ "username": "ann", "email": "ann@example.com", "password": "Secret-1" });
    apps[0].post("/api/register", ann).await.expect_status(200);
    let log_in = async |n: usize, password| log_in(Arc::clone(&apps[n % 2]), "ann", password).await;
    for n in 0..12 {
        log_in(n, "Secret-1").await.expect_status(200);
    }
    for n in 0..4 {
        log_in(n, "a guess").await.expect_status(401);
        log_in(n, "Secret-1").await.expect_status(200);
        log_in(n + 1, "Secret-1").await.expect_status(200);
    }
    log_in(0, "a guess").await.expect_status(401);
    log_in(1, "Secret-1").await.expect_status(429);
}

async fn addresses() {
    let change = |settings: &mut Settings| {
        settings.dev = false;
        settings.rate_limit_per_hour = 9;
    };
    let apps = two_with(change).await;
    let refresh = |app: Arc<TestApp>| async move {
        app.post("/api/refresh", json!({ "refresh_token": "none" })).await
    };
    let replies = at_once(&apps, 30, refresh).await;
    assert_eq!((count(&replies, 401), count(&replies, 429)), (9, 21));
}

async fn letters() {
    let apps = two_with(|settings| settings.emails_per_hour = 3).await;
    for path in ["/api/password-reset", "/api/resend-verification"] {
        let ask = |app: Arc<TestApp>| async move {
            app.post(path, json!({ "email": "ann@example.com" })).await
        };
        let replies = at_once(&apps, 12, ask).await;
        assert_eq!((count(&replies, 200), count(&replies, 429)), (3, 9), "{path}");
    }
}

/// What passed within the hour, as of the last try.
const TOTAL: &str = "coalesce(sums[cardinality(sums)], base) - base";

/// Makes everything that was counted so many seconds older.
async fn age(session: &mut Session, seconds: i64) {
    let sql = format!(
        "UPDATE hourly_counts SET seen = seen - {seconds}, starts = ARRAY(
             SELECT one - {seconds} FROM unnest(starts) WITH ORDINALITY AS list (one, place)
             ORDER BY place)"
    );
    session.run(&sql).await;
}

async fn sliding() {
    let apps = two_with(guarded).await;
    let mut session = Session::on(&apps[0].home.database()).await;
    // What passed, by a clock that only `age` moves. Sums of these steps miss the hour by half a
    // minute, which is longer than all of this takes.
    let (mut now, mut passed) = (0, Vec::<i64>::new());
    let steps =
        [0, 70, 0, 0, 700, 0, 1_400, 2_100, 0, 0, 0, 2_800, 0, 70, 3_500, 0, 0, 0, 0, 0, 140];
    for (n, step) in steps.into_iter().chain([3_640, 0, 0]).enumerate() {
        age(&mut session, step).await;
        now += step;
        passed.retain(|then| now - then < 3_600);
        let reply = log_in(Arc::clone(&apps[n % 2]), "ann", "a guess").await;
        if passed.len() < 5 {
            reply.expect_status(401);
            passed.push(now);
        } else {
            let reply = reply.expect_status(429);
            let retry: i64 = reply.header("retry-after").parse().unwrap();
            let room = passed[0] + 3_601 - now;
            assert!((room - 30..=room).contains(&retry), "{retry}, and there is room in {room}");
        }
        // The address is counted too, and more often.
        let total = session.number(&format!("SELECT min({TOTAL}) FROM hourly_counts")).await;
        assert_eq!(total, passed.len() as i64, "step {n}");
    }
}

async fn bounded() {
    let home = Home::fresh();
    let app = TestApp::at(home, |settings| settings.rate_limit_per_hour = 1_000).await;
    let user = app.account("FREE", 0).await;
    let mut session = Session::on(&app.home.database()).await;
    for _ in 0..150 {
        for _ in 0..2 {
            app.get_as(&user, "/api/preferences").await.expect_status(200);
        }
        age(&mut session, 30).await;
    }
    let list = "SELECT max(cardinality(starts)) FROM hourly_counts";
    let length = session.number(list).await;
    assert!((119..=121).contains(&length), "{length}");
    // Half a minute passed with each two.
    let total = session.number(&format!("SELECT max({TOTAL}) FROM hourly_counts")).await;
    assert!((238..=242).contains(&total), "{total}");
    age(&mut session, 3_700).await;
    let _app = TestApp::at(app.stop().await, |_| {}).await;
    // The upkeep begins with the service.
    while session.number("SELECT count(*) FROM hourly_counts").await > 0 {
        tokio::task::yield_now().await;
    }
}
