//! The name of a batch, and the names of its accounts.

use std::{
    fmt,
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// The guide's lasting account; it is a batch of its own.
const PERSISTENT: &str = "loadtest_user";
/// A user name has 50 characters; `_99999` are 6 of them.
const LONGEST: usize = 44;

/// The name of a batch of accounts that were made together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Batch(String);

/// A text that cannot name a batch.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// It has a form that user names must not have.
    #[error("a prefix has 3 to {LONGEST} characters, and of these only letters, digits, _ and -")]
    Form,
    /// It is the name of the lasting account.
    #[error("`{PERSISTENT}` is the name of the lasting account; write --persistent instead")]
    Persistent,
}

impl Batch {
    /// A name that nobody had before: by the clock, so that people can tell batches apart, and by
    /// chance.
    pub fn unique() -> Self {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| age.as_secs());
        let chance = uuid::Uuid::new_v4().simple().to_string();
        Self(format!("loadtest_{seconds}_{}", &chance[..4]))
    }

    /// The batch of the guide's lasting account.
    pub fn persistent() -> Self {
        Self(PERSISTENT.to_owned())
    }

    /// A batch that a person named.
    ///
    /// # Errors
    /// With what is wrong with the name.
    pub fn prefix(text: &str) -> Result<Self, BatchError> {
        if text == PERSISTENT { Err(BatchError::Persistent) } else { text.parse() }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the lasting account's.
    pub fn is_persistent(&self) -> bool {
        self.0 == PERSISTENT
    }

    /// The flags of the commands that name it.
    pub fn flags(&self) -> String {
        if self.is_persistent() { "--persistent".to_owned() } else { format!("--prefix {self}") }
    }

    /// The user names of its first `count` accounts; the lasting account is alone.
    pub fn usernames(&self, count: u32) -> Vec<String> {
        if self.is_persistent() {
            return vec![self.0.clone()];
        }
        (0..count).map(|number| format!("{}_{number:03}", self.0)).collect()
    }

    /// Whether an account of this name may belong to it.
    pub fn can_have(&self, username: &str) -> bool {
        let digits = || username.strip_prefix(self.as_str())?.strip_prefix('_');
        (self.is_persistent() && username == PERSISTENT)
            || digits().is_some_and(|number| {
                (3..=5).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
            })
    }
}

impl FromStr for Batch {
    type Err = BatchError;

    fn from_str(text: &str) -> Result<Self, BatchError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if (3..=LONGEST).contains(&text.len()) && text.bytes().all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(BatchError::Form)
    }
}

impl TryFrom<String> for Batch {
    type Error = BatchError;

    fn try_from(text: String) -> Result<Self, BatchError> {
        text.parse()
    }
}

impl From<Batch> for String {
    fn from(batch: Batch) -> Self {
        batch.0
    }
}

impl fmt::Display for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;

    #[test]
    fn a_batch_has_the_names_that_it_gives_and_no_other() {
        let batch: Batch = "team".parse().unwrap();
        let names = batch.usernames(1_001);
        assert_eq!((names[0].as_str(), names[1_000].as_str()), ("team_000", "team_1000"));
        assert!(names.iter().all(|name| batch.can_have(name)));
        for strange in
            ["team", "team_", "team_1", "team_00x", "teamX000", "team_b_000", "steam_000"]
        {
            assert!(!batch.can_have(strange), "{strange}");
        }
        let lasting = Batch::persistent();
        assert_eq!(lasting.usernames(7), ["loadtest_user"]);
        assert!(lasting.can_have("loadtest_user") && !batch.can_have("loadtest_user"));
    }

    #[test]
    fn made_up_names_fit_and_differ() {
        let (one, two) = (Batch::unique(), Batch::unique());
        assert_ne!(one, two);
        assert_eq!(one.as_str().parse::<Batch>().unwrap(), one);
    }
}
