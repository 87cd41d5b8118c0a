//! What Locust writes as `abstract = True`.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user(abstract)]
impl Shopper {
    #[task]
    async fn browse(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
