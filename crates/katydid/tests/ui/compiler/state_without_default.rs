//! A state starts from `Default` unless the class says how it is made.

use katydid::prelude::*;

struct Shopper {
    token: String,
}

#[user]
impl Shopper {
    #[task]
    async fn browse(&mut self, shop: &mut Session) -> TaskResult {
        shop.get(&self.token).send().await?;
        Ok(())
    }
}

fn main() {}
