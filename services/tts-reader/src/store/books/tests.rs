//! Accounts go, their books stay, and nothing else does.

use crate::{
    domain::{Tier, Timestamp, UserId},
    store::{
        Change, Credited, Event, ExtractionDone, Grant, NewAccount, Session, Store, Subscription,
        Verdict,
        ledger::tests::{Bench, Home, ann, bench},
        schema::MIGRATIONS,
        statement::{Row, Words},
    },
};

/// Id, account, checkout, transaction, cents, cents that went back, time.
type Paid = (String, Option<String>, Option<String>, Option<i64>, i64, i64, i64);

const PERSON: [&str; 4] = ["ann", "ann@example.com", "cus_ann", "news.example"];

fn bought(user: &UserId, payment: &str) -> Change {
    Change::Credit(Credited {
        user: user.clone(),
        payment: payment.to_owned(),
        session: format!("cs_{payment}"),
        customer: Some("cus_ann".to_owned()),
        credits: 500,
        cents: 600,
    })
}

fn subscribed(user: Option<&UserId>, status: &str) -> Change {
    Change::Subscription(Subscription {
        id: "sub_1".to_owned(),
        user: user.cloned(),
        customer: Some("cus_ann".to_owned()),
        price: Some("price_1".to_owned()),
        tier: Some(Tier::Pro),
        status: status.to_owned(),
        active: status == "active",
        ended: status == "canceled",
        rank: 1,
    })
}

impl Bench {
    async fn hear(&self, id: &str, change: &Change, now: Timestamp) -> Verdict {
        let event = Event { id: id.to_owned(), kind: "test".to_owned(), created: 1_800_000_000 };
        self.store.handle(&event, change, now).await.unwrap()
    }

    /// Five hundred credits, a hundred spent and a fifth of the money given back; fifty at work.
    async fn history(&self) {
        let (user, now) = (&self.user, self.at(0));
        self.hear("evt_1", &bought(user, "pi_1"), now).await;
        self.hear("evt_2", &subscribed(Some(user), "active"), now).await;
        let spent = self.store.reserve(user, 100, now).await.unwrap();
        self.settle(&spent, now).await;
        let back = Change::Refund { payment: "pi_1".to_owned(), paid: 600, refunded: 120 };
        self.hear("evt_3", &back, now).await;
        let grant = Grant::now(70, Tier::Free, now);
        self.store.grant(user, &grant, now).await.unwrap();
        let _at_work = self.store.reserve(user, 50, now).await.unwrap();
        let session = Session { id: "s", refresh_id: "r", expires_at: self.at(60) };
        self.store.begin_session(user, &session, now).await.unwrap();
        let done = ExtractionDone {
            characters: 5,
            source_domain: Some("news.example".to_owned()),
            method: "dom".to_owned(),
            duration_ms: 1,
        };
        self.store.record_extraction(user, &done, now).await.unwrap();
    }

    /// Each row of each table, as text, after its table's name.
    async fn everything(&self) -> Vec<String> {
        let mut reader = self.store.read().await.unwrap();
        let tables: Vec<(String,)> = reader
            .sql(Words {
                sqlite: "SELECT name FROM sqlite_master WHERE type = 'table'",
                postgres: "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
                           WHERE table_schema = current_schema()",
            })
            .fetch_all()
            .await
            .unwrap();
        let mut all = Vec::new();
        for (table,) in tables {
            let columns: Vec<(String,)> = reader
                .sql(Words {
                    sqlite: leak(format!("SELECT name FROM pragma_table_info('{table}')")),
                    postgres: "SELECT 'all of them'",
                })
                .fetch_all()
                .await
                .unwrap();
            let columns: Vec<String> = columns.into_iter().map(|(name,)| name).collect();
            let rows: Vec<(String,)> = reader
                .sql(Words {
                    sqlite: leak(format!("SELECT json_array({}) FROM {table}", columns.join(", "))),
                    postgres: leak(format!("SELECT CAST(t AS TEXT) FROM {table} AS t")),
                })
                .fetch_all()
                .await
                .unwrap();
            all.extend(rows.into_iter().map(|(row,)| format!("{table}: {row}")));
        }
        all
    }

    async fn one<T: Row>(&self, sql: &'static str) -> T {
        self.store.read().await.unwrap().sql(sql).fetch_one().await.unwrap()
    }
}

fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

#[tokio::test]
async fn the_person_goes_and_the_books_stay() {
    let bench = bench().await;
    bench.history().await;
    let person = [&PERSON[..], &[bench.user.as_str()]].concat();
    let before = bench.everything().await;
    for trace in &person {
        assert!(before.iter().any(|row| row.contains(trace)), "{trace} is nowhere, before");
    }
    assert!(bench.store.delete_account(&bench.user, bench.at(9)).await.unwrap());
    for row in bench.everything().await {
        for trace in &person {
            assert!(!row.contains(trace), "{trace} is still in {row}");
        }
    }

    // What was at work went back and lapsed with the rest; the grant was no purchase.
    let it: (i64, i64, i64, i64, i64, i64) = bench
        .one(
            "SELECT credits_purchased, credits_spent, credits_lapsed, credits_refunded,
                 purchase_price, closed_at - purchased_at
             FROM closed_purchases WHERE payment_id = 'pi_1'",
        )
        .await;
    assert_eq!(it, (500, 100, 300, 100, 600, 9_000_000));
    let paid: (i64, i64, Option<String>) =
        bench.one("SELECT amount_cents, refunded_cents, user_id FROM payments").await;
    assert_eq!(paid, (600, 120, None));
    let (names,): (i64,) = bench
        .one(
            "SELECT COUNT(*) FROM payments p
             JOIN subscriptions s ON s.pseudonym = p.pseudonym
             JOIN closed_purchases c ON c.pseudonym = p.pseudonym",
        )
        .await;
    assert_eq!(names, 1, "they are one account's, by one pseudonym");
    assert!(!bench.store.delete_account(&bench.user, bench.at(10)).await.unwrap());
}

