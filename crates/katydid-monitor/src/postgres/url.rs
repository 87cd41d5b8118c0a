//! Where a database is and who asks: `postgres://user@host:5432/database?sslmode=require`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use katydid_core::{is_loopback, or_nearest};
use percent_encoding::percent_decode_str;
use url::Url;

/// The port of a server that does not say.
const PORT: u16 = 5432;
/// What may be written behind the question mark.
const PARAMETERS: [&str; 2] = ["sslmode", "sslrootcert"];
const MODES: [&str; 5] = ["disable", "prefer", "require", "verify-ca", "verify-full"];

/// The address of a database, with the user that asks there. Its `Debug` has no password.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) database: String,
    pub(super) password: Option<Password>,
    pub(super) tls: SslMode,
    /// Whose certificates are believed; without it those of the web's roots.
    pub(super) roots: Option<PathBuf>,
    near: bool,
}

/// A password and the environment variable that it came from, if it did.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Password {
    pub(super) text: String,
    pub(super) variable: Option<String>,
}

/// What is asked of TLS, in the words of PostgreSQL's own clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SslMode {
    /// None.
    Disable,
    /// Where the server has it; any certificate.
    Prefer,
    /// Any certificate.
    Require,
    /// One that is signed by somebody who is believed.
    VerifyCa,
    /// And that is of the host's name.
    VerifyFull,
}

/// A text that is no address of a database. It never has the password in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PostgresUrlError {
    /// It cannot be read at all.
    #[error(
        "it is no address ({0}); write postgres://user@host:5432/database, in a password @ as %40, \
         / as %2F and # as %23"
    )]
    NoUrl(String),
    /// Another scheme.
    #[error("`{0}://` is no PostgreSQL; write postgres://user@host:5432/database")]
    Scheme(String),
    /// A part is missing or cannot be used.
    #[error("it has no {0}; write postgres://user@host:5432/database")]
    Lacks(&'static str),
    /// Several hosts, a folder of sockets.
    #[error("its {0} cannot be used here; write postgres://user@host:5432/database")]
    Unusable(&'static str),
    /// A parameter that is none.
    #[error("unknown parameter `{0}`; {1}")]
    Parameter(String, String),
    /// A mode that is none.
    #[error("`{0}` is no sslmode; {1}")]
    Mode(String, String),
    /// Roots that nobody would look at.
    #[error("sslrootcert says whom to believe, and sslmode={0} asks nobody; write verify-full")]
    UnusedRoots(&'static str),
}

impl PostgresUrl {
    /// The password comes from an environment variable of this name.
    #[must_use]
    pub fn with_password(mut self, text: String, variable: &str) -> Self {
        self.password = Some(Password { text, variable: Some(variable.to_owned()) });
        self
    }

    /// Whether the address has a password in it.
    pub fn has_password(&self) -> bool {
        self.password.is_some()
    }

    /// Whether it is on this machine.
    pub fn is_near(&self) -> bool {
        self.near
    }

    /// Where the certificates of those who are believed are.
    pub(super) fn roots(&self) -> Option<&Path> {
        self.roots.as_deref()
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), PostgresUrlError> {
        match name {
            "sslmode" => self.tls = value.parse()?,
            "sslrootcert" => self.roots = Some(PathBuf::from(value)),
            _ => {
                let known = or_nearest(name, PARAMETERS);
                return Err(PostgresUrlError::Parameter(name.to_owned(), known));
            }
        }
        Ok(())
    }
}

impl FromStr for PostgresUrl {
    type Err = PostgresUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use PostgresUrlError::{Lacks, NoUrl, Scheme, Unusable, UnusedRoots};
        let url = Url::parse(text).map_err(|fault| NoUrl(fault.to_string()))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(Scheme(url.scheme().to_owned()));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(Lacks("host"))?;
        if host.contains(['%', ',']) {
            return Err(Unusable("host (a folder of sockets, or several)"));
        }
        let user = plain(url.username(), "user")?;
        let database = url.path().strip_prefix('/').unwrap_or_default();
        if database.contains('/') {
            return Err(Unusable("path (a database is one word)"));
        }
        let password = url.password().map(|text| plain(text, "password")).transpose()?;
        let near = is_loopback(&format!("http://{host}"));
        let mut address = Self {
            host: host.to_owned(),
            port: url.port().unwrap_or(PORT),
            user,
            database: plain(database, "database")?,
            password: password.map(|text| Password { text, variable: None }),
            tls: SslMode::Prefer,
            roots: None,
            near,
        };
        for (name, value) in url.query_pairs() {
            address.set(&name, &value)?;
        }
        if address.roots.is_some() && address.tls < SslMode::Require {
            let mode = if address.tls == SslMode::Prefer { "prefer" } else { "disable" };
            return Err(UnusedRoots(mode));
        }
        // As PostgreSQL's own clients have it: who names somebody wants that looked at.
        if address.roots.is_some() && address.tls == SslMode::Require {
            address.tls = SslMode::VerifyCa;
        }
        Ok(address)
    }
}

impl FromStr for SslMode {
    type Err = PostgresUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "disable" => Self::Disable,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return Err(PostgresUrlError::Mode(text.to_owned(), or_nearest(text, MODES))),
        })
    }
}

