//! The gate that every request passes.

use std::io;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use tokio::sync::Semaphore;

use super::access::{AccessError, Account, Role, Token};
use super::brake::Brake;
use super::host::Hosts;
use super::origin::may_change;
use super::secret::{Print, random};
use super::sessions::Sessions;
use crate::api::ApiError;
use crate::app::App;
use crate::server::{Login, ServeError, ServerSettings};

/// The name of whoever has the made-up password.
const MADE_UP_NAME: &str = "operator";
/// Passwords that wait to be checked; each takes 19 MiB and tens of milliseconds, one at a time.
const MOST_CHECKS: usize = 8;

/// Who sends a request.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// Their name; `None` where nobody must log in.
    pub(crate) name: Option<String>,
    /// What they may do.
    pub(crate) role: Role,
}

/// Everything that decides who may do what.
#[derive(Debug)]
pub(crate) struct Gate {
    hosts: Hosts,
    base: String,
    closed: bool,
    accounts: Vec<Account>,
    tokens: Vec<Token>,
    made_up: Option<(String, Print)>,
    /// The cookie's name; ports share cookies, so the port is in it.
    cookie: String,
    /// What follows the cookie's value.
    cookie_rules: String,
    /// Held for moments, never over an await.
    guests: Mutex<Guests>,
    checks: Semaphore,
    waiting: Semaphore,
}

#[derive(Debug, Default)]
struct Guests {
    brake: Brake,
    sessions: Sessions,
}

/// What came of a login.
pub(crate) enum Entered {
    /// A cookie to set.
    Welcome(String),
    /// Name or password are wrong.
    Wrong,
    /// Too many guesses; so long to wait.
    Slower(Duration),
    /// The machine has no random numbers.
    Broken(io::Error),
}

impl Gate {
    pub(crate) fn new(
        settings: &ServerSettings,
        address: IpAddr,
        base: &str,
        tls: bool,
        port: u16,
    ) -> Result<Self, ServeError> {
        let ServerSettings { accounts, tokens, .. } = settings;
        for (at, account) in accounts.iter().enumerate() {
            if accounts[..at].iter().any(|other| other.name() == account.name()) {
                return Err(AccessError::Twice(account.name().to_owned()).into());
            }
        }
        let closed =
            settings.login == Login::Always || !address.is_loopback() || !accounts.is_empty();
        let made_up = if closed && accounts.is_empty() {
            let password = random()?;
            let print = Print::of(&password);
            Some((password, print))
        } else {
            None
        };
        let secure = if tls { "; Secure" } else { "" };
        Ok(Self {
            hosts: Hosts::new(&settings.host, &settings.names, address),
            base: base.to_owned(),
            closed,
            accounts: accounts.clone(),
            tokens: tokens.clone(),
            made_up,
            cookie: format!("katydid-{port}"),
            cookie_rules: format!("; Path={base}/; HttpOnly; SameSite=Strict{secure}"),
            guests: Mutex::default(),
            checks: Semaphore::new(1),
            waiting: Semaphore::new(MOST_CHECKS),
        })
    }

    pub(crate) fn made_up_password(&self) -> Option<&str> {
        self.made_up.as_ref().map(|(password, _)| password.as_str())
    }

    /// The path of a place here as browsers must write it.
    pub(crate) fn address_of(&self, place: &str) -> String {
        format!("{}/{place}", self.base)
    }

    /// Who sends a request; `None` is nobody who is known.
    pub(crate) fn visitor(&self, headers: &HeaderMap) -> Option<Visitor> {
        if !self.closed {
            return Some(Visitor { name: None, role: Role::Operator });
        }
        if let Some(token) = bearer(headers) {
            let roles = self.tokens.iter().filter(|known| known.fits(token)).map(Token::role);
            let made_up = self.made_up.iter().filter(|(_, print)| print.fits(token));
            let role = roles.chain(made_up.map(|_| Role::Operator)).max()?;
            return Some(Visitor { name: None, role });
        }
        let secret = self.cookie_of(headers)?;
        let (name, role) = self.guests().sessions.find(secret)?;
        Some(Visitor { name: Some(name), role })
    }

