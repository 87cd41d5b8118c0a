//! The commands on a registry in memory that can break at any call.

use std::{cell::RefCell, collections::BTreeMap, path::Path, rc::Rc};

use clap::Parser;

use crate::{
    AccountsError, Ask, Batch, CHUNK, Change, Member, NewMembers, Registry, RegistryError,
    Selection, Verb, run,
};

/// What a registry holds: batch and password of each account.
#[derive(Debug, Default)]
struct Held {
    members: BTreeMap<String, (String, String, Member)>,
    made: usize,
    /// Calls until it breaks.
    lasts: Option<usize>,
}

#[derive(Debug, Clone, Default)]
struct Memory {
    held: Rc<RefCell<Held>>,
    remote: bool,
}

impl Memory {
    fn count(&self) -> usize {
        self.held.borrow().members.len()
    }

    fn lasts(&self, calls: Option<usize>) {
        self.held.borrow_mut().lasts = calls;
    }

    fn call(&self) -> Result<std::cell::RefMut<'_, Held>, RegistryError> {
        let mut held = self.held.borrow_mut();
        match &mut held.lasts {
            Some(0) => return Err(RegistryError::Failed("it broke".to_owned())),
            Some(left) => *left -= 1,
            None => {}
        }
        Ok(held)
    }
}

impl Registry for Memory {
    fn place(&self) -> &'static str {
        "memory"
    }

    fn is_local(&self) -> bool {
        !self.remote
    }

    fn members(&mut self, batch: &Batch, after: &str) -> Result<Vec<Member>, RegistryError> {
        let held = self.held.borrow();
        let of_batch = held.members.values().filter(|(of, ..)| of == batch.as_str());
        let mut page: Vec<_> =
            of_batch.map(|(.., m)| m.clone()).filter(|m| m.user_id.as_str() > after).collect();
        page.sort_by(|a, b| a.user_id.cmp(&b.user_id));
        page.truncate(CHUNK);
        Ok(page)
    }

    fn create(&mut self, new: &NewMembers) -> Result<Vec<Member>, RegistryError> {
        let mut held = self.call()?;
        assert!(new.usernames.len() <= CHUNK);
        let mut made = Vec::new();
        for username in &new.usernames {
            held.made += 1;
            let member = Member {
                username: username.clone(),
                email: format!("{username}@example.com"),
                user_id: format!("id-{}", held.made),
                tier: new.tier,
                credits: new.credits,
            };
            made.push(member.clone());
            let password = new.password.expose().to_owned();
            held.members.insert(username.clone(), (new.batch.to_string(), password, member));
        }
        Ok(made)
    }

    fn change(&mut self, change: &Change, of: &Selection) -> Result<usize, RegistryError> {
        let mut held = self.call()?;
        assert!(of.usernames.len() <= CHUNK);
        for username in &of.usernames {
            match change {
                Change::Remove => drop(held.members.remove(username)),
                Change::SetPassword { password } => {
                    held.members.get_mut(username).unwrap().1 = password.expose().to_owned();
                }
                Change::TopUp { .. } | Change::ResetCredits | Change::RemoveAudio => {}
            }
        }
        Ok(of.usernames.len())
    }
}

/// Gives this answer and remembers the question.
#[derive(Debug, Default)]
struct Answers(Option<bool>, String);

impl Ask for Answers {
    fn confirm(&mut self, question: &str) -> Option<bool> {
        question.clone_into(&mut self.1);
        self.0
    }
}

#[derive(Debug, Parser)]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

fn command(memory: &Memory, file: &Path, words: &str) -> Result<String, AccountsError> {
    answered(memory, file, words, &mut Answers::default())
}

/// `FILE` stands for the file.
fn answered(
    memory: &Memory,
    file: &Path,
    words: &str,
    answers: &mut Answers,
) -> Result<String, AccountsError> {
    let words = format!("accounts {words}");
    let words =
        words.split(' ').map(|word| if word == "FILE" { file.to_str().unwrap() } else { word });
    let line = Line::try_parse_from(words).unwrap();
    run(&line.verb, |_| Ok(memory.clone()), answers)
}

/// Whether the file has every account with its password.
fn file_is_true(memory: &Memory, file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|row| row.split(',').collect()).collect();
    let held = memory.held.borrow();
    rows.len() == held.members.len()
        && rows.iter().all(|row| {
            let (_, password, member) = &held.members[row[0]];
            password == row[1] && member.user_id == row[3]
        })
}

#[test]
fn thousands_come_and_go_some_at_a_time() {
    let (memory, dir) = (Memory::default(), tempfile::tempdir().unwrap());
    let file = dir.path().join("a.csv");
    let told = command(&memory, &file, "create --count 1201 --prefix big --out FILE").unwrap();
    let numbers = "big_000 to big_1200, PRO, 100000 credits each";
    assert!(told.ends_with(numbers), "in the order of their numbers: {told}");
    assert!(file_is_true(&memory, &file));
    let told = command(&memory, &file, "reset-credits --file FILE").unwrap();
    assert!(told.starts_with("credits of 1201 accounts"), "{told}");
    command(&memory, &file, "remove --yes --file FILE").unwrap();
    assert_eq!(memory.count(), 0);
}

