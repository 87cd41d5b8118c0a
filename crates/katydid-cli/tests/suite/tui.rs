//! The terminal view on a real terminal: it comes and goes, whatever ends it, and keys work on it.

use std::process::Command;

use katydid_testkit::TestServer;

use crate::process::{run, signal};
use crate::pty::Terminal;
use crate::shop;

crate::tests![
    the_view_is_there_during_the_run_and_the_log_comes_after_it,
    every_end_gives_the_screen_back_with_its_modes,
    p_pauses_and_resumes_and_keys_change_users,
    a_view_of_a_stopped_run_goes_and_comes_back,
    a_window_that_changes_is_filled_anew,
    a_panic_is_read_on_the_screen_as_it_was,
    a_screen_that_stands_still_keeps_nobody_from_ending,
    without_a_terminal_it_says_so_and_changes_nothing,
    one_address_is_seen_by_itself_and_not_where_it_is_not_wanted,
    requests_that_users_share_keep_their_number,
    page_and_terminal_show_the_same_run,
    runs_of_a_session_have_a_view_each,
];

const ENTER: &str = "\u{1b}[?1049h";
const LEAVE: &str = "\u{1b}[?1049l";
const CTRL_C: &str = "\u{3}";
const CTRL_L: &str = "\u{c}";
const CTRL_Q: &str = "\u{11}";
const CTRL_S: &str = "\u{13}";
const CTRL_Z: &str = "\u{1a}";

/// Five shoppers on one screen.
fn shoppers(server: &TestServer, more: &str) -> Command {
    let words = format!("Shopper --headless --tui --no-save -r 1000 -u 5 {more} -H");
    let mut command = shop(&words);
    command.arg(server.url()).env("TERM", "xterm-256color");
    command
}

/// The view of a run whose users have all started.
fn seen(server: &TestServer) -> Terminal {
    let terminal = Terminal::start(&shoppers(server, ""));
    terminal.wait_for(ENTER);
    terminal.wait_for_frame("RUNNING");
    terminal.wait_for_frame("Users 5/5");
    terminal.wait_until_raw(true);
    terminal
}

/// `katydid` with these words.
fn katydid(words: &str, url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_katydid"));
    command.arg(url).args(words.split_whitespace()).arg("--no-save");
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    command
}

fn the_view_is_there_during_the_run_and_the_log_comes_after_it() {
    let server = TestServer::spawn();
    let mut terminal = Terminal::start(&shoppers(&server, "-t 4s"));
    let texts = ["Users 5/5", "Requests/s", "p95 now, ms", "GET    /ok", "VERDICT so far: PASS"];
    let whole = |frame: &str| texts.iter().all(|text| frame.contains(text));
    let frame = terminal.wait_until_frame("a whole frame", whole);
    assert!(!frame.contains("All users spawned:"), "{frame}");
    assert_eq!(terminal.end(), Some(0));
    let all = terminal.wait_for("VERDICT: PASS\r\n");
    let (before, rest) = all.split_once(ENTER).unwrap();
    let (during, after) = rest.split_once(LEAVE).unwrap();
    assert!(before.contains("Starting Katydid") && !before.contains("Ramping"), "{before}");
    assert!(!during.contains("katydid.main"), "no line of the log disturbs the view");
    for line in ["Run time limit set to 4 seconds", "Ramping to 5 users", "All users spawned:"] {
        assert_eq!(after.matches(line).count(), 1, "{line}:\n{after}");
    }
    assert_eq!(after.matches("Aggregated").count(), 3, "tables only at the end:\n{after}");
}

fn every_end_gives_the_screen_back_with_its_modes() {
    let server = TestServer::spawn();
    let by_key = |terminal: &mut Terminal| terminal.press(CTRL_C);
    let by_q = |terminal: &mut Terminal| terminal.press("q");
    let by_term = |terminal: &mut Terminal| signal("TERM", terminal.pid());
    let ends: [&dyn Fn(&mut Terminal); 3] = [&by_key, &by_q, &by_term];
    for end in ends {
        let mut terminal = seen(&server);
        end(&mut terminal);
        assert_eq!(terminal.end(), Some(130));
        let screen = terminal.wait_for("VERDICT: ");
        assert_eq!((screen.matches(ENTER).count(), screen.matches(LEAVE).count()), (1, 1));
        let (_, after) = screen.split_once(LEAVE).unwrap();
        assert!(after.contains(" signal, shutting down"), "{after}");
        assert_eq!(screen.matches("\u{1b}[?25l").count(), screen.matches("\u{1b}[?25h").count());
        assert_eq!(terminal.modes(), terminal.modes_before(), "the terminal is as it was");
    }
    // Users that hang: the second one leaves at once.
    let words = "Stuck --headless --tui --no-save -r 1000 --stop-timeout 1h -H";
    let mut terminal = Terminal::start(shop(words).arg(server.url()).env("TERM", "xterm"));
    terminal.wait_for_frame("RUNNING");
    terminal.wait_until_raw(true);
    terminal.press("q");
    terminal.wait_for_frame("STOPPING");
    terminal.press("q");
    assert_eq!(terminal.end(), Some(130));
    let screen = terminal.wait_for("left at once");
    assert!(screen.rsplit_once(LEAVE).unwrap().1.contains("left at once"), "{screen}");
    assert_eq!(terminal.modes(), terminal.modes_before());
}

