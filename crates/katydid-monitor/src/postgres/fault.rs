//! Why a database could not be looked at, with the next step.

use std::io;

use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::ErrorResponseBody;

use super::url::PostgresUrl;
use crate::probe::Limit;
use crate::socket::Unreached;

/// Characters of a server's own words that are told.
const MOST_CHARS: usize = 200;

/// Why a look failed.
#[derive(Debug)]
pub(super) enum Fault {
    /// Nobody accepts there, or not in time.
    Unreached(Unreached),
    /// It was silent too long.
    Late(String),
    /// The connection ended.
    Closed,
    /// It broke.
    Broken(io::Error),
    /// What came is not of the protocol.
    NoPostgres,
    /// An answer without end.
    TooMuch,
    /// TLS is wanted here and not had there.
    NoTls,
    /// What rustls says.
    Tls(String),
    /// The file of those who are believed cannot be used.
    Roots(String),
    /// There is no password for it.
    WantsPassword,
    /// It would be read by everybody on the way.
    WantsClearPassword,
    /// A way of logging in that is not spoken here.
    WantsOtherLogin(&'static str),
    /// It could not prove that it knows the password.
    FalseServer(String),
    /// It answered with an error.
    Refused(Refusal),
    /// It lacks what is asked for.
    TooOld(String),
}

/// An error in a server's own words.
#[derive(Debug)]
pub(super) struct Refusal {
    /// As PostgreSQL's documentation lists them: `28P01`.
    pub(super) code: String,
    /// Free of control characters, shortened.
    pub(super) message: String,
    /// The connection is over.
    pub(super) fatal: bool,
}

impl Refusal {
    pub(super) fn read(body: &ErrorResponseBody) -> Self {
        let mut refusal = Self { code: String::new(), message: String::new(), fatal: false };
        let mut severity = None;
        let mut fields = body.fields();
        // Of a text that breaks off, what came is told.
        while let Ok(Some(field)) = fields.next() {
            let text = shown(&String::from_utf8_lossy(field.value_bytes()));
            match field.type_() {
                b'C' => refusal.code = text,
                b'M' => refusal.message = text,
                // The one of `V` is never translated, that of `S` may be.
                b'V' => severity = Some(text),
                b'S' if severity.is_none() => severity = Some(text),
                _ => {}
            }
        }
        refusal.fatal = severity.is_none_or(|severity| severity != "ERROR");
        refusal
    }
}

fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MOST_CHARS).collect()
}

impl Fault {
    /// What an error of the socket means.
    pub(super) fn of(fault: io::Error, limit: &Limit) -> Self {
        match fault.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::Late(limit.text()),
            // Which of them depends on who was faster.
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe => Self::Closed,
            io::ErrorKind::InvalidData => Self::Tls(fault.to_string()),
            _ => Self::Broken(fault),
        }
    }

    /// Whether the connection had ended before it was asked: another one may do.
    pub(super) fn is_lost(&self) -> bool {
        match self {
            Self::Closed | Self::Broken(_) => true,
            Self::Refused(refusal) => refusal.fatal,
            _ => false,
        }
    }

    /// Whether the connection can be asked again.
    pub(super) fn leaves_it_open(&self) -> bool {
        matches!(self, Self::Refused(refusal) if !refusal.fatal)
    }

    /// A sentence without a full stop, with the next step where there is one.
    pub(super) fn text(&self, of: &PostgresUrl, limit: &Limit) -> String {
        let PostgresUrl { host, port, user, .. } = of;
        match self {
            Self::Unreached(Unreached::Refused(fault)) => {
                format!("nobody accepts connections at {host}:{port} ({fault}); does it run there?")
            }
            Self::Unreached(fault) => fault.to_string(),
            Self::Late(limit) => format!("it did not answer within {limit}"),
            Self::Closed => "it closed the connection".to_owned(),
            Self::Broken(fault) => format!("the connection broke: {fault}"),
            Self::NoPostgres => format!("what answers at {host}:{port} is no PostgreSQL"),
            Self::TooMuch => "its answer is too long".to_owned(),
            Self::NoTls => "it has no TLS, and sslmode asks for it; switch it on there, or write \
                            sslmode=disable where the network is yours"
                .to_owned(),
            Self::Tls(why) => format!(
                "its certificate or TLS is wrong: {why}; sslrootcert=FILE of the URL names whom to \
                 believe, sslmode=require believes everybody"
            ),
            Self::Roots(why) => format!("sslrootcert of the URL cannot be used: {why}"),
            Self::WantsPassword => format!(
                "it wants a password for user `{user}`; the key password-env of the plan names an \
                 environment variable that has it"
            ),
            Self::WantsClearPassword => format!(
                "it wants the password of `{user}` in clear over a connection without TLS, and \
                 does not get it; write sslmode=require, or let the role log in by scram-sha-256"
            ),
            Self::WantsOtherLogin(way) => format!(
                "it wants user `{user}` to log in by {way}, which is not spoken here; let a role \
                 for monitoring log in by password (scram-sha-256)"
            ),
            Self::FalseServer(why) => {
                format!("it could not prove that it knows the password of `{user}`: {why}")
            }
            Self::TooOld(version) => format!("its version {version} is too old; 10 is needed"),
            Self::Refused(refusal) => refusal.text(of, limit),
        }
    }
}

impl Refusal {
    fn text(&self, of: &PostgresUrl, limit: &Limit) -> String {
        let PostgresUrl { user, database, password, .. } = of;
        let Self { code, message, .. } = self;
        match code.as_str() {
            "28P01" => {
                let variable = password.as_ref().and_then(|it| it.variable.as_ref());
                let place = variable.map_or_else(
                    || "the password in the URL".to_owned(),
                    |variable| format!("the environment variable {variable}"),
                );
                format!("it refuses the password of user `{user}`; look at {place}")
            }
            "28000" => format!(
                "it does not let user `{user}` in from here ({message}); its pg_hba.conf decides, \
                 which may also ask for TLS (sslmode=require)"
            ),
            "3D000" => format!("it has no database `{database}`; the path of the URL names it"),
            "42501" => format!(
                "user `{user}` may not look ({message}); an administrator can GRANT that right, or \
                 the role pg_monitor"
            ),
            "53300" => format!("it has no connection left for this monitor ({message})"),
            "57014" => format!("it did not answer within {}", limit.text()),
            "57P01" | "57P02" => format!("it ended the connection ({message})"),
            "57P03" => format!("it takes no connections now ({message})"),
            _ => format!("it refuses to be looked at: {message} ({code})"),
        }
    }
}
