//! The message points at the transition and suggests the nearest task.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

struct Journey;

#[flow(markov)]
impl Journey {
    #[task(next(browze = 1))]
    async fn open(_shopper: &mut Shopper, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[task]
    async fn browse(_shopper: &mut Shopper, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
