//! Data feeders: who gets which row, and what is said of a bad one.

use std::collections::BTreeMap;
use std::sync::Mutex;

use katydid_core::StopReason;
use katydid_engine::{Feeder, FeederError, RunSettings, Session, Shared, UsedUp, UserClass};
use katydid_engine::{Task, TaskError, constant, no_wait};
use katydid_testkit::TestServer;
use serde::Deserialize;

use crate::common::{Ran, done, go, settings};

#[derive(Debug, Deserialize, PartialEq)]
struct Account {
    username: String,
    credits: u32,
}

/// What every user took: (user, row).
type Taken = Mutex<Vec<(u32, u32)>>;

fn numbers(rows: u32) -> Feeder<u32> {
    Feeder::from_rows(0..rows).unwrap()
}

fn note(session: &Session, row: u32) {
    session.shared::<Taken>().lock().unwrap().push((session.user_index(), row));
}

/// Each of `users` users takes `takes` rows of `feeder`, over four threads.
fn deal(feeder: Feeder<u32>, users: u32, takes: u32, seed: u64) -> (Vec<(u32, u32)>, Ran) {
    let server = TestServer::spawn();
    let mut shared = Shared::default();
    shared.insert(feeder);
    shared.insert(Taken::default());
    shared.insert(takes);
    let class = UserClass::<u32>::with_default("Taker").wait(no_wait()).task(
        Task::new("take", |taken: &mut u32, s| {
            Box::pin(async move {
                note(s, *s.row::<u32>()?);
                *taken += 1;
                if taken == s.shared::<u32>() { done() } else { Ok(()) }
            })
        })
        .sends_nothing(),
    );
    let settings = RunSettings { users, threads: 4, seed, ..settings(&server) };
    let handle = shared.clone();
    let ran = go(&[class.into()], shared, &settings);
    assert_eq!(ran.reason, StopReason::NoUsersLeft);
    let taken = handle.get::<Taken>().lock().unwrap().clone();
    (taken, ran)
}

fn rows(taken: &[(u32, u32)]) -> Vec<u32> {
    let mut rows: Vec<u32> = taken.iter().map(|(_, row)| *row).collect();
    rows.sort_unstable();
    rows
}

#[test]
fn a_feeder_with_unique_rows_over_4_threads_hands_out_each_row_once() {
    let (taken, ran) = deal(numbers(2_000).unique(UsedUp::StopUser), 40, u32::MAX, 1);
    assert_eq!(rows(&taken), (0..2_000).collect::<Vec<_>>());
    assert_eq!(ran.snapshot.exceptions().count(), 0, "a user that stops is no fault");
}

#[test]
fn the_first_unique_row_of_a_user_is_its_own_on_any_number_of_threads() {
    let (mut taken, _) = deal(numbers(40).unique(UsedUp::Fail), 40, 1, 1);
    taken.sort_unstable();
    assert_eq!(taken, (0..40).map(|user| (user, user)).collect::<Vec<_>>());
}

#[test]
fn unique_rows_that_start_over_are_dealt_in_turn_again() {
    let (taken, _) = deal(numbers(30).unique(UsedUp::StartOver), 10, 9, 1);
    let thrice: Vec<u32> = (0..30).flat_map(|row| [row; 3]).collect();
    assert_eq!(rows(&taken), thrice);
}

#[test]
fn unique_rows_that_are_used_up_are_an_exception_that_says_so() {
    let server = TestServer::spawn();
    let mut shared = Shared::default();
    shared.insert(numbers(1).unique(UsedUp::Fail));
    let class = UserClass::<()>::with_default("Taker").wait(constant(3600.0)).task(
        Task::new("take", |(), s| {
            Box::pin(async move {
                s.row::<u32>()?;
                let error = s.row::<u32>().unwrap_err();
                assert!(matches!(error, TaskError::Exception(_)), "{error:?}");
                Err(error)
            })
        })
        .sends_nothing(),
    );
    let run_time = Some(std::time::Duration::from_millis(200));
    let ran = go(&[class.into()], shared, &RunSettings { run_time, ..settings(&server) });
    let told: Vec<_> = ran.snapshot.exceptions().map(|row| row.message).collect();
    assert_eq!(told, ["the one row of rows made by the suite is taken"]);
}

