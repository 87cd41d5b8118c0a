//! What people see of a run, and where the log goes.

use katydid_testkit::TestServer;

use crate::process::{run, start};
use crate::pty::Terminal;
use crate::shop;

crate::tests![
    the_first_table_is_empty_and_comes_before_the_ramp,
    a_log_file_gets_the_log_and_the_screen_keeps_the_tables,
    a_log_file_that_cannot_be_opened_exits_2,
    an_error_is_seen_although_there_is_a_log_file,
    skip_log_setup_prints_nothing_at_all,
    users_that_do_not_finish_in_time_are_counted,
    a_stderr_that_nobody_reads_ends_nothing,
    the_progress_line_never_stays_on_the_screen,
    tables_follow_the_width_of_the_window,
    colours_come_when_they_are_forced_and_only_then,
];

const RUN: &str = "Shopper --headless -u 2 -r 100 -t 1s";

fn the_first_table_is_empty_and_comes_before_the_ramp() {
    let server = TestServer::spawn();
    let running = start(shop(RUN).args(["-H", &server.url()]));
    let stderr = running.wait_for("Ramping to 2 users");
    let (_, after) = stderr.split_once("Run time limit set to 1 seconds\n").unwrap();
    let (table, _) = after.split_once("\n\n").unwrap();
    let last = table.lines().last().unwrap();
    let cells: Vec<&str> = last.split_whitespace().collect();
    let empty = ["Aggregated", "0", "0(0.00%)", "|", "0", "0", "0", "0", "|", "0.00", "0.00"];
    assert_eq!(cells[..11], empty, "{table}");
    running.end().expect(0);
}

fn a_log_file_gets_the_log_and_the_screen_keeps_the_tables() {
    let server = TestServer::spawn();
    let folder = tempfile::tempdir().unwrap();
    let once = || {
        let words = format!("{RUN} --logfile deep/run.log -H");
        run(shop(&words).arg(server.url()).current_dir(&folder)).expect(0)
    };
    let ended = once();
    assert!(!ended.stderr.contains("/INFO/"), "{}", ended.stderr);
    assert!(ended.stderr.starts_with("Type     Name"), "{}", ended.stderr);
    assert_eq!(ended.last_line(), "VERDICT: PASS");
    once();
    let log = std::fs::read_to_string(folder.path().join("deep/run.log")).unwrap();
    assert_eq!(log.matches("Shutting down (exit code 0)\n").count(), 2, "it grows: {log}");
    assert!(log.lines().all(|line| line.starts_with("[20")), "only the log: {log}");
}

fn a_log_file_that_cannot_be_opened_exits_2() {
    let ended = run(shop(RUN).args(["-H", "http://127.0.0.1:1", "--logfile", "/dev/null/x"]));
    let ended = ended.expect(2).says("error: log file /dev/null/x: Not a directory");
    assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
}

fn an_error_is_seen_although_there_is_a_log_file() {
    let folder = tempfile::tempdir().unwrap();
    let accounts = folder.path().join("accounts.csv");
    std::fs::write(&accounts, "nonsense").unwrap();
    for word in ["--logfile=run.log", "--skip-log-setup"] {
        let mut command = shop(&format!("{RUN} -H http://127.0.0.1:1 {word}"));
        let ended = run(command.arg("--accounts").arg(&accounts).current_dir(&folder)).expect(2);
        let text = "error: preparing the run: the accounts file has no header username,password\n";
        assert_eq!(ended.stderr, text, "{word}");
    }
    let log = std::fs::read_to_string(folder.path().join("run.log")).unwrap();
    assert!(log.contains("/ERROR/katydid.main: preparing the run"), "{log}");
}

fn skip_log_setup_prints_nothing_at_all() {
    let server = TestServer::spawn();
    let words = format!("{RUN} --skip-log-setup -H");
    let ended = run(shop(&words).arg(server.url())).expect(0);
    assert_eq!((ended.stderr.as_str(), ended.stdout.as_str()), ("", ""));
    run(shop(&words.replace("Shopper", "Broken")).arg(server.url())).expect(1);
}

fn users_that_do_not_finish_in_time_are_counted() {
    let server = TestServer::spawn();
    let words = "Stuck --headless -u 3 -r 100 -t 1s --stop-timeout 1s -H";
    run(shop(words).arg(server.url())).expect(0).says(
        "/INFO/katydid.main: Not all users finished their tasks & terminated in 1.0 seconds. \
         Stopping 3 of them...",
    );
}

fn a_stderr_that_nobody_reads_ends_nothing() {
    let server = TestServer::spawn();
    let mut command = shop(RUN);
    command.args(["-H", &server.url()]).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(server.requests("/ok") > 0);
}

fn colours_come_when_they_are_forced_and_only_then() {
    let server = TestServer::spawn();
    let last = |name: &str, value: &str| {
        let mut command = shop(RUN);
        command.env_remove("NO_COLOR").env(name, value).args(["-H", &server.url()]);
        run(&mut command).expect(0).last_line().to_owned()
    };
    assert_eq!(last("NO_COLOR", ""), "VERDICT: PASS");
    let coloured = last("CLICOLOR_FORCE", "1");
    assert!(coloured.starts_with("\u{1b}[") && coloured.contains("VERDICT: PASS"), "{coloured:?}");
}

fn the_progress_line_never_stays_on_the_screen() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 2 -r 100 -t 4s -H";
    let mut terminal = Terminal::start(shop(words).arg(server.url()));
    assert_eq!(terminal.end(), Some(0));
    let screen = terminal.wait_for("VERDICT: PASS\r\n");
    for time in ["1s of 4s (3s left)  2/2 users  ", "3s of 4s (1s left)  2/2 users  "] {
        assert!(screen.contains(time), "{time}: {screen}");
    }
    for line in screen.lines() {
        let stays = line.rsplit("\r\u{1b}[K").next().unwrap();
        assert!(!stays.contains(" users  "), "{stays:?} stays");
    }
}

fn tables_follow_the_width_of_the_window() {
    let server = TestServer::spawn();
    let words = "Shopper --headless -u 2 -r 100 -H";
    let mut terminal = Terminal::start(shop(words).arg(server.url()));
    let rules = |screen: &str| -> Vec<usize> {
        screen.lines().filter(|line| line.contains("----|-")).map(str::len).collect()
    };
    terminal.wait_until("a table of 160 columns", |screen| rules(screen).starts_with(&[160, 160]));
    terminal.resize(100);
    terminal.wait_until("a table of 100 columns", |screen| rules(screen).contains(&100));
    terminal.press("\u{3}");
    assert_eq!(terminal.end(), Some(130));
}
