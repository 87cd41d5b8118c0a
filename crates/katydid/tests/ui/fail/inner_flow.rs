//! In a block, `#[flow]` marks a function that makes a flow; a flow of flows says whose it is.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

struct Paying;

#[flow]
impl Paying {
    #[flow(weight = 2)]
    async fn pay(_shopper: &mut Shopper, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[flow(sequential)]
    fn look() -> Flow<Shopper> {
        Flow::new("Looking")
    }
}

struct Tour;

#[flow(flows(Paying))]
impl Tour {}

fn main() {}