#[test]
fn what_breaks_in_the_middle_is_made_whole_by_the_same_command() {
    let (memory, dir) = (Memory::default(), tempfile::tempdir().unwrap());
    let file = dir.path().join("a.csv");
    memory.lasts(Some(0));
    let error = command(&memory, &file, "create --count 1201 --out FILE").unwrap_err();
    assert_eq!(error.to_string(), "it broke");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing made, no file");

    memory.lasts(Some(2));
    let error = command(&memory, &file, "create --count 1201 --out FILE").unwrap_err();
    assert!(error.to_string().starts_with("1000 of 1201 accounts made and written"), "{error}");
    assert_eq!(error.exit_code(), 1);
    assert!(file_is_true(&memory, &file), "their passwords are known");
    memory.lasts(None);
    let told = command(&memory, &file, "create --count 1201 --out FILE").unwrap();
    assert!(told.starts_with("201 accounts made at memory, 1000 were there already"), "{told}");
    assert!(file_is_true(&memory, &file));

    memory.lasts(Some(1));
    let error = command(&memory, &file, "top-up --credits 5 --file FILE").unwrap_err();
    assert!(error.to_string().starts_with("500 of 1201 accounts have 5 more"), "{error}");
    assert!(!error.to_string().contains("the same command again"), "{error}");
    memory.lasts(Some(1));
    let error = command(&memory, &file, "remove --yes --file FILE").unwrap_err();
    assert!(error.to_string().starts_with("500 of 1201 accounts removed"), "{error}");
    memory.lasts(None);
    let told = command(&memory, &file, "remove --yes --file FILE").unwrap();
    assert!(told.contains("701 accounts removed") && told.contains("500 of the file"), "{told}");
}

#[test]
fn passwords_that_are_lost_are_renewed_only_by_force() {
    let (memory, dir) = (Memory::default(), tempfile::tempdir().unwrap());
    let (first, second) = (dir.path().join("a.csv"), dir.path().join("b.csv"));
    command(&memory, &first, "create --count 2 --prefix team --out FILE").unwrap();
    let refused = command(&memory, &second, "create --count 3 --prefix team --out FILE");
    let refused = refused.unwrap_err();
    assert!(refused.to_string().contains("2 accounts of `team` are there already"), "{refused}");
    assert_eq!((refused.exit_code(), memory.count()), (2, 2));
    let told = command(&memory, &second, "create --count 3 --prefix team --force --out FILE");
    assert!(told.unwrap().contains("2 were there already and have a new password"));
    assert!(file_is_true(&memory, &second));

    // The first file names the same accounts; a later removal by it leaves the third.
    let told = command(&memory, &first, "remove --yes --file FILE").unwrap();
    assert!(told.contains("1 of `team` are not in that file and stay"), "{told}");
    assert_eq!(memory.count(), 1);
    // Made again under its name, an account is another: the old file does not mean it.
    let third = dir.path().join("c.csv");
    command(&memory, &third, "create --count 3 --prefix team --force --out FILE").unwrap();
    let told = command(&memory, &first, "remove --yes --file FILE").unwrap();
    assert!(told.starts_with("nothing left to remove"), "{told}");
    assert_eq!(memory.count(), 3);
}

#[test]
fn only_a_yes_removes() {
    let (memory, dir) = (Memory::default(), tempfile::tempdir().unwrap());
    let file = dir.path().join("a.csv");
    command(&memory, &file, "create --count 2 --prefix team --out FILE").unwrap();
    for (answer, code) in [(None, 2), (Some(false), 1)] {
        let mut answers = Answers(answer, String::new());
        let error = answered(&memory, &file, "remove --prefix team", &mut answers).unwrap_err();
        assert_eq!((error.exit_code(), memory.count()), (code, 2));
        assert!(answers.1.starts_with("Remove 2 accounts (team_000 to team_001) at memory"));
    }
    let mut answers = Answers(Some(true), String::new());
    answered(&memory, &file, "remove --prefix team", &mut answers).unwrap();
    assert_eq!(memory.count(), 0);
}

#[test]
fn another_machine_is_changed_by_a_yes_only() {
    let (memory, dir) =
        (Memory { remote: true, ..Memory::default() }, tempfile::tempdir().unwrap());
    let file = dir.path().join("a.csv");
    let create = "create --count 2 --prefix team --out FILE";
    assert_eq!(command(&memory, &file, create).unwrap_err().exit_code(), 2);
    assert_eq!(memory.count(), 0);
    command(&memory, &file, &format!("{create} --yes")).unwrap();
    assert!(command(&memory, &file, create).is_ok(), "nothing to do, nothing to ask");
    for change in ["top-up --credits 5 --file FILE", "reset-credits --file FILE"] {
        assert_eq!(command(&memory, &file, change).unwrap_err().exit_code(), 2);
        assert!(command(&memory, &file, &format!("{change} --yes")).is_ok());
    }
}

#[test]
fn a_change_of_nobody_is_no_success() {
    let (memory, dir) = (Memory::default(), tempfile::tempdir().unwrap());
    for change in ["top-up --credits 5 --prefix team", "reset-credits --persistent"] {
        let error = command(&memory, dir.path(), change).unwrap_err();
        assert!(error.to_string().contains("make some with `accounts create`"), "{error}");
        assert_eq!(error.exit_code(), 2);
    }
}
