//! The ledger under random interleavings: credits are never lost, made, or spent twice.

use std::{sync::Arc, time::Duration};

use proptest::prelude::*;

use super::Grant;
use crate::{
    domain::{Tier, Timestamp, UserId},
    settings::DatabaseUrl,
    store::{NewAccount, Reservation, ReserveError, SpeechDone, Store},
};

#[path = "../../../tests/api/database.rs"]
mod database;

pub(in crate::store) struct Bench {
    pub(in crate::store) store: Store,
    pub(in crate::store) user: UserId,
    start: Timestamp,
    /// Removed when the store's connections are idle.
    _home: Home,
}

/// A place for a database of the test's own.
pub(in crate::store) struct Home {
    dir: tempfile::TempDir,
    database: database::TestDatabase,
}

impl Home {
    pub(in crate::store) fn fresh() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), database: database::TestDatabase::fresh() }
    }

    pub(in crate::store) fn url(&self) -> DatabaseUrl {
        DatabaseUrl::parse("test", &self.database.url(self.dir.path())).unwrap()
    }
}

pub(in crate::store) fn ann() -> NewAccount {
    NewAccount {
        username: "ann".to_owned(),
        email: "ann@example.com".to_owned(),
        password_hash: String::new(),
        first_name: None,
        last_name: None,
        origin: Default::default(),
        tier: Tier::Free,
        email_verified: false,
    }
}

pub(in crate::store) async fn bench() -> Bench {
    let home = Home::fresh();
    let store = Store::open(&home.url(), 4).await.unwrap();
    let start = Timestamp::now();
    let user = store.create_accounts(&[ann()], None, start).await.unwrap().remove(0);
    Bench { store, user, start, _home: home }
}

impl Bench {
    pub(in crate::store) fn at(&self, seconds: u64) -> Timestamp {
        self.start.plus(Duration::from_secs(seconds))
    }

    async fn grant(&self, credits: i64, lives_seconds: u64, now: Timestamp) {
        let expires_at = now.plus(Duration::from_secs(lives_seconds));
        let grant = Grant { credits, tier: Tier::Free, expires_at };
        self.store.grant(&self.user, &grant, now).await.unwrap();
    }

    pub(in crate::store) async fn settle(&self, reservation: &Reservation, now: Timestamp) {
        self.store.settle(&self.user, reservation, &speech(), None, now).await.unwrap();
    }

    pub(in crate::store) async fn balance(&self, now: Timestamp) -> i64 {
        let rows = self.store.spendable(&self.user, now).await.unwrap();
        rows.iter().map(|row| row.credits_remaining).sum()
    }

    /// (purchased, remaining, reserved, spent) over everything there ever was.
    async fn totals(&self) -> (i64, i64, i64, i64) {
        let mut connection = self.store.read().await.unwrap();
        let totals = connection.sql(
            "SELECT (SELECT CAST(COALESCE(SUM(credits_purchased), 0) AS BIGINT)
                     FROM credit_transactions),
                    (SELECT CAST(COALESCE(SUM(credits_remaining), 0) AS BIGINT)
                     FROM credit_transactions),
                    (SELECT CAST(COALESCE(SUM(credits), 0) AS BIGINT) FROM credit_reservations),
                    (SELECT CAST(COALESCE(SUM(credits_consumed), 0) AS BIGINT) FROM usage_events)",
        );
        totals.fetch_one().await.unwrap()
    }
}

fn speech() -> SpeechDone {
    SpeechDone {
        characters: 1,
        marks: 1,
        voice_id: "Joanna".to_owned(),
        engine: "standard",
        audio_ms: 1,
        duration_ms: 1,
    }
}

#[tokio::test]
async fn what_expires_first_is_spent_first_and_a_refund_goes_back_there() {
    let bench = bench().await;
    let now = bench.at(0);
    bench.grant(10, 500, now).await;
    bench.grant(10, 100, now).await;
    let reservation = bench.store.reserve(&bench.user, 15, now).await.unwrap();
    let rows = bench.store.spendable(&bench.user, now).await.unwrap();
    assert_eq!(rows.len(), 1, "the ten that expire first are gone");
    assert_eq!((rows[0].credits_remaining, rows[0].expires_at), (5, bench.at(500)));

    bench.store.refund(&reservation, now).await.unwrap();
    let rows = bench.store.spendable(&bench.user, now).await.unwrap();
    let left: Vec<_> = rows.iter().map(|row| (row.expires_at, row.credits_remaining)).collect();
    assert_eq!(left, [(bench.at(100), 10), (bench.at(500), 10)]);
}

#[tokio::test]
async fn expired_credits_are_unusable_before_anybody_marks_them() {
    let bench = bench().await;
    bench.grant(10, 100, bench.at(0)).await;
    assert!(bench.store.reserve(&bench.user, 1, bench.at(99)).await.is_ok());
    let late = bench.store.reserve(&bench.user, 1, bench.at(100)).await;
    assert!(matches!(late, Err(ReserveError::Insufficient { needed: 1, available: 0 })));
    assert_eq!(bench.store.mark_expired(bench.at(100)).await.unwrap(), 1);
    // What was reserved in time and given back late has lapsed meanwhile.
    assert_eq!(bench.store.refund_abandoned(bench.at(100), bench.at(100)).await.unwrap(), 1);
    assert_eq!(bench.balance(bench.at(100)).await, 0);
    assert_eq!(bench.totals().await, (10, 10, 0, 0));
}

