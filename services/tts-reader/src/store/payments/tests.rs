//! Money in any order, twice and late: the ledger always adds up, and nobody owes anything.

use std::time::Duration;

use proptest::prelude::*;

use super::{Change, Credited, Event, Subscription, Verdict};
use crate::{
    domain::{Tier, Timestamp, UserId},
    store::{
        Reservation, ReserveError,
        ledger::tests::{Bench, bench},
    },
};

const DAY: u64 = 24 * 3_600;

fn event(id: &str, kind: &str) -> Event {
    Event { id: id.to_owned(), kind: kind.to_owned(), created: 1_800_000_000 }
}

fn bought(user: &UserId, payment: &str, credits: i64, cents: i64) -> Change {
    Change::Credit(Credited {
        user: user.clone(),
        payment: payment.to_owned(),
        session: format!("cs_{payment}"),
        customer: Some("cus_1".to_owned()),
        credits,
        cents,
    })
}

fn refunded(payment: &str, paid: i64, refunded: i64) -> Change {
    Change::Refund { payment: payment.to_owned(), paid, refunded }
}

impl Bench {
    async fn tell(&self, id: &str, change: &Change, now: Timestamp) -> Verdict {
        self.store.handle(&event(id, "test"), change, now).await.unwrap()
    }

    /// (purchased, remaining, refunded, written off) of a payment's transaction, if it is there.
    async fn row(&self, payment: &str) -> Option<(i64, i64, i64, i64)> {
        let mut reader = self.store.read().await.unwrap();
        let rows: Vec<(i64, i64, i64, i64)> = reader
            .sql(
                "SELECT credits_purchased, credits_remaining, credits_refunded, credits_written_off
                 FROM credit_transactions WHERE stripe_payment_id = $1",
            )
            .bind(payment)
            .fetch_all()
            .await
            .unwrap();
        assert!(rows.len() <= 1, "{payment} was credited {} times", rows.len());
        rows.first().copied()
    }

    /// (purchased, remaining, refunded, written off, reserved, spent) of everything.
    async fn sums(&self) -> (i64, i64, i64, i64, i64, i64) {
        let mut reader = self.store.read().await.unwrap();
        let sums = reader.sql(
            "SELECT CAST(COALESCE(SUM(credits_purchased), 0) AS BIGINT),
                    CAST(COALESCE(SUM(credits_remaining), 0) AS BIGINT),
                    CAST(COALESCE(SUM(credits_refunded), 0) AS BIGINT),
                    CAST(COALESCE(SUM(credits_written_off), 0) AS BIGINT),
                    (SELECT CAST(COALESCE(SUM(credits), 0) AS BIGINT) FROM credit_reservations),
                    (SELECT CAST(COALESCE(SUM(credits_consumed), 0) AS BIGINT) FROM usage_events)
             FROM credit_transactions",
        );
        sums.fetch_one().await.unwrap()
    }
}

#[tokio::test]
async fn a_purchase_is_credited_once_for_ninety_days_and_gives_its_tier_while_it_lasts() {
    let bench = bench().await;
    let buy = bought(&bench.user, "pi_1", 2_000, 2_400);
    assert_eq!(bench.tell("evt_1", &buy, bench.at(0)).await, Verdict::Credited);
    assert_eq!(bench.tell("evt_1", &buy, bench.at(1)).await, Verdict::Duplicate);
    assert_eq!(bench.tell("evt_2", &buy, bench.at(1)).await, Verdict::CreditedBefore);
    assert!(bench.store.is_handled("evt_1", bench.at(2)).await.unwrap());
    assert!(!bench.store.is_handled("evt_3", bench.at(2)).await.unwrap());

    let last = bench.at(90 * DAY - 1);
    assert_eq!(bench.balance(last).await, 2_000);
    assert_eq!(bench.store.tier(&bench.user, last).await.unwrap(), Tier::Premium);
    assert_eq!(bench.balance(bench.at(90 * DAY)).await, 0);
    assert_eq!(bench.store.tier(&bench.user, bench.at(90 * DAY)).await.unwrap(), Tier::Free);
    let customer = bench.store.customer(&bench.user).await.unwrap();
    assert_eq!(customer.as_deref(), Some("cus_1"));
}

