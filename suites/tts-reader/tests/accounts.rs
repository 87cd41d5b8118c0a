//! Files of accounts: what is wrong with one is said with its line and the next step.
#![expect(clippy::unwrap_used, reason = "the helpers of a test fail like the test")]

use std::fs;

use tts_reader_load_test::accounts::{Accounts, AccountsError};

fn read(text: impl AsRef<[u8]>, users: u32) -> Result<Accounts, AccountsError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("accounts.csv");
    fs::write(&path, text).unwrap();
    Accounts::read(&path, users)
}

fn refusal(text: impl AsRef<[u8]>) -> String {
    read(text, 1).unwrap_err().to_string()
}

#[test]
fn each_user_has_its_own_account() {
    let text = "\u{feff}username,tier,password\r\nann,PRO,secret\r\n\r\nbob,PRO,\"a,b\"\r\n";
    let accounts = read(text, 2).unwrap();
    let ann = accounts.of_user(0).unwrap();
    assert_eq!((ann.username.as_str(), ann.password.as_str()), ("ann", "secret"));
    assert_eq!(accounts.of_user(1).unwrap().password, "a,b");
    assert_eq!(accounts.of_user(2), None);
}

#[test]
fn too_few_accounts_are_counted_and_the_command_is_named() {
    let text = read("username,password\nann,secret\n", 60).unwrap_err().to_string();
    assert!(text.contains("has 1: 59 are missing"), "{text}");
    assert!(text.contains("`tts-load accounts create --count 60 --target URL --out "), "{text}");
}

#[test]
fn a_missing_file_is_named_with_the_next_step() {
    let error = Accounts::read("no/such.csv".as_ref(), 1).unwrap_err().to_string();
    assert!(error.contains("no/such.csv") && error.contains("accounts create"), "{error}");
}

#[test]
fn malformed_files_are_refused_with_the_line() {
    let text = refusal("user,password\nann,secret\n");
    assert!(text.contains("line 1") && text.contains("`username`"), "{text}");
    let text = refusal("username,password\nann,secret\nbob\n");
    assert!(text.contains("line 3: it has 1 fields where the first line has 2"), "{text}");
    let text = refusal("username,password\nann,\n");
    assert!(text.contains("line 2: the password is empty"), "{text}");
    let text = refusal("username,password\nann,a\nbob,b\nann,c\n");
    assert!(text.contains("line 4: `ann` is on line 2 already"), "{text}");
    let text = refusal(b"username,password\nann,\xff\xfe\n");
    assert!(text.contains("line 2: it is not UTF-8 text"), "{text}");
    let text = refusal("");
    assert!(text.contains("line 1: there is no column `username`"), "{text}");
}
