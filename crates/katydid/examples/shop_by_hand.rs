//! The example `shop` without attributes: a user class is a value, built by ordinary functions.

use std::process::ExitCode;

use katydid::prelude::*;

/// One visitor; every simulated user starts from a fresh `Shopper::default()`.
#[derive(Default)]
struct Shopper {
    token: String,
}

impl Shopper {
    async fn log_in(&mut self, shop: &mut Session) -> TaskResult {
        let reply = shop.post("/login").json(&json!({ "name": "ann" })).send().await?;
        let reply = reply.check("has a token", |reply| reply.header("x-token").is_some())?;
        self.token = String::from(reply.header("x-token").unwrap_or_default());
        Ok(())
    }

    async fn browse(&mut self, shop: &mut Session) -> TaskResult {
        let id = shop.random(1..=500);
        shop.get(format!("/items/{id}")).name("/items/{id}").send().await?;
        Ok(())
    }

    async fn buy(&mut self, shop: &mut Session) -> TaskResult {
        let reply = shop.post("/orders").bearer(&self.token).send().await?;
        reply.expect_status(201)?;
        Ok(())
    }
}

impl User for Shopper {
    type State = Self;

    fn class() -> UserClass<Self> {
        let browse = Task::new("browse", |user, shop| Box::pin(Shopper::browse(user, shop)));
        let buy = Task::new("buy", |user, shop| Box::pin(Shopper::buy(user, shop)));
        UserClass::with_default("Shopper")
            .about("Looks around, and sometimes buys.")
            .weight(3)
            .wait(between(1.0, 5.0))
            .on_start(|user, shop| Box::pin(Shopper::log_in(user, shop)))
            .task(browse.weight(10))
            .task(buy.tags(["checkout"]))
    }
}

fn main() -> ExitCode {
    katydid::main(Suite::new("shop-load").about("Visitors of a shop.").user::<Shopper>())
}
