//! What is not known is told with the nearest name and all that are allowed; all at once.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user(wieght = 3, state = Shopper)]
impl Shopper {
    #[task(tag("shop"))]
    async fn browse(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[on_start(weight = 1)]
    async fn log_in(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