#[test]
fn sequential_rows_come_each_in_turn_over_all_users() {
    let (taken, _) = deal(numbers(7), 8, 25, 1);
    let mut counts = BTreeMap::new();
    for row in rows(&taken) {
        *counts.entry(row).or_insert(0) += 1;
    }
    // 200 takes of 7 rows: 28 or 29 each, the first four once more.
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [29, 29, 29, 29, 28, 28, 28]);
}

#[test]
fn random_rows_follow_from_the_seed_and_the_user_alone() {
    let by_user = |seed| {
        let (taken, _) = deal(numbers(1_000).random(), 8, 50, seed);
        let mut users: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (user, row) in taken {
            users.entry(user).or_default().push(row);
        }
        users
    };
    let first = by_user(7);
    assert_eq!(first, by_user(7));
    assert_ne!(first, by_user(8));
    assert_ne!(first[&0], first[&1]);
    let distinct: std::collections::BTreeSet<&u32> = first.values().flatten().collect();
    assert!(distinct.len() > 250, "400 draws of 1000 rows hit only {}", distinct.len());
}

#[test]
fn fewer_rows_than_users_are_refused_with_the_numbers() {
    let feeder = numbers(3).unique(UsedUp::Fail);
    let error = feeder.for_users(10).unwrap_err();
    assert!(matches!(error, FeederError::TooFew { users: 10, have: 3, .. }));
    assert!(error.to_string().contains("7 are missing"), "{error}");
    assert!(numbers(3).for_users(3).is_ok());
}

const ACCOUNTS: [(&str, u32); 2] = [("ann", 3), ("bob, jr.", 40)];

fn assert_accounts(feeder: &Feeder<Account>) {
    let rows: Vec<(&str, u32)> =
        feeder.rows().iter().map(|row| (&*row.username, row.credits)).collect();
    assert_eq!(rows, ACCOUNTS);
}

#[test]
fn csv_and_both_forms_of_json_are_read_from_files_and_from_memory() {
    let csv = "\u{feff}credits,note,username\r\n3,,ann\r\n40,\"two\nlines\",\"bob, jr.\"\r\n";
    let array = r#"[{"username": "ann", "credits": 3}, {"username": "bob, jr.", "credits": 40}]"#;
    let lines =
        "{\"username\":\"ann\",\"credits\":3}\n{\"username\":\"bob, jr.\",\"credits\":40}\n";
    assert_accounts(&Feeder::from_csv(csv).unwrap());
    assert_accounts(&Feeder::from_json(array).unwrap());
    assert_accounts(&Feeder::from_json(lines).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    assert_accounts(&Feeder::csv(file("a.csv", csv)).unwrap());
    assert_accounts(&Feeder::json(file("a.json", array)).unwrap());
    assert_accounts(&Feeder::json(file("a.jsonl", lines)).unwrap());
}

#[test]
fn mistakes_name_file_line_and_column() {
    let csv = |text: &str| Feeder::<Account>::from_csv(text).unwrap_err().to_string();
    let json = |text: &str| Feeder::<Account>::from_json(text).unwrap_err().to_string();
    let head = "username,credits\n";
    assert_eq!(
        csv(&format!("{head}ann,3\nbob,many\n")),
        "CSV text, line 3, column `credits`: invalid digit found in string"
    );
    assert_eq!(
        csv(&format!("{head}\"an\nn\",3\nbob\n")),
        "CSV text, line 4: 1 fields, and the first line names 2"
    );
    assert_eq!(
        csv("username,credit\nann,3\n"),
        "CSV text, line 2: missing field `credits`; the first line must name it"
    );
    assert_eq!(csv(head), "CSV text has no rows; a feeder needs at least one");
    assert_eq!(json("[]"), "JSON text has no rows; a feeder needs at least one");
    assert_eq!(
        json("[{\"username\": \"ann\", \"credits\": 3},\n {\"username\": \"bob\"}]"),
        "JSON text, line 2, column 20: missing field `credits`"
    );
    let second =
        json("{\"username\":\"ann\",\"credits\":3}\n{\"username\":\"bob\",\"credits\":-1}");
    assert!(second.starts_with("JSON text, line 2, column "), "{second}");
    let absent = Feeder::<Account>::csv("no/such.csv").unwrap_err().to_string();
    assert!(absent.starts_with("data file no/such.csv: "), "{absent}");
}
