//! A load test of a small site, in a package of its own: `katydid` is its only dependency.
//!
//! `cargo run --release -- --headless -u 10 -r 2 -t 30s -H http://localhost:8000`

use std::process::ExitCode;

use katydid::prelude::*;

/// What a user knows.
#[derive(Default)]
struct Visitor {
    pages: u32,
}

struct Reading;

#[flow]
impl Reading {
    #[task(weight = 3, tags("read"))]
    async fn page(visitor: &mut Visitor, site: &mut Session) -> TaskResult {
        site.get("/ok").send().await?.check("has a body", |page| !page.bytes().is_empty())?;
        visitor.pages += 1;
        Ok(())
    }
}

/// Reads, and answers now and then.
#[user(wait = between(0.05, 0.2), flows(Reading = 4))]
impl Visitor {
    #[task(tags("write"))]
    async fn comment(&mut self, site: &mut Session) -> TaskResult {
        let body = json!({ "after": self.pages });
        let reply = site.post("/echo").json(&body).send().await?.expect_status(200)?;
        reply.check("came back", |reply| reply.text().contains("after"))?;
        Ok(())
    }
}

/// A class without attributes and without state.
fn crawler() -> UserClass<()> {
    let crawl = Task::new("crawl", |(), site| {
        Box::pin(async {
            site.get("/size/1000").name("/size/{bytes}").send().await?;
            Ok(())
        })
    });
    UserClass::with_default("Crawler").wait(constant(0.1)).task(crawl)
}

fn main() -> ExitCode {
    let suite = Suite::new("outside-suite").about("Load test of a small site.");
    katydid::main(suite.user::<Visitor>().class(crawler()))
}
