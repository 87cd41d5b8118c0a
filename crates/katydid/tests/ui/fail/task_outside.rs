//! The marks mean nothing where nobody reads them.

use katydid::prelude::*;

#[task]
async fn browse(_shop: &mut Session) -> TaskResult {
    Ok(())
}

struct Shopper;

impl Shopper {
    #[task(weight = 3)]
    async fn browse(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[on_start]
    async fn log_in(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
