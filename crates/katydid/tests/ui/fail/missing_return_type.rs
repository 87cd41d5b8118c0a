//! A task says how it ended.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user]
impl Shopper {
    #[task]
    async fn browse(&mut self, _shop: &mut Session) {}
}

fn main() {}
