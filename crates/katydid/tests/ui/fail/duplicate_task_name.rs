//! Two tasks of one name would share one row of the report.

use katydid::prelude::*;

#[derive(Default)]
struct Shopper;

#[user]
impl Shopper {
    #[task]
    async fn browse(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }

    #[task(name = "browse")]
    async fn look(&mut self, _shop: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