#[tokio::test]
async fn a_refund_takes_what_is_there_and_writes_off_what_was_spent() {
    let bench = bench().await;
    bench.tell("evt_1", &bought(&bench.user, "pi_1", 500, 600), bench.at(0)).await;
    let spent = bench.store.reserve(&bench.user, 300, bench.at(1)).await.unwrap();
    bench.settle(&spent, bench.at(1)).await;
    // A quarter of the money is a quarter of the credits.
    assert_eq!(
        bench.tell("evt_2", &refunded("pi_1", 600, 150), bench.at(2)).await,
        Verdict::Refunded
    );
    assert_eq!(bench.row("pi_1").await, Some((500, 75, 125, 0)));
    assert_eq!(
        bench.tell("evt_3", &refunded("pi_1", 600, 600), bench.at(3)).await,
        Verdict::Refunded
    );
    assert_eq!(bench.row("pi_1").await, Some((500, 0, 200, 300)));
    // An older event that comes later tells of less.
    bench.tell("evt_4", &refunded("pi_1", 600, 300), bench.at(4)).await;
    assert_eq!(bench.row("pi_1").await, Some((500, 0, 200, 300)));
    assert_eq!(bench.balance(bench.at(4)).await, 0);
}

#[tokio::test]
async fn a_refund_before_its_purchase_waits_for_it() {
    let bench = bench().await;
    let early = refunded("pi_1", 600, 600);
    assert_eq!(bench.tell("evt_2", &early, bench.at(0)).await, Verdict::RefundNoted);
    let buy = bought(&bench.user, "pi_1", 500, 600);
    assert_eq!(bench.tell("evt_1", &buy, bench.at(1)).await, Verdict::CreditedAndRefunded);
    assert_eq!(bench.row("pi_1").await, Some((500, 0, 500, 0)));
    assert_eq!(bench.balance(bench.at(1)).await, 0);
}

#[tokio::test]
async fn credits_reserved_during_a_refund_do_not_come_back_from_it() {
    let bench = bench().await;
    bench.tell("evt_1", &bought(&bench.user, "pi_1", 500, 600), bench.at(0)).await;
    let held = bench.store.reserve(&bench.user, 400, bench.at(1)).await.unwrap();
    bench.tell("evt_2", &refunded("pi_1", 600, 600), bench.at(2)).await;
    assert_eq!(bench.row("pi_1").await, Some((500, 0, 100, 400)));
    bench.store.refund(&held, bench.at(3)).await.unwrap();
    assert_eq!(bench.row("pi_1").await, Some((500, 0, 500, 0)));
    assert_eq!(bench.balance(bench.at(3)).await, 0);
}

