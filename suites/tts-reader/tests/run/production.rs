//! Against a service as it is in production, without `--dev`: accounts are registered, used, and deleted
//! with their passwords; those that were there before stay.

use std::fs;
use std::path::Path;

use super::clean::{clean, folder, killed, registered};
use super::service::Service;
use super::tts_load;

/// Who is there before: the users of the run log in as these.
const PEOPLE: u64 = 4;

/// A service without routes for test accounts, and a file with the accounts of people on it.
fn production(dir: &Path) -> (Service, String) {
    let service = Service::start(&dir.join("data"), false);
    let mut file = "username,password\n".to_owned();
    for number in 0..PEOPLE {
        let (name, password) = (format!("person_{number}"), format!("Password-{number}"));
        service.register(&name, &password);
        file += &format!("{name},{password}\n");
    }
    fs::write(dir.join("people.csv"), file).unwrap();
    let words = format!("-H {} --accounts people.csv", service.url);
    (service, words)
}

/// How many accounts the run's users registered, by its own notes.
fn noted(dir: &Path) -> usize {
    let notes = fs::read_to_string(folder(dir).unwrap().join("created.jsonl")).unwrap();
    notes.lines().filter(|line| line.contains("\"registered\"")).count()
}

#[test]
fn what_users_register_they_delete_with_its_password() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let (service, target) = production(dir);
    let words = "TTSReaderUser --headless -u 4 -r 4 -t 6s --tags auth --returning-share 0";
    let ended = tts_load(dir, &format!("{words} {target}"));
    assert_eq!(ended.code, Some(0), "{}", ended.text);
    assert!(noted(dir) > 0, "nobody registered: {}", ended.text);
    assert!(ended.text.contains("/api/user[clean-up]"), "{}", ended.text);
    assert_eq!((registered(dir).len(), service.users()), (0, PEOPLE), "{}", ended.text);
}

#[test]
fn what_a_killed_run_registered_is_cleaned_up() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let (service, target) = production(dir);
    killed(dir, &service, &target);
    assert!(service.users() > PEOPLE);
    let told = clean(dir, "last --yes", 0);
    assert!(told.contains("registered account"), "{told}");
    assert_eq!(service.users(), PEOPLE, "{told}");
}
