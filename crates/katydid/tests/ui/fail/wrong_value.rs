//! Values of the wrong kind.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user(weight = -1, fixed_count = "two", name = "", host = 8080)]
impl Shopper {
    #[task(weight = 0.5, tags("two words"))]
    async fn browse(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[task = "buy"]
    async fn buy(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
