//! State and session, in this order, are the arguments of every task and hook.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user]
impl Shopper {
    #[on_start]
    async fn log_in(&mut self) -> TaskResult {
        Ok(())
    }

    #[task]
    async fn browse(self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[task]
    async fn buy(_shop: &mut Session, _price: u32) -> TaskResult {
        Ok(())
    }
}

struct Paying;

#[flow]
impl Paying {
    #[task]
    async fn pay(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
