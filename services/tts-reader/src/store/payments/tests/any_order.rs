//! Purchases, refunds, disputes, work and time in any order: after each step everything adds up.

use std::time::Duration;

use proptest::prelude::*;

use super::{DAY, Stage, bought, disputed, refunded};
use crate::{
    domain::Timestamp,
    store::{
        Reservation, ReserveError, Verdict,
        ledger::tests::{Bench, bench},
    },
};

#[derive(Debug, Clone)]
enum Step {
    Buy(i64),
    /// A share of a payment, in percent, goes back.
    Refund(prop::sample::Index, i64),
    /// A share of a payment is disputed.
    Dispute(prop::sample::Index, i64),
    /// The bank decides, for the shop or against it.
    Decide(prop::sample::Index, bool),
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
        (any(), 1_i64..=100).prop_map(|(which, share)| Step::Dispute(which, share)),
        (any(), prop::bool::ANY).prop_map(|(which, won)| Step::Decide(which, won)),
        any().prop_map(Step::Deliver),
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

/// A dispute as the bank knows it.
struct Dispute {
    payment: usize,
    cents: i64,
    won: Option<bool>,
    /// The latest stage that the service was told of.
    told: Option<Stage>,
}

/// What an event is about.
#[derive(Debug, Clone, Copy)]
enum About {
    Purchase,
    /// So many cents are back.
    Back(i64),
    Dispute(usize, Stage),
}

/// An event: its id, its payment, and what it tells.
type Coming = (String, usize, About);

/// A run of steps with what they should come to.
struct World {
    bench: Bench,
    days: u64,
    payments: Vec<Payment>,
    disputes: Vec<Dispute>,
    /// On their way.
    coming: Vec<Coming>,
    came: Vec<Coming>,
    events: u64,
    open: Vec<Reservation>,
}

impl World {
    fn now(&self) -> Timestamp {
        self.bench.at(0).plus(Duration::from_secs(self.days * DAY))
    }

    fn happens(&mut self, payment: usize, about: About) {
        self.events += 1;
        self.coming.push((format!("evt_{}", self.events), payment, about));
    }

    async fn arrives(&self, (id, payment, about): &Coming) -> Verdict {
        let it = &self.payments[*payment];
        let (second, change) = match *about {
            About::Purchase => (0, bought(&self.bench.user, &it.id, it.credits, it.cents)),
            About::Back(back) => (0, refunded(&it.id, it.cents, back)),
            About::Dispute(which, stage) => {
                let dispute = &self.disputes[which];
                let won = dispute.won.unwrap_or(false);
                let id = format!("dp_{which}");
                (stage as i64, disputed(&id, &it.id, dispute.cents, stage, won))
            }
        };
        self.bench.tell_of(second, id, &change, self.now()).await
    }

    /// The service heard of it.
    fn note(&mut self, payment: usize, about: About) {
        let it = &mut self.payments[payment];
        match about {
            About::Purchase => it.told = true,
            About::Back(back) => it.told_back = it.told_back.max(back),
            About::Dispute(which, stage) => {
                let dispute = &mut self.disputes[which];
                dispute.told = dispute.told.max(Some(stage));
            }
        }
    }

    /// Cents of a payment that are not there, as far as the service was told.
    fn told_away(&self, payment: usize) -> i64 {
        let away = |it: &&Dispute| {
            it.payment == payment
                && it.told.is_some_and(|told| told < Stage::Closed || it.won == Some(false))
        };
        let disputed: i64 = self.disputes.iter().filter(away).map(|it| it.cents).sum();
        self.payments[payment].told_back + disputed
    }

    /// What happens at the bank or the till, of which the service hears later.
    fn elsewhere(&mut self, step: &Step) {
        match *step {
            Step::Buy(credits) => {
                let id = format!("pi_{}", self.payments.len());
                let cents = crate::domain::price_of(credits);
                let fresh = Payment { id, credits, cents, went_back: 0, told: false, told_back: 0 };
                self.payments.push(fresh);
                self.happens(self.payments.len() - 1, About::Purchase);
            }
            Step::Refund(which, share) if !self.payments.is_empty() => {
                let which = which.index(self.payments.len());
                let it = &mut self.payments[which];
                let back = it.cents.min(it.went_back + it.cents * share / 100 + 1);
                if back > it.went_back {
                    it.went_back = back;
                    self.happens(which, About::Back(back));
                }
            }
            Step::Dispute(which, share) if !self.payments.is_empty() => {
                let payment = which.index(self.payments.len());
                let cents = self.payments[payment].cents * share / 100;
                let which = self.disputes.len();
                self.disputes.push(Dispute { payment, cents, won: None, told: None });
                for stage in [Stage::Created, Stage::Withdrawn] {
                    self.happens(payment, About::Dispute(which, stage));
                }
            }
            Step::Decide(which, won) if !self.disputes.is_empty() => {
                let which = which.index(self.disputes.len());
                let it = &mut self.disputes[which];
                if it.won.is_none() {
                    it.won = Some(won);
                    let payment = it.payment;
                    self.happens(payment, About::Dispute(which, Stage::Closed));
                    if won {
                        self.happens(payment, About::Dispute(which, Stage::Reinstated));
                    }
                }
            }
            _ => {}
        }
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Buy(_) | Step::Refund(..) | Step::Dispute(..) | Step::Decide(..) => {
                self.elsewhere(&step);
            }
            Step::Deliver(which) if !self.coming.is_empty() => {
                let one = self.coming.swap_remove(which.index(self.coming.len()));
                assert_ne!(self.arrives(&one).await, Verdict::Duplicate);
                self.note(one.1, one.2);
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
            Err(error) => panic!("{error}"),
        }
    }

    async fn adds_up(&self) {
        let (purchased, remaining, refunded, written_off, reserved, spent) =
            self.bench.sums().await;
        assert_eq!(purchased, remaining + refunded + reserved + spent, "every credit is somewhere");
        assert!(written_off <= reserved + spent, "only what is not there is written off");
        assert!(self.bench.balance(self.now()).await >= 0);
        for (number, it) in self.payments.iter().enumerate() {
            let Some((purchased, remaining, refunded, off)) = self.bench.row(&it.id).await else {
                assert!(!it.told);
                continue;
            };
            assert_eq!(purchased, it.credits);
            let away = self.told_away(number);
            let owed = if away >= it.cents { it.credits } else { it.credits * away / it.cents };
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
                disputes: Vec::new(),
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
