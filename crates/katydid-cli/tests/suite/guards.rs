//! What keeps a load from doing harm: words for production, a question, caps.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use katydid_testkit::TestServer;

use crate::process::run;
use crate::pty::Terminal;
use crate::shop;

crate::tests![
    production_asks_for_four_words_and_names_staging,
    a_person_is_asked_before_a_scenario_that_wants_it,
    nobody_is_asked_without_a_terminal,
    requests_are_counted_exactly_and_the_end_says_why,
    a_rate_cap_is_kept_and_named_in_the_report,
    a_run_says_what_it_has_cost_and_ends_when_that_is_enough,
    guards_that_cannot_be_meant_are_refused,
    the_header_names_test_and_contact,
];

const PLAN: &str = "[hosts]\nstaging = \"http://staging.shop.test\"\n\
                    production-eu = \"http://shop.test\"\n\
                    [scenario.wild]\nusers = 2\nspawn-rate = 100\nrun-time = \"1s\"\n\
                    classes = [\"Shopper\"]\nconfirm = true\n\
                    [scenario.tame]\nusers = 2\nspawn-rate = 100\nrun-time = \"1m\"\n\
                    classes = [\"Shopper\"]\nmax-requests = 30\nmax-rate = \"1000/s\"\n";

fn by_plan(folder: &Path, words: &str) -> Command {
    std::fs::write(folder.join("plan.toml"), PLAN).unwrap();
    let mut command = shop(words);
    command.arg("--plan").arg(folder.join("plan.toml")).current_dir(folder);
    command
}

fn production_asks_for_four_words_and_names_staging() {
    let folder = tempfile::tempdir().unwrap();
    run(&mut by_plan(folder.path(), "--scenario tame -H production-eu --allow-production"))
        .expect(2)
        .says(
            "http://shop.test is the plan's host `production-eu`, where people work; load \
               http://staging.shop.test (-H staging) instead, or add what production asks for: \
               --contact you@example.com --backup-confirmed",
        );
    // The plan has a rate for `tame`; `wild` lacks that too. Nothing is sent to look at it.
    run(&mut by_plan(folder.path(), "--scenario wild -H http://SHOP.test./x --preflight"))
        .expect(2)
        .says("--allow-production --max-rate 50/s --contact you@example.com --backup-confirmed");
}

fn a_person_is_asked_before_a_scenario_that_wants_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::spawn();
    let words = format!("--scenario wild -H {}", server.url());
    let start = |words: &str| {
        let mut command = by_plan(folder.path(), words);
        // A terminal of a test has no folder of its own.
        Terminal::start(command.args(["--csv", folder.path().join("x").to_str().unwrap()]))
    };
    let mut terminal = start(&words);
    let question = terminal.wait_for("Go on? [y/N] ");
    assert!(
        question.contains("Scenario wild: 2 users at 100/s for 1s will load http://127.0.0.1:")
    );
    terminal.press("n\n");
    terminal.wait_for("Nothing was sent (--yes asks no question).");
    assert_eq!((terminal.end(), server.total_requests()), (Some(130), 0));
    let mut terminal = start(&words);
    terminal.wait_for("Go on? [y/N] ");
    terminal.press("y\n");
    terminal.wait_for("VERDICT: PASS");
    assert_eq!(terminal.end(), Some(0));
    let mut terminal = start(&format!("{words} --yes"));
    let seen = terminal.wait_for("VERDICT: PASS");
    assert!(!seen.contains("Go on?"), "{seen}");
    assert_eq!(terminal.end(), Some(0));
}

/// The guide's line for CI must go on working.
fn nobody_is_asked_without_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::spawn();
    let words = format!("--scenario wild -H {}", server.url());
    run(&mut by_plan(folder.path(), &words)).expect(0).says("VERDICT: PASS");
    // Another machine is warned of; this one does not exist.
    run(&mut by_plan(folder.path(), "--scenario wild -H staging"))
        .expect(2)
        .says("loading http://staging.shop.test, which is not this machine, without a question")
        .says("the preflight failed, so no load was made: DNS: staging.shop.test: ");
}

fn requests_are_counted_exactly_and_the_end_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::spawn();
    let words = format!("--scenario tame -H {}", server.url());
    run(&mut by_plan(folder.path(), &words))
        .expect(0)
        .says("--max-requests answered, shutting down")
        .says("VERDICT: PASS");
    assert_eq!(server.total_requests(), 30);
    run(&mut by_plan(folder.path(), &format!("{words} --max-requests 7"))).expect(0);
    assert_eq!(server.total_requests(), 37);
    let printed = run(&mut by_plan(folder.path(), "--scenario tame --print-settings")).expect(0);
    let line = printed.stdout.lines().find(|line| line.starts_with("max-rate ")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>()[1..], ["1000/s", "scenario", "tame"]);
}

fn a_rate_cap_is_kept_and_named_in_the_report() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 4 -r 100 -t 2s --max-rate 10/s -H";
    run(shop(words).arg(server.url()))
        .expect(0)
        .says(" requests held back by the rate cap, ")
        .says("their users came later, which is part of no response time");
    let sent = server.total_requests();
    assert!((10..=30).contains(&sent), "{sent}");
}

fn a_run_says_what_it_has_cost_and_ends_when_that_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::spawn();
    let prices = format!("{PLAN}[prices]\nitem = 0.25\ncurrency = \"EUR\"\n");
    let path = folder.path().join("prices.toml");
    std::fs::write(&path, prices).unwrap();
    let words = format!("Shopper --headless -u 1 -t 1m --max-cost 1.30 -H {}", server.url());
    // Five items are paid for by 1.30.
    run(shop(&words).env("SHOP_SPENDS", "1").arg("--plan").arg(&path))
        .expect(0)
        .says("--max-cost spent, shutting down")
        .says("Cost: 5 items = 1.25 EUR (--max-cost 1.30 EUR, reached)");
    run(shop(&words).env("SHOP_SPENDS", "1"))
        .expect(2)
        .says("--max-cost needs a price: add a table [prices] with `item = …` to the plan");
    run(&mut shop(&words)).expect(2).says("this suite does not tell what its requests cost");
}

fn guards_that_cannot_be_meant_are_refused() {
    for (words, says) in [
        ("--max-rate 1.5/s", "`1.5/s` is no rate cap; write whole requests in a second"),
        ("--max-requests 0", "must be 1 or more"),
        ("--max-cost free", "write an amount such as 5 or 0.25"),
        ("--contact me", "write a mail address such as you@example.com"),
        ("--preflight --no-preflight", "cannot be used with"),
    ] {
        run(&mut shop(&format!("Shopper --headless -H http://h {words}"))).expect(2).says(says);
    }
}

fn the_header_names_test_and_contact() {
    // Loopback is told nothing unless somebody wants it.
    let plain = heard("Shopper --headless -i 1");
    assert!(plain.contains("user-agent: katydid/") && !plain.contains("x-load-test"), "{plain}");
    let named = heard("Shopper --headless -i 1 --contact me@shop.test");
    let label = named.lines().find_map(|line| line.strip_prefix("x-load-test: ")).unwrap();
    assert!(label.starts_with("katydid/0.1.0; suite=shop-load; run="), "{label}");
    assert!(label.ends_with("; contact=me@shop.test"), "{label}");
}

/// The first request of a run, as the target hears it.
fn heard(words: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let target = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut bytes = [0; 4_096];
        let count = stream.read(&mut bytes).unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
        String::from_utf8(bytes[..count].to_vec()).unwrap()
    });
    run(shop(words).args(["-H", &url])).expect(0);
    target.join().unwrap()
}
