//! Transitions stand where they are followed; weights and tags where they mean something.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

struct Journey;

#[flow(markov)]
impl Journey {
    #[task(weight = 3, next(pay = 1))]
    async fn open(_shopper: &mut Shopper, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[task(tags("checkout"))]
    async fn pay(_shopper: &mut Shopper, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

struct Both;

#[flow(sequential, markov)]
impl Both {
    #[task]
    async fn open(_shopper: &mut Shopper, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

struct Weighted;

#[flow]
impl Weighted {
    #[task(next(open = 1))]
    async fn open(_shopper: &mut Shopper, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
