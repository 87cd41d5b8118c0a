//! A task has to be `async`, because it waits for answers.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user]
impl Shopper {
    #[task]
    fn browse(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
