//! Weights that are all 0, or no task at all.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user]
impl Shopper {
    #[task(weight = 0)]
    async fn browse(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

struct Paying;

#[flow]
impl Paying {
    #[task(weight = 0)]
    async fn pay(_shopper: &mut Shopper, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

#[user(state = Shopper, flows(Paying = 0))]
struct Buyer;

#[derive(Default)]
struct Idler;

#[user]
impl Idler {}

fn main() {}
