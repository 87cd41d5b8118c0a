//! Numbers out of all measure: every door refuses them with one sentence, and the target hears nothing.

use std::process::Command;

use katydid_testkit::TestServer;
use serde_json::json;

use crate::live::{address, ask, order, post};
use crate::process::{run, signal, start};
use crate::pty::Terminal;
use crate::shop;

crate::tests![
    a_thousand_million_users_are_refused_on_the_command_line,
    a_plan_a_file_and_the_environment_cannot_have_them_either,
    neither_page_nor_api_takes_them,
    a_rate_that_no_machine_makes_is_refused,
    nobody_is_added_without_an_account,
    accounts_of_a_file_are_asked_for_by_every_door,
    keys_add_nobody_for_whom_there_is_no_room,
];

const TOO_MANY: &str = "1000000000 users need ";
/// Of which limit depends on the machine: its descriptors or its memory.
const FIT: &str = " users fit";

fn a_thousand_million_users_are_refused_on_the_command_line() {
    let server = TestServer::spawn();
    for words in [
        "-u 1000000000",
        "-u 1000000000 -r 1000000000 -t 1h",
        "--stages 1000000000@100/s:1m",
        "-u 1000000000 -r 1000000000 --steps 5 -t 1h",
        "--arrival-rate 10/s --max-in-flight 1000000000",
    ] {
        let words = format!("Shopper --headless --no-save {words} -H {}", server.url());
        run(&mut shop(&words)).expect(2).says(TOO_MANY).says(FIT);
    }
    // A shape of the suite's own.
    let mut shaped = shop("Shopper --headless --no-save -H");
    shaped.arg(server.url()).env("SHOP_SHAPE", "1000000000@100/s:1m");
    run(&mut shaped).expect(2).says(TOO_MANY).says(FIT);
    assert_eq!(server.connections(), 0);
}

fn a_plan_a_file_and_the_environment_cannot_have_them_either() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let with = |words: &str| {
        let words = format!("Shopper --headless --no-save {words} -H {}", server.url());
        let mut command = shop(&words);
        command.current_dir(&folder);
        command
    };
    write("own.conf", "users = 1000000000\n");
    run(&mut with("--config own.conf")).expect(2).says(TOO_MANY).says(FIT);
    run(with("").env("LOCUST_USERS", "1000000000")).expect(2).says(TOO_MANY).says(FIT);
    let plan = "[scenario.flood]\nusers = 1000000000\nspawn-rate = 1000000000\nrun-time = \"1m\"\n";
    write("plan.toml", plan);
    let words = "--plan plan.toml --scenario flood";
    run(&mut with(words)).expect(2).says(TOO_MANY).says(FIT);
    assert_eq!(server.connections(), 0);
}

fn neither_page_nor_api_takes_them() {
    let server = TestServer::spawn();
    let running = start(&mut shop("Shopper -P 0 --no-save"));
    let address = address(&running);
    let host = server.url();
    // The page and scripts of ours: before a run, and looking before one.
    for (field, options) in [
        ("users", json!({ "host": host, "users": "1000000000" })),
        ("users", json!({ "host": host, "users": 1_000_000_000 })),
        ("stages", json!({ "host": host, "stages": "1000000000@10/s:1m" })),
        (
            "max-in-flight",
            json!({ "host": host, "arrival-rate": "5/s", "max-in-flight": "1000000000" }),
        ),
    ] {
        for path in ["/run", "/look"] {
            let body = json!({ "options": options }).to_string();
            let (status, said) = ask(&address, "POST", path, &body);
            assert_eq!(status, 400, "{path} {said}");
            assert!(said.contains(TOO_MANY) && said.contains(FIT), "{path} {said}");
            assert!(said.contains(&format!("\"field\":\"{field}\"")), "{path} {said}");
        }
    }
    // Scripts of Locust's.
    let form = |users: &str| format!("user_count={users}&spawn_rate=10&host={host}");
    let (status, said) = post(&address, "/swarm", &form("1000000000"));
    assert!(status == 200 && said.contains("\"success\": false"), "{said}");
    assert!(said.contains(TOO_MANY) && said.contains(FIT), "{said}");
    assert_eq!(server.connections(), 0);
    // While a run is on.
    assert_eq!(order(&address, &json!({ "host": host, "users": "2" })).0, 202);
    running.wait_for("All users spawned");
    let much = json!({ "change": "users", "users": 1_000_000_000, "spawn_rate": 10 });
    let (status, said) = ask(&address, "POST", "/change", &much.to_string());
    assert!(status == 400 && said.contains("\"field\":\"users\""), "{said}");
    assert!(said.contains(TOO_MANY) && said.contains(FIT), "{said}");
    let (_, said) = post(&address, "/swarm", &form("1000000000"));
    assert!(said.contains(TOO_MANY) && said.contains("\"success\": false"), "{said}");
    // What is of measure is done, and the run is as it was before.
    let (_, said) = post(&address, "/swarm", &form("3"));
    assert!(said.contains("\"success\": true"), "{said}");
    signal("INT", running.pid());
    running.end().says("VERDICT: ");
}

