//! An argument is given once. A flow given twice is refused before the run.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

struct Paying;

#[flow]
impl Paying {
    #[task(weight = 2, tags("a"), weight = 3)]
    async fn pay(_shopper: &mut Shopper, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

#[user(state = Shopper, flows(Paying = 1), flows(Paying = 2))]
struct Buyer;

fn main() {}
