//! Values of the wrong kind: the compiler's own messages point at them.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user(weight = -1, fixed_count = "two", name = 7, host = 8080)]
impl Shopper {
    #[task(weight = 0.5, tags(two))]
    async fn browse(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
