//! One role per function, one start and one stop per class.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user]
impl Shopper {
    #[task]
    #[on_start]
    async fn browse(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[task = "buy"]
    async fn buy(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[on_stop]
    async fn leave(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[on_stop]
    async fn leave_again(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
