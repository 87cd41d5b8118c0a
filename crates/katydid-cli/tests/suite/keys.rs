//! A person at the terminal: keys, the progress line, Ctrl-C, Ctrl-Z, Ctrl-S.

use std::time::{Duration, Instant};

use katydid_testkit::TestServer;

use crate::process::signal;
use crate::pty::Terminal;
use crate::shop;

crate::tests![
    keys_change_the_number_of_users_as_locusts_do,
    a_key_while_users_are_spawned_is_refused_as_in_locust,
    the_terminal_is_given_back_by_every_end,
    a_stopped_run_gives_the_terminal_back_and_takes_it_again,
    a_screen_that_stands_still_does_not_hold_up_the_load,
    a_process_in_the_background_leaves_the_terminal_alone,
    the_embedded_backend_knows_users_that_keys_may_add,
];

const CTRL_C: &str = "\u{3}";
const CTRL_Q: &str = "\u{11}";
const CTRL_S: &str = "\u{13}";
const CTRL_Z: &str = "\u{1a}";
const CTRL_BACKSLASH: &str = "\u{1c}";

/// Shoppers until somebody stops them, all of them started.
fn shoppers(server: &TestServer, users: u32) -> Terminal {
    let words = format!("Shopper --headless -r 1000 -u {users} -H");
    let terminal = Terminal::start(shop(&words).arg(server.url()));
    terminal.wait_for(&spawned(users));
    terminal.wait_until_raw(true);
    terminal
}

fn spawned(users: u32) -> String {
    format!("All users spawned: {{\"Shopper\": {users}}} ({users} total users)")
}

fn keys_change_the_number_of_users_as_locusts_do() {
    let server = TestServer::spawn();
    let mut terminal = shoppers(&server, 5);
    for (key, users) in [("w", 6), ("W", 16), ("s", 15), ("S", 5)] {
        terminal.press(key);
        if users == 5 {
            // Said once already, at the start.
            terminal.wait_for("Ramping to 5 users at a rate of 100.00 per second");
        } else {
            terminal.wait_for(&spawned(users));
        }
        // The line below the tables counts the users that really run.
        terminal.wait_for(&format!("  {users}/{users} users  "));
    }
    terminal.press("S");
    terminal.wait_for(&spawned(0));
    terminal.wait_for("  0/0 users  ");
    terminal.press("w");
    terminal.wait_for(&spawned(1));
    terminal.press("\n");
    terminal.wait_for("This run has no live page; --web-ui opens one beside it");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end(), Some(130));
    let screen = terminal.wait_for("VERDICT: ");
    assert!(!screen.contains("wW") && !screen.contains("sS"), "keys are not echoed");
}

fn a_key_while_users_are_spawned_is_refused_as_in_locust() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -r 1 -u 100 -H";
    let mut terminal = Terminal::start(shop(words).arg(server.url()));
    terminal.wait_until_raw(true);
    terminal.wait_for("Ramping to 100 users");
    terminal.press("w");
    terminal.wait_for("Already spawning users, can't spawn more right now");
    terminal.press("S");
    terminal.wait_for("Spawning users, can't stop right now");
    terminal.press(CTRL_C);
    assert_eq!(terminal.end(), Some(130));
}

fn the_terminal_is_given_back_by_every_end() {
    let server = TestServer::spawn();
    let mut by_key = shoppers(&server, 1);
    by_key.press(CTRL_C);
    assert_eq!(by_key.end(), Some(130));
    by_key.wait_until_raw(false);

    let mut by_signal = shoppers(&server, 1);
    signal("TERM", by_signal.pid());
    by_signal.end();
    by_signal.wait_until_raw(false);

    let mut by_quit = shoppers(&server, 1);
    by_quit.press(CTRL_BACKSLASH);
    assert_eq!(by_quit.end(), None, "SIGQUIT ends it as it ends others");
    by_quit.wait_until_raw(false);

    let words = "Stuck --headless -r 1000 --stop-timeout 1h -H";
    let mut at_once = Terminal::start(shop(words).arg(server.url()));
    at_once.wait_for("All users spawned");
    at_once.wait_until_raw(true);
    at_once.press(CTRL_C);
    at_once.wait_for("once more to leave at once");
    at_once.press(CTRL_C);
    assert_eq!(at_once.end(), Some(130));
    at_once.wait_until_raw(false);
}

fn a_stopped_run_gives_the_terminal_back_and_takes_it_again() {
    let server = TestServer::spawn();
    let mut terminal = shoppers(&server, 1);
    terminal.press(CTRL_Z);
    terminal.wait_until_raw(false);
    terminal.wait_until_stopped();
    signal("CONT", terminal.pid());
    terminal.wait_until_raw(true);
    terminal.press("w");
    terminal.wait_for(&spawned(2));
    terminal.press(CTRL_C);
    assert_eq!(terminal.end(), Some(130));
}

fn a_screen_that_stands_still_does_not_hold_up_the_load() {
    let server = TestServer::spawn();
    let mut terminal = shoppers(&server, 2);
    terminal.press(CTRL_S);
    // Ten milliseconds of wait make at most 200 requests a second, and a table comes every two.
    let enough = server.total_requests() + 1_000;
    wait_until("the load goes on", || server.total_requests() >= enough);
    terminal.press(CTRL_Q);
    terminal.press(CTRL_C);
    assert_eq!(terminal.end(), Some(130));
    let screen = terminal.wait_for("VERDICT: ");
    assert!(screen.contains("Got SIGINT signal, shutting down"), "{screen}");
}

fn a_process_in_the_background_leaves_the_terminal_alone() {
    let server = TestServer::spawn();
    let mut command = std::process::Command::new("bash");
    let run = shop("Shopper --headless -r 1000 -t 2s -H");
    let script = "set -m; \"$@\" & wait $!; echo \"ended with $?\"";
    command.args(["-c", script, "bash"]).arg(run.get_program()).args(run.get_args());
    command.arg(server.url()).env("SHOP_LOAD", "1");
    let mut terminal = Terminal::start(&command);
    // Whoever touches the terminal from the background is stopped, and waited for in vain.
    terminal.wait_for("ended with 0");
    assert_eq!(terminal.end(), Some(0));
}

fn the_embedded_backend_knows_users_that_keys_may_add() {
    let mut terminal = Terminal::start(&shop("Shopper --embedded --headless -u 3 -r 1000 -t 1s"));
    terminal.wait_for(" of 1003 users in ");
    assert_eq!(terminal.end(), Some(0));
}

pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::yield_now();
    }
}
