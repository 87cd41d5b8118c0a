//! Journeys: tasks in order, tasks by transitions, flows inside flows. Every page is the front page
//! under another name, so that it runs against any host:
//! `cargo run --example journeys -- --headless -u 20 -r 10 -t 30s -H http://localhost:8000`.

use std::process::ExitCode;
use std::time::Duration;

use katydid::prelude::*;

/// What every visitor remembers. In place of an abstract base class: the user classes below share
/// this state, its functions and the flows that work on it.
#[derive(Default)]
struct Visitor {
    basket: u32,
}

impl Visitor {
    async fn open(shop: &mut Session, page: &'static str) -> TaskResult {
        shop.get("/").name(page).send().await?.expect_status(200)?;
        Ok(())
    }

    async fn arrive(&mut self, shop: &mut Session) -> TaskResult {
        Self::open(shop, "arrive").await
    }
}

struct Looking;

/// From page to page, until the visitor has had enough.
#[flow(markov, tags("look"))]
impl Looking {
    /// A visit begins with the first task.
    #[task(next(search = 3, item = 1))]
    async fn front(_visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        Visitor::open(shop, "front page").await
    }

    #[task(next(search = 2, item = 6, enough = 2))]
    async fn search(_visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        Visitor::open(shop, "search").await
    }

    #[task(next(item = 2, search = 5, enough = 3))]
    async fn item(visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        Visitor::open(shop, "item").await?;
        visitor.basket += u32::from(shop.chance(0.5));
        Ok(())
    }

    /// Leads nowhere, so the visit ends here.
    #[task(sends_nothing)]
    async fn enough(_visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        shop.sleep(Duration::from_secs(1)).await;
        // That was the wait.
        Err(TaskError::SkipWait)
    }
}

struct Buying;

/// One step after the other, faster than looking around.
#[flow(sequential, wait = between(0.2, 0.5), tags("buy"))]
impl Buying {
    #[task]
    async fn basket(visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        Visitor::open(shop, "basket").await?;
        if visitor.basket == 0 {
            // Nothing to pay: the other steps are left out, and the next flow begins at once.
            return Err(TaskError::LeaveFlowNow);
        }
        Ok(())
    }

    /// A flow in the place of a task.
    #[flow]
    fn paying() -> Flow<Visitor> {
        Paying::flow()
    }

    #[task]
    async fn thanks(visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        visitor.basket = 0;
        Visitor::open(shop, "thanks").await
    }
}

struct Paying;

/// By card or, less often, by invoice.
#[flow]
impl Paying {
    #[task(weight = 3)]
    async fn card(_visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        Visitor::open(shop, "pay by card").await
    }

    #[task]
    async fn invoice(_visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        Visitor::open(shop, "pay by invoice").await
    }
}

/// Looks around, and buys what is in the basket.
#[user(
    weight = 3,
    state = Visitor,
    wait = between(0.5, 1.5),
    on_start = Visitor::arrive,
    flows(Looking = 2, Buying = 1),
)]
struct Shopper;

/// Only looks, now and then.
#[user(state = Visitor, wait = poisson(0.5), on_start = Visitor::arrive, flows(Looking))]
struct Stroller;

/// Hands out leaflets, once, and is gone; there are exactly two of them.
#[derive(Default)]
struct Promoter;

#[user(fixed_count = 2)]
impl Promoter {
    #[task]
    async fn leaflet(&mut self, shop: &mut Session) -> TaskResult {
        Visitor::open(shop, "leaflet").await?;
        Err(TaskError::StopUser)
    }
}

fn main() -> ExitCode {
    let suite = Suite::new("journeys").about("Visitors of a shop on their ways through it.");
    katydid::main(suite.user::<Shopper>().user::<Stroller>().user::<Promoter>())
}