#[tokio::test]
async fn a_crash_between_reserve_and_settle_loses_nothing() {
    let bench = bench().await;
    bench.grant(10, 100, bench.at(0)).await;
    let lost = bench.store.reserve(&bench.user, 4, bench.at(1)).await.unwrap();
    assert_eq!(bench.balance(bench.at(1)).await, 6);
    assert_eq!(bench.store.refund_abandoned(bench.at(2), bench.at(2)).await.unwrap(), 1);
    assert_eq!(bench.balance(bench.at(2)).await, 10);
    let late = bench.store.settle(&bench.user, &lost, &speech(), None, bench.at(3)).await;
    assert!(late.is_err(), "what was refunded cannot be spent any more");
    assert_eq!(bench.balance(bench.at(3)).await, 10);
}

#[tokio::test]
async fn a_restart_gives_back_what_was_this_services_and_nothing_else() {
    let bench = bench().await;
    bench.grant(20, 100, bench.at(0)).await;
    let (one, other) = (bench.store.clone().owned_by("one"), bench.store.clone().owned_by("other"));
    let lost = one.reserve(&bench.user, 4, bench.at(1)).await.unwrap();
    let running = other.reserve(&bench.user, 5, bench.at(1)).await.unwrap();
    assert_eq!(one.refund_own(bench.at(2)).await.unwrap(), 1);
    assert_eq!(bench.balance(bench.at(2)).await, 15);
    bench.settle(&running, bench.at(3)).await;
    assert!(one.settle(&bench.user, &lost, &speech(), None, bench.at(3)).await.is_err());
    assert_eq!(bench.totals().await, (20, 15, 0, 5));
}

#[tokio::test]
async fn credits_given_back_after_they_lapsed_come_on_top_of_nothing() {
    let bench = bench().await;
    bench.grant(4, 1_000, bench.at(0)).await;
    bench.grant(6, 2_000, bench.at(0)).await;
    let reserved = bench.store.reserve(&bench.user, 5, bench.at(1)).await.unwrap();
    let mut tx = bench.store.write().await.unwrap();
    super::lapse(&mut tx, &bench.user, bench.at(2)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.balance(bench.at(2)).await, 0);
    bench.grant(10, 1_000, bench.at(2)).await;
    bench.store.refund(&reserved, bench.at(3)).await.unwrap();
    assert_eq!(bench.balance(bench.at(3)).await, 10);
    assert_eq!(bench.totals().await, (20, 20, 0, 0), "lapsed, not lost");
}

#[tokio::test]
async fn sixty_at_once_on_forty_credits_are_forty() {
    let bench = Arc::new(bench().await);
    bench.grant(40, 1_000, bench.at(0)).await;
    let tries: Vec<_> = (0..60)
        .map(|_| {
            let bench = Arc::clone(&bench);
            tokio::spawn(async move {
                let now = bench.at(1);
                let Ok(got) = bench.store.reserve(&bench.user, 1, now).await else { return 0 };
                bench.settle(&got, now).await;
                1
            })
        })
        .collect();
    let mut served = 0;
    for one in tries {
        served += one.await.unwrap();
    }
    assert_eq!(served, 40);
    assert_eq!(bench.totals().await, (40, 0, 0, 40));
}

#[derive(Debug, Clone)]
enum Step {
    Grant { credits: i64, lives_seconds: u64 },
    Reserve(i64),
    Settle(prop::sample::Index),
    Refund(prop::sample::Index),
    Pass(u64),
    MarkExpired,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1_i64..50, 1_u64..200)
            .prop_map(|(credits, lives_seconds)| Step::Grant { credits, lives_seconds }),
        (1_i64..40).prop_map(Step::Reserve),
        (1_i64..40).prop_map(Step::Reserve),
        any::<prop::sample::Index>().prop_map(Step::Settle),
        any::<prop::sample::Index>().prop_map(Step::Refund),
        (1_u64..60).prop_map(Step::Pass),
        Just(Step::MarkExpired),
    ]
}

async fn play(steps: Vec<Step>) {
    let bench = bench().await;
    let mut seconds = 0;
    let mut open: Vec<Reservation> = Vec::new();
    for step in steps {
        let now = bench.at(seconds);
        let before = bench.balance(now).await;
        match step {
            Step::Grant { credits, lives_seconds } => {
                bench.grant(credits, lives_seconds, now).await;
                assert_eq!(bench.balance(now).await, before + credits);
            }
            Step::Reserve(needed) => match bench.store.reserve(&bench.user, needed, now).await {
                Ok(reservation) => {
                    assert_eq!(bench.balance(now).await, before - needed);
                    open.push(reservation);
                }
                Err(error) => {
                    assert!(
                        matches!(error, ReserveError::Insufficient { available, .. }
                            if available == before && available < needed),
                        "{error}"
                    );
                }
            },
            Step::Settle(which) if !open.is_empty() => {
                let reservation = open.swap_remove(which.index(open.len()));
                bench.settle(&reservation, now).await;
                assert_eq!(bench.balance(now).await, before);
            }
            Step::Refund(which) if !open.is_empty() => {
                let reservation = open.swap_remove(which.index(open.len()));
                let credits = reservation.credits;
                bench.store.refund(&reservation, now).await.unwrap();
                let after = bench.balance(now).await;
                assert!((before..=before + credits).contains(&after));
            }
            Step::Settle(_) | Step::Refund(_) => {}
            Step::Pass(more) => seconds += more,
            Step::MarkExpired => {
                bench.store.mark_expired(now).await.unwrap();
                assert_eq!(bench.balance(now).await, before);
            }
        }
        let (purchased, remaining, reserved, spent) = bench.totals().await;
        assert_eq!(purchased, remaining + reserved + spent, "every credit is somewhere");
        assert!(remaining >= 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_credit_is_always_somewhere(steps in prop::collection::vec(step(), 1..40)) {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(play(steps));
    }
}