fn a_rate_that_no_machine_makes_is_refused() {
    let server = TestServer::spawn();
    let most = "more than any machine begins; write at most 10000000/s";
    for (rate, says) in [("1000000000000/s", most), ("1e12/s", "`1e12/s` is no rate")] {
        let words = format!("Shopper --headless --no-save --arrival-rate {rate} -H ");
        run(shop(&words).arg(server.url())).expect(2).says(says);
    }
    let running = start(&mut shop("Shopper -P 0 --no-save"));
    let address = address(&running);
    let with = |rate: &str| json!({ "host": server.url(), "arrival-rate": rate });
    let (status, said) = order(&address, &with("1000000000000/s"));
    assert!(status == 400 && said.contains(most) && said.contains("arrival-rate"), "{said}");
    assert_eq!(server.connections(), 0);
    assert_eq!(order(&address, &with("5/s")).0, 202);
    running.wait_for("Starting tasks at 5/s");
    let much = json!({ "change": "arrival-rate", "rate": 1e12 }).to_string();
    let (status, said) = ask(&address, "POST", "/change", &much);
    assert!(status == 400 && said.contains(most) && said.contains("arrival-rate"), "{said}");
    signal("INT", running.pid());
    running.end();
}

fn nobody_is_added_without_an_account() {
    let running = start(&mut shop("Shopper -P 0 --no-save --embedded"));
    let address = address(&running);
    assert_eq!(order(&address, &json!({ "users": "2" })).0, 202);
    running.wait_for("All users spawned");
    let change = |users: u32| {
        let change = json!({ "change": "users", "users": users, "spawn_rate": 1_000 });
        ask(&address, "POST", "/change", &change.to_string())
    };
    let (status, said) = change(1_003);
    let says = "1003 users need 1003 accounts and the embedded backend was started with 1002; stop this \
                run and start one with 1003 users";
    assert!(status == 400 && said.contains(says), "{said}");
    assert_eq!(change(3).0, 202);
    signal("INT", running.pid());
    running.end();
}

fn accounts_of_a_file_are_asked_for_by_every_door() {
    let (server, folder) = (TestServer::spawn(), tempfile::tempdir().unwrap());
    let file = folder.path().join("accounts.csv");
    std::fs::write(&file, "username,password\n".to_owned() + &"a,b\n".repeat(3)).unwrap();
    let with = |words: &str| {
        let mut command = shop(&format!("Shopper --no-save -r 1000 -t 1h {words} -H"));
        command.arg(server.url()).arg("--accounts").arg(&file);
        command.env("SHOP_OWN_ACCOUNTS", "1");
        command
    };
    let says = |users: u32| format!("{users} shoppers need {users} cards and there are 3");
    // The rule of the start.
    run(&mut with("--headless -u 4")).expect(2).says(&says(4));
    assert_eq!(server.total_requests(), 0);
    let mut terminal = Terminal::start(&with("-P 0 --autostart -u 2"));
    let screen = terminal.wait_for("All users spawned: {\"Shopper\": 2}");
    let (_, rest) = screen.split_once("Starting web interface at http://").unwrap();
    let address = rest.split('/').next().unwrap().to_owned();
    terminal.wait_until_raw(true);
    let change = |users: u32| {
        let change = json!({ "change": "users", "users": users, "spawn_rate": 1_000 });
        ask(&address, "POST", "/change", &change.to_string())
    };
    let (status, said) = change(5);
    assert!(status == 400 && said.contains(&says(5)), "{said}");
    assert!(said.contains("\"field\":\"users\""), "{said}");
    let (_, said) = post(&address, "/swarm", "user_count=6&spawn_rate=1000");
    assert!(said.contains(&says(6)) && said.contains("\"success\": false"), "{said}");
    terminal.press("W");
    terminal.wait_for(&says(12));
    // For three there are enough, and nobody needs one to leave.
    terminal.press("w");
    terminal.wait_for("All users spawned: {\"Shopper\": 3}");
    terminal.press("w");
    terminal.wait_for(&says(4));
    assert_eq!(change(1).0, 202);
    terminal.wait_for("All users spawned: {\"Shopper\": 1}");
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), Some(130));
}

fn keys_add_nobody_for_whom_there_is_no_room() {
    let server = TestServer::spawn();
    let words = "Shopper --headless --no-save -r 1000 -u 2 --threads 1 -H";
    let load = shop(words);
    // Two users and ten more on one thread need 84.
    let mut limited = Command::new("bash");
    limited.args(["-c", "ulimit -n 80 && exec \"$@\"", "bash"]).arg(load.get_program());
    limited
        .args(load.get_args())
        .arg(server.url())
        .env("SHOP_LOAD", "1")
        .env("HOME", "/nonexistent");
    let mut terminal = Terminal::start(&limited);
    terminal.wait_for("All users spawned: {\"Shopper\": 2}");
    terminal.wait_until_raw(true);
    terminal.press("W");
    terminal.wait_for("12 users need 84 file descriptors and the system allows 80; 8 users fit");
    terminal.press("w");
    terminal.wait_for("All users spawned: {\"Shopper\": 3}");
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), Some(130));
}
