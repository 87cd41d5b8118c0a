//! Visitors of a shop: most browse, some buy. Try `cargo run --example shop -- --help`.

use std::process::ExitCode;

use katydid::prelude::*;

/// One visitor; every simulated user starts from a fresh `Shopper::default()`.
#[derive(Default)]
struct Shopper {
    token: String,
}

/// Looks around, and sometimes buys.
#[user(weight = 3, wait = between(1.0, 5.0))]
impl Shopper {
    #[on_start]
    async fn log_in(&mut self, shop: &mut Session) -> TaskResult {
        let reply = shop.post("/login").json(&json!({ "name": "ann" })).send().await?;
        let reply = reply.check("has a token", |reply| reply.header("x-token").is_some())?;
        self.token = String::from(reply.header("x-token").unwrap_or_default());
        Ok(())
    }

    /// Drawn ten times as often as `buy`.
    #[task(weight = 10)]
    async fn browse(&mut self, shop: &mut Session) -> TaskResult {
        let id = shop.random(1..=500);
        // One name for 500 addresses, so that the report keeps one row.
        shop.get(format!("/items/{id}")).name("/items/{id}").send().await?;
        Ok(())
    }

    #[task(tags("checkout"))]
    async fn buy(&mut self, shop: &mut Session) -> TaskResult {
        let reply = shop.post("/orders").bearer(&self.token).send().await?;
        reply.expect_status(201)?; // A miss is counted as a failure of `POST /orders`.
        Ok(())
    }
}

fn main() -> ExitCode {
    katydid::main(Suite::new("shop-load").about("Visitors of a shop.").user::<Shopper>())
}