#[tokio::test]
async fn what_cannot_be_handled_now_may_be_told_again() {
    let bench = bench().await;
    let unpaid = Change::Refuse("Payment not completed");
    assert_eq!(bench.tell("evt_1", &unpaid, bench.at(0)).await, Verdict::Refused);
    assert!(!bench.store.is_handled("evt_1", bench.at(0)).await.unwrap());
    let buy = bought(&bench.user, "pi_1", 500, 600);
    assert_eq!(bench.tell("evt_1", &buy, bench.at(1)).await, Verdict::Credited);
    let stranger = bought(&UserId::new(), "pi_2", 500, 600);
    assert_eq!(bench.tell("evt_2", &stranger, bench.at(1)).await, Verdict::UnknownUser);
    assert_eq!(bench.balance(bench.at(1)).await, 500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_event_many_times_at_once_is_one_purchase() {
    let bench = std::sync::Arc::new(bench().await);
    let tries: Vec<_> = (0..20)
        .map(|number| {
            let bench = std::sync::Arc::clone(&bench);
            tokio::spawn(async move {
                let buy = bought(&bench.user, "pi_1", 500, 600);
                // Half of them in one event, half in events of their own.
                let id = format!("evt_{}", number % 2 * number);
                bench.tell(&id, &buy, bench.at(0)).await
            })
        })
        .collect();
    let mut credited = 0;
    for one in tries {
        credited += usize::from(one.await.unwrap() == Verdict::Credited);
    }
    assert_eq!((credited, bench.balance(bench.at(0)).await), (1, 500));
}

fn subscription(user: Option<&UserId>, status: &str, rank: i64) -> Change {
    Change::Subscription(Subscription {
        id: "sub_1".to_owned(),
        user: user.cloned(),
        customer: Some("cus_1".to_owned()),
        price: Some("price_1".to_owned()),
        tier: Some(Tier::Pro),
        status: status.to_owned(),
        active: status == "active",
        ended: status == "canceled",
        rank,
    })
}

#[tokio::test]
async fn a_subscription_is_what_its_newest_event_says_in_any_order() {
    // created and updated of one second, updated a second later, deleted after that.
    let events = [("incomplete", 0, 0), ("active", 1, 0), ("past_due", 1, 1), ("canceled", 2, 2)];
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 1, 0, 3], [3, 0, 1, 2]] {
        let bench = bench().await;
        for (told, index) in order.into_iter().enumerate() {
            let (status, rank, second) = events[index];
            let mut it = event(&format!("evt_{index}"), "test");
            it.created += second;
            let change = subscription(Some(&bench.user), status, rank);
            bench.store.handle(&it, &change, bench.at(0)).await.unwrap();
            let newest = order[..=told].iter().max().copied().unwrap();
            let tier = bench.store.tier(&bench.user, bench.at(0)).await.unwrap();
            let expected = if newest == 1 { Tier::Pro } else { Tier::Free };
            assert_eq!(tier, expected, "{order:?} up to {told}");
        }
    }
}

#[tokio::test]
async fn an_end_that_comes_first_stays_the_end() {
    let bench = bench().await;
    let end = bench.tell("evt_2", &subscription(None, "canceled", 2), bench.at(0)).await;
    assert_eq!(end, Verdict::SubscriptionEnded);
    let begin = subscription(Some(&bench.user), "active", 1);
    let begin = bench.tell("evt_1", &begin, bench.at(0)).await;
    assert_eq!(begin, Verdict::SubscriptionEnded);
    assert_eq!(bench.store.tier(&bench.user, bench.at(0)).await.unwrap(), Tier::Free);
}

#[derive(Debug, Clone)]
enum Step {
    Buy(i64),
    /// A share of a payment, in percent, goes back.
    Refund(prop::sample::Index, i64),
    /// One of the events that are on their way arrives.
    Deliver(prop::sample::Index),
    Redeliver(prop::sample::Index),
    Reserve(i64),
    Settle(prop::sample::Index),
    GiveBack(prop::sample::Index),
    Pass(u64),
    MarkExpired,
}

fn step() -> impl Strategy<Value = Step> {
    let any = any::<prop::sample::Index>;
    prop_oneof![
        (500_i64..1_000).prop_map(Step::Buy),
        (any(), 1_i64..100).prop_map(|(which, share)| Step::Refund(which, share)),
        any().prop_map(Step::Deliver),
        any().prop_map(Step::Deliver),
        any().prop_map(Step::Deliver),
        any().prop_map(Step::Redeliver),
        (1_i64..700).prop_map(Step::Reserve),
        (1_i64..700).prop_map(Step::Reserve),
        any().prop_map(Step::Settle),
        any().prop_map(Step::GiveBack),
        (1_u64..40).prop_map(Step::Pass),
        Just(Step::MarkExpired),
    ]
}

/// A payment as the world knows it, which the service hears of piece by piece.
struct Payment {
    id: String,
    credits: i64,
    cents: i64,
    went_back: i64,
    /// What the service was told so far.
    told: bool,
    told_back: i64,
}

/// A run of steps with what they should come to.
struct World {
    bench: Bench,
    days: u64,
    payments: Vec<Payment>,
    /// On their way: the event's id, the payment, and cents gone back (0: its purchase).
    coming: Vec<(String, usize, i64)>,
    came: Vec<(String, usize, i64)>,
    events: u64,
    open: Vec<Reservation>,
}

impl World {
    fn now(&self) -> Timestamp {
        self.bench.at(0).plus(Duration::from_secs(self.days * DAY))
    }

