//! What the attributes write warns about nothing, whatever the author's crate forbids.

#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, unreachable_pub, unused_qualifications, clippy::pedantic)]

use katydid::prelude::*;

#[derive(Default)]
struct Shopper {
    seen: u32,
}

struct Paying;

#[flow(sticky)]
impl Paying {
    #[on_start]
    async fn enter(_shopper: &mut Shopper, shop: &mut Session) -> TaskResult {
        shop.get("/basket").send().await?;
        Ok(())
    }

    #[task(tags("checkout"))]
    async fn pay(shopper: &mut Shopper, shop: &mut Session) -> TaskResult {
        shop.post("/orders").json(&json!({ "seen": shopper.seen })).send().await?;
        Err(TaskError::LeaveFlow)
    }
}

#[user(weight = 2, wait = constant(1.0), flows(Paying = 1))]
impl Shopper {
    #[task]
    async fn browse(&mut self, shop: &mut Session) -> TaskResult {
        self.seen += 1;
        shop.get("/items").send().await?;
        Ok(())
    }
}

#[test]
fn what_is_written_breaks_no_lint() {
    assert_eq!(katydid::Class::of::<Shopper>().check(), Ok(()));
}