fn p_pauses_and_resumes_and_keys_change_users() {
    let server = TestServer::spawn();
    let mut terminal = seen(&server);
    terminal.press("w");
    terminal.wait_for_frame("Users 6/6");
    terminal.press("\n");
    terminal.wait_for_frame("This run has no live page; --web-ui opens one beside it");
    terminal.press("p");
    let frame = terminal.wait_for_frame("PAUSED");
    assert!(frame.contains("p go on"), "{frame}");
    terminal.wait_for_frame("paused by hand");
    terminal.wait_for_frame("RUN: DISTURBED");
    let paused = server.total_requests();
    let clock = |frame: &str| {
        frame.lines().next().and_then(|line| line.split("PAUSED").nth(1)).map(str::to_owned)
    };
    let now = clock(&terminal.wait_for_frame("PAUSED"));
    terminal.wait_until_frame("a second more", |frame| clock(frame) != now);
    assert_eq!(server.total_requests(), paused, "nothing is sent while it is paused");
    terminal.press("p");
    terminal.wait_for_frame("RUNNING");
    terminal.wait_for_frame("goes on after a pause of");
    terminal.press("q");
    assert_eq!(terminal.end(), Some(130));
    assert!(server.total_requests() > paused);
}

fn a_view_of_a_stopped_run_goes_and_comes_back() {
    let server = TestServer::spawn();
    let mut terminal = seen(&server);
    terminal.press(CTRL_Z);
    terminal.wait_for(LEAVE);
    terminal.wait_until_raw(false);
    terminal.wait_until_stopped();
    signal("CONT", terminal.pid());
    terminal.wait_until("the view again", |screen| screen.matches(ENTER).count() == 2);
    terminal.wait_for_frame("RUNNING");
    terminal.wait_until_raw(true);
    terminal.press("w");
    terminal.wait_for_frame("Users 6/6");
    terminal.press("q");
    assert_eq!(terminal.end(), Some(130));
    let screen = terminal.wait_for("VERDICT: ");
    assert_eq!((screen.matches(ENTER).count(), screen.matches(LEAVE).count()), (2, 2));
}

fn a_window_that_changes_is_filled_anew() {
    let server = TestServer::spawn();
    let mut terminal = seen(&server);
    let is_ruled = |frame: &str, columns: usize| {
        frame.lines().any(|line| line.contains("VERDICT") && line.chars().count() == columns)
    };
    terminal.wait_until_frame("a rule of 160 columns", |frame| is_ruled(frame, 160));
    terminal.resize(70);
    terminal.wait_until_frame("a rule of 70 columns", |frame| is_ruled(frame, 70));
    let before = terminal.wait_for("RUNNING").matches("Requests/s").count();
    terminal.press(CTRL_L);
    let again = |screen: &str| screen.matches("Requests/s").count() > before;
    terminal.wait_until("the screen again", again);
    terminal.press("q");
    assert_eq!(terminal.end(), Some(130));
}

fn a_panic_is_read_on_the_screen_as_it_was() {
    let server = TestServer::spawn();
    let mut command = shoppers(&server, "-t 3s");
    let mut terminal = Terminal::start(command.env("SHOP_PANICS", "1"));
    let screen = terminal.wait_for("the shelf fell");
    let (view, after) = screen.split_once(LEAVE).expect("the view has gone");
    assert!(view.contains(ENTER) && after.contains("the shelf fell"), "{screen}");
    assert_eq!(terminal.end(), Some(0), "the run goes on without the view");
    let screen = terminal.wait_for("VERDICT: PASS");
    assert_eq!(screen.matches(ENTER).count(), 1);
    assert_eq!(terminal.modes(), terminal.modes_before());
}

fn a_screen_that_stands_still_keeps_nobody_from_ending() {
    let server = TestServer::spawn();
    let mut terminal = seen(&server);
    terminal.press(CTRL_S);
    let enough = server.total_requests() + 1_000;
    crate::keys::wait_until("the load goes on", || server.total_requests() >= enough);
    signal("TERM", terminal.pid());
    let open = || server.open_connections();
    crate::keys::wait_until("the run has ended", || open() == 0);
    terminal.press(CTRL_Q);
    assert_eq!(terminal.end(), Some(130));
    let screen = terminal.wait_for("VERDICT: ");
    assert!(screen.rsplit_once(LEAVE).unwrap().1.contains("Got SIGTERM signal"), "{screen}");
    assert_eq!(terminal.modes(), terminal.modes_before());
}

