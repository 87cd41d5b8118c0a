//! Accounts, tokens and roles.

use std::fmt;
use std::str::FromStr;

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordVerifier as _};
use katydid_core::or_nearest;
use schemars::JsonSchema;
use serde::Serialize;

use super::secret::Print;

/// Shorter tokens could be guessed.
const SHORTEST_TOKEN: usize = 20;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look, and download.
    Viewer,
    /// Start, steer and stop, too.
    Operator,
}

impl Role {
    fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
        }
    }
}

impl FromStr for Role {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let all = [Self::Viewer, Self::Operator];
        let found = all.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| AccessError::Role {
            role: text.to_owned(),
            hint: or_nearest(text, all.map(Self::as_str)),
        })
    }
}

/// Somebody who can log in.
#[derive(Clone)]
pub struct Account {
    name: String,
    role: Role,
    hash: String,
}

/// What programs show instead of a login: `Authorization: Bearer TOKEN`.
#[derive(Clone, Debug)]
pub struct Token {
    role: Role,
    print: Print,
}

/// What is wrong with accounts and tokens. No secret is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// Not in three parts.
    #[error("an account is NAME:ROLE:HASH, such as ada:operator:$argon2id$v=19$…")]
    Form,
    /// No such role.
    #[error("`{role}` is no role; {hint}")]
    Role {
        /// As it was written.
        role: String,
        /// What it could be.
        hint: String,
    },
    /// The hash is none.
    #[error("the account `{name}` has no argon2 hash: {fault}")]
    Hash {
        /// Whose.
        name: String,
        /// Why.
        fault: String,
    },
    /// Two of one name.
    #[error("two accounts are named `{0}`")]
    Twice(String),
    /// A token that can be guessed.
    #[error("a token has at least {SHORTEST_TOKEN} printable characters without spaces")]
    Token,
}

impl Account {
    /// Whose it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn role(&self) -> Role {
        self.role
    }

    /// Takes some ten milliseconds of a core and 19 MiB, as it must.
    pub(super) fn fits(&self, password: &str) -> bool {
        PasswordHash::new(&self.hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    }
}

/// Without the hash.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({}, {})", self.name, self.role.as_str())
    }
}

/// `NAME:ROLE:HASH`.
impl FromStr for Account {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let mut parts = text.splitn(3, ':');
        let (Some(name), Some(role), Some(hash)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(AccessError::Form);
        };
        if name.is_empty() {
            return Err(AccessError::Form);
        }
        let role = role.parse()?;
        let wrong = |fault: String| AccessError::Hash { name: name.to_owned(), fault };
        let parsed = PasswordHash::new(hash).map_err(|fault| wrong(fault.to_string()))?;
        if !parsed.algorithm.as_str().starts_with("argon2") || parsed.hash.is_none() {
            return Err(wrong("it is of another kind".to_owned()));
        }
        Ok(Self { name: name.to_owned(), role, hash: hash.to_owned() })
    }
}

impl Token {
    /// A token for this role.
    ///
    /// # Errors
    /// It is so short that it could be guessed, or has letters that no header may have.
    pub fn new(role: Role, token: &str) -> Result<Self, AccessError> {
        let fits =
            token.len() >= SHORTEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !fits {
            return Err(AccessError::Token);
        }
        Ok(Self { role, print: Print::of(token) })
    }

    pub(super) fn role(&self) -> Role {
        self.role
    }

    pub(super) fn fits(&self, token: &str) -> bool {
        self.print.fits(token)
    }
}

/// The argon2id hash of a password, for an [`Account`].
///
/// # Errors
/// The machine has no random numbers.
pub fn hash_password(password: &str) -> Result<String, std::io::Error> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|fault| std::io::Error::other(fault.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_read_and_told_without_its_hash() {
        let hash = hash_password("wren and robin").expect("random numbers");
        let account: Account = format!("ada:operator:{hash}").parse().expect("an account");
        assert!(account.fits("wren and robin"));
        assert!(!account.fits("wren and robin "));
        assert_eq!(format!("{account:?}"), "Account(ada, operator)");
    }

    #[test]
    fn what_is_no_account_is_told() {
        let fault = |text: &str| text.parse::<Account>().map(|_| ()).map_err(|it| it.to_string());
        assert!(fault("ada:operator").is_err_and(|it| it.contains("NAME:ROLE:HASH")));
        assert!(fault(":operator:$argon2id$").is_err_and(|it| it.contains("NAME:ROLE:HASH")));
        assert!(fault("ada:operater:x").is_err_and(|it| it.contains("did you mean `operator`?")));
        assert!(fault("ada:viewer:secret").is_err_and(|it| !it.contains("secret")));
        assert!(Token::new(Role::Viewer, "short").is_err());
        assert!(Token::new(Role::Viewer, "long enough, but with spaces").is_err());
    }
}