    fn happens(&mut self, payment: usize, back: i64) {
        self.events += 1;
        self.coming.push((format!("evt_{}", self.events), payment, back));
    }

    async fn arrives(&self, (id, payment, back): &(String, usize, i64)) -> Verdict {
        let it = &self.payments[*payment];
        let change = match *back {
            0 => bought(&self.bench.user, &it.id, it.credits, it.cents),
            back => refunded(&it.id, it.cents, back),
        };
        self.bench.tell(id, &change, self.now()).await
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Buy(credits) => {
                let id = format!("pi_{}", self.payments.len());
                let cents = crate::domain::price_of(credits);
                let fresh = Payment { id, credits, cents, went_back: 0, told: false, told_back: 0 };
                self.payments.push(fresh);
                self.happens(self.payments.len() - 1, 0);
            }
            Step::Refund(which, share) if !self.payments.is_empty() => {
                let which = which.index(self.payments.len());
                let it = &mut self.payments[which];
                let back = it.cents.min(it.went_back + it.cents * share / 100 + 1);
                if back > it.went_back {
                    it.went_back = back;
                    self.happens(which, back);
                }
            }
            Step::Deliver(which) if !self.coming.is_empty() => {
                let one = self.coming.swap_remove(which.index(self.coming.len()));
                assert_ne!(self.arrives(&one).await, Verdict::Duplicate);
                let it = &mut self.payments[one.1];
                it.told |= one.2 == 0;
                it.told_back = it.told_back.max(one.2);
                self.came.push(one);
            }
            Step::Redeliver(which) if !self.came.is_empty() => {
                let one = &self.came[which.index(self.came.len())];
                assert_eq!(self.arrives(one).await, Verdict::Duplicate);
            }
            Step::Reserve(needed) => self.reserve(needed).await,
            Step::Settle(which) if !self.open.is_empty() => {
                let one = self.open.swap_remove(which.index(self.open.len()));
                self.bench.settle(&one, self.now()).await;
            }
            Step::GiveBack(which) if !self.open.is_empty() => {
                let one = self.open.swap_remove(which.index(self.open.len()));
                self.bench.store.refund(&one, self.now()).await.unwrap();
            }
            Step::Pass(days) => self.days += days,
            Step::MarkExpired => {
                self.bench.store.mark_expired(self.now()).await.unwrap();
            }
            _ => {}
        }
    }

    async fn reserve(&mut self, needed: i64) {
        let before = self.bench.balance(self.now()).await;
        match self.bench.store.reserve(&self.bench.user, needed, self.now()).await {
            Ok(reservation) => self.open.push(reservation),
            Err(ReserveError::Insufficient { available, .. }) => {
                assert!(available == before && before < needed);
            }
            Err(ReserveError::Store(error)) => panic!("{error}"),
        }
    }

    async fn adds_up(&self) {
        let (purchased, remaining, refunded, written_off, reserved, spent) =
            self.bench.sums().await;
        assert_eq!(purchased, remaining + refunded + reserved + spent, "every credit is somewhere");
        assert!(written_off <= reserved + spent, "only what is not there is written off");
        assert!(self.bench.balance(self.now()).await >= 0);
        for it in &self.payments {
            let Some((purchased, remaining, refunded, off)) = self.bench.row(&it.id).await else {
                assert!(!it.told);
                continue;
            };
            assert_eq!(purchased, it.credits);
            let owed = if it.told_back == it.cents {
                it.credits
            } else {
                it.credits * it.told_back / it.cents
            };
            assert_eq!(refunded + off, owed, "{}: all that went back, and no more", it.id);
            assert!(remaining >= 0 && (off == 0 || remaining == 0), "taken before written off");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn money_in_any_order_adds_up(steps in prop::collection::vec(step(), 1..60)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let mut world = World {
                bench: bench().await,
                days: 0,
                payments: Vec::new(),
                coming: Vec::new(),
                came: Vec::new(),
                events: 0,
                open: Vec::new(),
            };
            for step in steps {
                world.take(step).await;
                world.adds_up().await;
            }
        });
    }
}
