//! Money in any order, twice and late: the ledger always adds up, and nobody owes anything.

mod any_order;

use super::{Change, Credited, Disputed, Event, Subscription, Verdict};
use crate::{
    domain::{Tier, Timestamp, UserId},
    store::ledger::tests::{Bench, bench},
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

/// The stages of a dispute, in the order in which they happen, a second apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Created,
    Withdrawn,
    Closed,
    Reinstated,
}

fn disputed(id: &str, payment: &str, cents: i64, stage: Stage, won: bool) -> Change {
    let closed = stage >= Stage::Closed;
    let status = match (closed, won) {
        (false, _) => "needs_response",
        (true, true) => "won",
        (true, false) => "lost",
    };
    Change::Dispute(Disputed {
        id: id.to_owned(),
        payment: payment.to_owned(),
        cents,
        status: status.to_owned(),
        away: !(closed && won),
        closed,
        rank: stage as i64,
    })
}

impl Bench {
    async fn tell(&self, id: &str, change: &Change, now: Timestamp) -> Verdict {
        self.tell_of(0, id, change, now).await
    }

    /// … what happened so many seconds later.
    async fn tell_of(&self, second: i64, id: &str, change: &Change, now: Timestamp) -> Verdict {
        let mut event = event(id, "test");
        event.created += second;
        self.store.handle(&event, change, now).await.unwrap()
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
async fn disputed_credits_are_held_until_the_bank_decides() {
    for (won, after) in [(true, (500, 400, 0, 0)), (false, (500, 0, 400, 100))] {
        let bench = bench().await;
        bench.tell("evt_1", &bought(&bench.user, "pi_1", 500, 600), bench.at(0)).await;
        let spent = bench.store.reserve(&bench.user, 100, bench.at(1)).await.unwrap();
        bench.settle(&spent, bench.at(1)).await;
        let at = |stage| disputed("dp_1", "pi_1", 600, stage, won);
        let begin = bench.tell_of(0, "evt_2", &at(Stage::Created), bench.at(2)).await;
        assert_eq!(begin, Verdict::Disputed);
        assert_eq!(bench.row("pi_1").await, Some((500, 0, 400, 100)));
        assert_eq!(bench.balance(bench.at(2)).await, 0);
        assert_eq!(bench.store.tier(&bench.user, bench.at(2)).await.unwrap(), Tier::Free);
        let end = bench.tell_of(2, "evt_3", &at(Stage::Closed), bench.at(3)).await;
        assert_eq!(end, Verdict::DisputeClosed);
        assert_eq!(bench.row("pi_1").await, Some(after), "won: {won}");
        // What happened before the end is told after it.
        let late = bench.tell_of(1, "evt_4", &at(Stage::Withdrawn), bench.at(4)).await;
        assert_eq!(late, Verdict::Older);
        assert_eq!(bench.row("pi_1").await, Some(after), "won: {won}");
    }
}

#[tokio::test]
async fn a_question_of_the_bank_holds_nothing() {
    let bench = bench().await;
    bench.tell("evt_1", &bought(&bench.user, "pi_1", 500, 600), bench.at(0)).await;
    let Change::Dispute(mut asked) = disputed("dp_1", "pi_1", 600, Stage::Created, false) else {
        unreachable!()
    };
    (asked.status, asked.away) = ("warning_needs_response".to_owned(), false);
    let told = bench.tell("evt_2", &Change::Dispute(asked), bench.at(1)).await;
    assert_eq!((told, bench.balance(bench.at(1)).await), (Verdict::DisputeNoted, 500));
}

#[tokio::test]
async fn a_dispute_before_its_purchase_waits_for_it() {
    let bench = bench().await;
    let at = |stage| disputed("dp_1", "pi_1", 300, stage, true);
    let early = bench.tell_of(0, "evt_1", &at(Stage::Created), bench.at(0)).await;
    assert_eq!(early, Verdict::DisputeNoted);
    let buy = bought(&bench.user, "pi_1", 500, 600);
    assert_eq!(bench.tell("evt_2", &buy, bench.at(1)).await, Verdict::CreditedAndRefunded);
    assert_eq!(bench.row("pi_1").await, Some((500, 250, 250, 0)), "half of the money");
    bench.tell_of(2, "evt_3", &at(Stage::Closed), bench.at(2)).await;
    assert_eq!(bench.row("pi_1").await, Some((500, 500, 0, 0)));
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