#[tokio::test]
async fn what_is_told_later_reaches_the_books_and_nobody_else() {
    let bench = bench().await;
    bench.history().await;
    bench.store.delete_account(&bench.user, bench.at(1)).await.unwrap();
    let again = NewAccount { email_verified: true, ..ann() };
    let other = bench.store.create_accounts(&[again], None, bench.at(2)).await.unwrap().remove(0);

    let back = Change::Refund { payment: "pi_1".to_owned(), paid: 600, refunded: 600 };
    assert_eq!(bench.hear("evt_4", &back, bench.at(3)).await, Verdict::RefundNoted);
    let (refunded,): (i64,) = bench.one("SELECT refunded_cents FROM payments").await;
    assert_eq!(refunded, 600);
    // The same payment again, by a checkout that knows a name only.
    let credited = bench.hear("evt_5", &bought(&other, "pi_1"), bench.at(3)).await;
    assert_eq!(credited, Verdict::CreditedBefore);
    let renewed = bench.hear("evt_6", &subscribed(Some(&other), "active"), bench.at(3)).await;
    assert_eq!(renewed, Verdict::UnknownUser);
    let ended = bench.hear("evt_7", &subscribed(None, "canceled"), bench.at(3)).await;
    assert_eq!(ended, Verdict::SubscriptionEnded);
    let late = bench.hear("evt_8", &bought(&bench.user, "pi_2"), bench.at(3)).await;
    assert_eq!(late, Verdict::UnknownUser);
    assert_eq!(bench.store.tier(&other, bench.at(4)).await.unwrap(), Tier::Free);
    assert!(bench.store.spendable(&other, bench.at(4)).await.unwrap().is_empty());
    assert!(!bench.everything().await.iter().any(|row| row.contains("cus_ann")));
}

#[tokio::test]
async fn a_deletion_that_forgets_the_books_is_refused() {
    let bench = bench().await;
    bench.history().await;
    let mut tx = bench.store.write().await.unwrap();
    let deleted = tx.sql("DELETE FROM users WHERE user_id = $1").bind(&bench.user).execute().await;
    assert!(deleted.is_err());
}

#[tokio::test]
async fn payments_of_before_are_still_there() {
    let home = Home::fresh();
    let url = home.url();
    let books = MIGRATIONS.iter().position(|(name, _)| *name == "books").unwrap();
    let store = Store::open_with(&url, 2, &MIGRATIONS[..books]).await.unwrap();
    let mut tx = store.write().await.unwrap();
    tx.script(
        "INSERT INTO users (user_id, username, email, password_hash, usage_month_start, created_at)
             VALUES ('u', 'ann', 'ann@example.com', '', 0, 0);
         INSERT INTO payments (payment_id, user_id, session_id, transaction_id, amount_cents,
                 refunded_cents, created_at)
             VALUES ('pi_1', 'u', 'cs_1', 7, 600, 120, 5), ('pi_2', NULL, NULL, NULL, 9, 9, 6);
         INSERT INTO subscriptions (id, user_id, customer_id, price_id, tier, status, active, event_at,
                 event_rank)
             VALUES ('sub_1', 'u', 'cus_1', 'price_1', 'PRO', 'active', TRUE, 8, 1);"
            .to_owned(),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    store.close().await;

    let store = Store::open(&url, 2).await.unwrap();
    let mut reader = store.read().await.unwrap();
    let payments: Vec<Paid> = reader
        .sql(
            "SELECT payment_id, user_id, session_id, transaction_id, amount_cents, refunded_cents,
                 created_at
             FROM payments ORDER BY payment_id",
        )
        .fetch_all()
        .await
        .unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(payments[0], ("pi_1".to_owned(), text("u"), text("cs_1"), Some(7), 600, 120, 5));
    assert_eq!(payments[1], ("pi_2".to_owned(), None, None, None, 9, 9, 6));
    let it: (Option<String>, Option<String>, Tier, bool, bool, i64, i64) = reader
        .sql(
            "SELECT user_id, customer_id, tier, active, ended, event_at, event_rank
             FROM subscriptions WHERE id = 'sub_1' AND status = 'active' AND price_id = 'price_1'",
        )
        .fetch_one()
        .await
        .unwrap();
    assert_eq!(it, (text("u"), text("cus_1"), Tier::Pro, true, false, 8, 1));
    drop(reader);
    store.close().await;
}
