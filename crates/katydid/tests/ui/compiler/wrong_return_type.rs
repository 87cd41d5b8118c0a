//! The compiler's own message points at the task.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user]
impl Shopper {
    #[task]
    async fn browse(&mut self, _shop: &mut Session) -> u32 {
        7
    }
}

fn main() {}