/// A part with its percent signs read; the protocol ends texts with a zero byte.
fn plain(part: &str, what: &'static str) -> Result<String, PostgresUrlError> {
    let text = percent_decode_str(part).decode_utf8();
    let text = text.map_err(|_| PostgresUrlError::Unusable(what))?;
    match &*text {
        "" => Err(PostgresUrlError::Lacks(what)),
        text if text.contains('\0') => Err(PostgresUrlError::Unusable(what)),
        text => Ok(text.to_owned()),
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, host, port, database, .. } = self;
        write!(f, "postgres://{user}@{host}:{port}/{database}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(text: &str) -> String {
        text.parse::<PostgresUrl>().expect_err(text).to_string()
    }

    #[test]
    fn its_parts_are_read() {
        let text = "postgresql://me%40home:p%40ss%2F@[::1]/shop?sslmode=require";
        let url: PostgresUrl = text.parse().unwrap();
        let Password { text, variable } = url.password.clone().unwrap();
        assert_eq!((url.user.as_str(), text.as_str(), variable), ("me@home", "p@ss/", None));
        assert_eq!((url.host.as_str(), url.port, url.is_near()), ("[::1]", 5432, true));
        assert_eq!((url.database.as_str(), url.tls), ("shop", SslMode::Require));
        assert!(!format!("{url:?}").contains("p@ss"), "{url:?}");
        let url: PostgresUrl = "postgres://u@db.example:6543/d".parse().unwrap();
        assert_eq!((url.port, url.tls, url.is_near()), (6543, SslMode::Prefer, false));
        let url: PostgresUrl =
            "postgres://u@h/d?sslmode=require&sslrootcert=ca.pem".parse().unwrap();
        assert_eq!((url.tls, url.roots()), (SslMode::VerifyCa, Some(Path::new("ca.pem"))));
    }

    #[test]
    fn what_cannot_be_meant_says_what_would_be_right() {
        insta::assert_snapshot!(fault("localhost"), @"it is no address (relative URL without a base); write postgres://user@host:5432/database, in a password @ as %40, / as %2F and # as %23");
        insta::assert_snapshot!(fault("http://u@h/d"), @"`http://` is no PostgreSQL; write postgres://user@host:5432/database");
        insta::assert_snapshot!(fault("postgres://h/d"), @"it has no user; write postgres://user@host:5432/database");
        insta::assert_snapshot!(fault("postgres://u@h"), @"it has no database; write postgres://user@host:5432/database");
        insta::assert_snapshot!(fault("postgres:///d"), @"it has no host; write postgres://user@host:5432/database");
        insta::assert_snapshot!(fault("postgres://u@%2Frun/d"), @"its host (a folder of sockets, or several) cannot be used here; write postgres://user@host:5432/database");
        insta::assert_snapshot!(fault("postgres://u@h/d?sslmod=require"), @"unknown parameter `sslmod`; did you mean `sslmode`?");
        insta::assert_snapshot!(fault("postgres://u@h/d?sslmode=verify"), @"`verify` is no sslmode; did you mean `verify-ca`?");
        insta::assert_snapshot!(fault("postgres://u@h/d?sslrootcert=x"), @"sslrootcert says whom to believe, and sslmode=prefer asks nobody; write verify-full");
        for text in
            ["postgres://u:geheim@h:x/d", "postgres://u:geheim@/d", "postgres://u:geheim/x@h/d"]
        {
            assert!(!fault(text).contains("geheim"), "{text}");
        }
    }

    proptest! {
        /// What was put in by percent signs comes out, and never in an error or a debug text.
        #[test]
        fn any_password_is_read_and_never_told(password in "[^\0]{8,30}") {
            let word = percent_encoding::utf8_percent_encode(&password, percent_encoding::NON_ALPHANUMERIC);
            let url: PostgresUrl = format!("postgres://u:{word}@h/d").parse().unwrap();
            prop_assert_eq!(&url.password.as_ref().unwrap().text, &password);
            let shown = format!("{url:?}");
            prop_assert!(!shown.contains(&password), "{}", shown);
        }

        #[test]
        fn no_text_breaks_it(text in "(postgres://)?.{0,60}") {
            let _ = text.parse::<PostgresUrl>();
        }
    }
}