fn without_a_terminal_it_says_so_and_changes_nothing() {
    let server = TestServer::spawn();
    let ended = run(&mut shoppers(&server, "-t 2s")).expect(0);
    let sentence =
        "/INFO/katydid.main: --tui has no effect: stdin is no terminal; the log tells the run";
    assert_eq!(ended.stderr.matches(sentence).count(), 1, "{}", ended.stderr);
    assert!(!ended.stderr.contains('\u{1b}') && ended.stdout.is_empty());
    // The tables of a headless run are there: at least one before the end.
    assert!(ended.stderr.matches("Aggregated").count() > 3, "{}", ended.stderr);
    let dumb = Terminal::start(shoppers(&server, "-t 1s").env("TERM", "dumb"));
    dumb.wait_for(
        "--tui has no effect: stderr is no terminal of this process that can be drawn on",
    );
    let screen = dumb.wait_for("VERDICT: PASS");
    assert!(!screen.contains(ENTER), "{screen}");
}

fn one_address_is_seen_by_itself_and_not_where_it_is_not_wanted() {
    let server = TestServer::spawn();
    let url = format!("{}/ok", server.url());
    let mut terminal = Terminal::start(&katydid("-u 2 -t 4s", &url));
    let frame = terminal.wait_for_frame("VERDICT so far: PASS");
    assert!(frame.contains("Users 2/2") && frame.contains("/ok"), "{frame}");
    assert_eq!(terminal.end(), Some(0));
    let screen = terminal.wait_for("VERDICT: PASS");
    assert!(screen.split_once(LEAVE).unwrap().1.contains("Summary:"), "{screen}");
    assert_eq!(terminal.modes(), terminal.modes_before());

    let mut unwanted = Terminal::start(&katydid("-u 2 -t 2s --no-tui", &url));
    assert_eq!(unwanted.end(), Some(0));
    let screen = unwanted.wait_for("VERDICT: PASS");
    assert!(!screen.contains(ENTER) && screen.contains("1s of 2s (1s left)"), "{screen}");

    // Output that goes elsewhere, and then somebody who wants to see it all the same.
    for (words, seen) in [("", false), ("--tui", true)] {
        let load = katydid(&format!("-u 2 -t 2s {words}"), &url);
        let mut shell = Command::new("bash");
        shell.args(["-c", "\"$@\" > /dev/null", "bash"]).arg(load.get_program());
        shell.args(load.get_args()).env("TERM", "xterm").env("NO_COLOR", "1");
        let mut terminal = Terminal::start(&shell);
        assert_eq!(terminal.end(), Some(0));
        let screen = terminal.wait_for("VERDICT: PASS");
        assert_eq!(screen.contains(ENTER), seen, "{words}: {screen}");
        assert!(!screen.contains("Summary:"), "{screen}");
    }
}

fn requests_that_users_share_keep_their_number() {
    let server = TestServer::spawn();
    let url = format!("{}/delay/50", server.url());
    let mut terminal = Terminal::start(&katydid("-u 2 -n 90", &url));
    terminal.wait_for_frame("RUNNING");
    terminal.press("wWsS");
    terminal.wait_for_frame("The users of this run share the requests of -n; their number stays");
    assert_eq!(terminal.end(), Some(0));
    terminal.wait_for("VERDICT: PASS");
    assert_eq!(server.requests("/delay/50"), 90);
}

fn page_and_terminal_show_the_same_run() {
    let server = TestServer::spawn();
    let command = shoppers(&server, "--web-ui -P 0 -t 5s");
    let mut terminal = Terminal::start(&command);
    let frame = terminal.wait_for_frame("VERDICT so far: PASS");
    assert!(frame.contains("q Ctrl-C stop  Enter page"), "{frame}");
    let page = terminal.wait_for("Starting web interface at http://");
    let (_, rest) = page.split_once("Starting web interface at http://").unwrap();
    let address = rest.split('/').next().unwrap();
    let (status, state) = crate::live::ask(address, "GET", "/state", "");
    assert!(status == 200 && state.contains("\"stage\":\"on\""), "{state}");
    terminal.press("\n");
    terminal.wait_for_frame(&format!("The live page is at http://{address}/"));
    assert_eq!(terminal.end(), Some(0));
}

fn runs_of_a_session_have_a_view_each() {
    let server = TestServer::spawn();
    let words = "Shopper -P 0 --autostart --tui --no-save -u 5 -r 1000 -t 3s -H";
    let mut terminal = Terminal::start(shop(words).arg(server.url()).env("TERM", "xterm"));
    terminal.wait_for_frame("Users 5/5");
    let screen = terminal.wait_for("The run is over (exit code 0)");
    assert_eq!((screen.matches(ENTER).count(), screen.matches(LEAVE).count()), (1, 1));
    let (_, rest) = screen.split_once("Starting web interface at http://").unwrap();
    let address = rest.split('/').next().unwrap().to_owned();
    let over = || crate::live::ask(&address, "GET", "/state", "").1.contains("\"over\"");
    crate::keys::wait_until("it waits for the next", over);
    let (status, said) = crate::live::ask(&address, "POST", "/run", "{\"options\":{}}");
    assert_eq!(status, 202, "{said}");
    terminal.wait_until("a second view", |screen| screen.matches(ENTER).count() == 2);
    terminal.wait_for_frame("Users 5/5");
    terminal.wait_until("its end", |screen| screen.matches("The run is over").count() == 2);
    terminal.press(CTRL_C);
    assert_eq!(terminal.end(), Some(0));
    assert_eq!(terminal.modes(), terminal.modes_before());
}