    /// Holds a name and a password against the accounts.
    pub(crate) async fn log_in(&self, who: IpAddr, name: &str, password: &str) -> Entered {
        let slower = |wait: Duration| Entered::Slower(wait);
        let Ok(_waiting) = self.waiting.try_acquire() else {
            return slower(Duration::from_secs(1));
        };
        {
            let mut guests = self.guests();
            if let Some(wait) = guests.brake.must_wait(who) {
                return slower(wait);
            }
            guests.brake.note(who);
        }
        let Ok(_one) = self.checks.acquire().await else { return Entered::Wrong };
        let Some(role) = self.check(name, password).await else { return Entered::Wrong };
        let mut guests = self.guests();
        guests.brake.forget(who);
        match guests.sessions.begin(name, role) {
            Ok(secret) => {
                Entered::Welcome(format!("{}={secret}{}", self.cookie, self.cookie_rules))
            }
            Err(fault) => Entered::Broken(fault),
        }
    }

    /// The role of whoever has this name and password.
    async fn check(&self, name: &str, password: &str) -> Option<Role> {
        if let Some((_, print)) = &self.made_up {
            let known = name == MADE_UP_NAME || name.is_empty();
            return (known && print.fits(password)).then_some(Role::Operator);
        }
        let found = self.accounts.iter().find(|account| account.name() == name);
        // An unknown name takes as long as a known one.
        let account = found.or(self.accounts.first())?.clone();
        let password = password.to_owned();
        let role = account.role();
        let fits = tokio::task::spawn_blocking(move || account.fits(&password)).await;
        (fits.unwrap_or(false) && found.is_some()).then_some(role)
    }

    /// Ends the session of a request; the answer is a cookie that takes the old one away.
    pub(crate) fn log_out(&self, headers: &HeaderMap) -> String {
        if let Some(secret) = self.cookie_of(headers) {
            self.guests().sessions.end(secret);
        }
        format!("{}={}; Max-Age=0", self.cookie, self.cookie_rules)
    }

    fn cookie_of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|it| it.split_once('='));
        pairs.find(|(name, _)| name.trim() == self.cookie).map(|(_, value)| value.trim())
    }

    fn guests(&self) -> MutexGuard<'_, Guests> {
        self.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Lets a request through, or says why not.
pub(crate) async fn pass(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let gate = &app.gate;
    let (method, headers) = (request.method(), request.headers());
    if !gate.hosts.accept(headers, request.uri()) {
        return misdirected();
    }
    if !may_change(method, headers) {
        let text = "a page of another origin may change nothing here";
        return ApiError::new(StatusCode::FORBIDDEN, "foreign-origin", text).into_response();
    }
    let path = request.uri().path();
    let open = is_open(path);
    match gate.visitor(headers) {
        Some(visitor) => {
            let looks = matches!(*method, Method::GET | Method::HEAD) || open;
            if !looks && visitor.role < Role::Operator {
                let text = "a viewer may look and change nothing; log in as an operator";
                return ApiError::new(StatusCode::FORBIDDEN, "viewer", text).into_response();
            }
            request.extensions_mut().insert(visitor);
        }
        None if open => {}
        None => return stranger(gate, headers, method),
    }
    next.run(request).await
}

/// What everybody may have: the login, and the files that it is made of.
fn is_open(path: &str) -> bool {
    matches!(path, "/login" | "/logout") || path.starts_with("/assets/")
}

/// People are shown the way to the login, programs are told.
fn stranger(gate: &Gate, headers: &HeaderMap, method: &Method) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let is_person = *method == Method::GET && accepts.is_some_and(|it| it.contains("text/html"));
    if is_person {
        return Redirect::to(&gate.address_of("login")).into_response();
    }
    let text = "log in, or send `Authorization: Bearer TOKEN`";
    let mut response = ApiError::new(StatusCode::UNAUTHORIZED, "login", text).into_response();
    let scheme = HeaderValue::from_static("Bearer realm=\"katydid\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    response
}

fn misdirected() -> Response {
    let text = "this name is none of the server's: call it localhost or by its address, or start it \
                with --web-host-display-name NAME";
    ApiError::new(StatusCode::MISDIRECTED_REQUEST, "host", text).into_response()
}
