//! One simulated reader: its account, its token, and what it knows of its account.

use std::sync::Arc;
use std::time::Duration;

use katydid::{NewUser, RequestFailed, Response, Session, TaskError, TaskResult};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::accounts::Account;
use crate::answers::{self, Granted, Login, Owner, Preferences, Registered};
use crate::articles::{Article, ArticleSite, Reading};
use crate::created::Journal;
use crate::mp3;
use crate::options::Wishes;
use crate::plan::Prepared;
use crate::texts::speech_text;
use crate::token::Token;

/// Credits that a new account is given, where the target can give any.
const CREDITS: i64 = 100_000;
/// The share of the audio links that are opened; each user's first one always is.
const LISTENING: f64 = 0.25;
/// The longest difference between the audio's length and what the answer says of it.
const AUDIO_TOLERANCE: f64 = 0.5;

/// The state of a user.
#[derive(Debug)]
pub struct Reader {
    /// Its account of `--accounts`; `None` when there are more users than accounts.
    own: Option<Account>,
    /// The account it works with.
    account: Option<Account>,
    token: Option<Token>,
    /// Whether it comes back or is new; drawn once, whatever happens to its first login.
    returning: Option<bool>,
    /// Whether any of its tasks needs a login.
    logs_in: bool,
    articles: Option<Arc<ArticleSite>>,
    wishes: Wishes,
    /// What the names of accounts made by this run begin with.
    run: Arc<str>,
    journal: Arc<Journal>,
    leaving: Arc<Semaphore>,
    names: u32,
    /// Jobs that it has named.
    jobs: u32,
    /// Accounts that this user registered and has not deleted yet, with the token of their last login.
    registered: Vec<(Account, Option<Token>)>,
    /// The credits it must have now; `None` when an answer is missing that would say so.
    pub(crate) balance: Option<i64>,
    /// The preferences it must have now.
    pub(crate) preferences: Option<Preferences>,
    /// The account of the registration task, until the next one.
    pub(crate) throwaway: Option<Account>,
    /// The same, until the login task has tried it.
    pub(crate) untried: Option<Account>,
    listened: bool,
}

impl Reader {
    /// A reader before its login.
    pub fn new(user: &NewUser<'_>) -> Self {
        let prepared = user.shared.get::<Prepared>();
        Self {
            own: prepared.accounts.as_ref().and_then(|all| all.of_user(user.seat)).cloned(),
            account: None,
            token: None,
            returning: None,
            logs_in: prepared.accounts.is_some(),
            articles: prepared.articles.clone(),
            wishes: prepared.wishes.clone(),
            run: Arc::clone(&prepared.run),
            journal: Arc::clone(&prepared.journal),
            leaving: Arc::clone(&prepared.leaving),
            names: 0,
            jobs: 0,
            registered: Vec::new(),
            balance: None,
            preferences: None,
            throwaway: None,
            untried: None,
            listened: false,
        }
    }

    /// Start of a user that has an account.
    pub(crate) async fn log_in(&mut self, session: &mut Session) -> TaskResult {
        if !self.logs_in {
            return Ok(());
        }
        let own = self.own.clone().ok_or_else(|| {
            TaskError::exception(
                "there are more users than accounts; make more with `tts-load accounts create`",
            )
        })?;
        self.sign_in(session, own, "/api/login[returning]").await?;
        Ok(())
    }

    /// Start of a TTSReaderUser: seven of ten come back, three of ten are new, unless
    /// `--returning-share` says otherwise.
    pub(crate) async fn log_in_or_sign_up(&mut self, session: &mut Session) -> TaskResult {
        if !self.logs_in {
            return Ok(());
        }
        let share = self.wishes.returning;
        let returning = *self.returning.get_or_insert_with(|| session.chance(share));
        if !returning && self.sign_up(session).await? {
            return Ok(());
        }
        // Also after a failed login: a target without credits to give will not give any later.
        self.returning = Some(true);
        self.log_in(session).await
    }

    /// A new account with credits. `false` when the target gives none (it is not in development
    /// mode): what the user does needs credits, so it has to use an account that has some.
    async fn sign_up(&mut self, session: &mut Session) -> Result<bool, RequestFailed> {
        let account = self.register(session, "/api/register[new]").await?;
        self.sign_in(session, account, "/api/login[new]").await?;
        let reply = session
            .post("/api/dev/credits")
            .tags(["auth"])
            .json(&json!({ "credits": CREDITS, "tier": "PRO" }))
            .send()
            .await?;
        if reply.status() == 404 {
            reply.expect_status(404)?;
            return Ok(false);
        }
        let (reply, granted) = answers::read::<Granted>(reply.expect_status(200)?)?;
        reply.check("the credits are there", |_| {
            granted.credits_added == CREDITS && granted.credit_balance >= CREDITS
        })?;
        self.balance = Some(granted.credit_balance);
        Ok(true)
    }

    /// End of a user: deletes the accounts it registered.
    pub(crate) async fn log_out(&mut self, session: &mut Session) -> TaskResult {
        let leaving = Arc::clone(&self.leaving);
        while let Some((account, _)) = self.registered.first().cloned() {
            let _turn = leaving.acquire().await.expect("it is never closed");
            self.delete(session, &account).await?;
        }
        Ok(())
    }

    /// Registers an account that nobody had before.
    pub(crate) async fn register(
        &mut self,
        session: &mut Session,
        name: &'static str,
    ) -> Result<Account, RequestFailed> {
        let username = format!("{}_{}_{}", self.run, session.user_index(), self.names);
        self.names += 1;
        let password = format!("Pw-{:016x}", session.random(0..=u64::MAX));
        let email = format!("{username}@example.com");
        let body = json!({
            "username": username, "email": email, "password": password,
            "first_name": "Load", "last_name": "Test",
        });
        let account = Account { username, password };
        self.journal.registered(&account);
        let request = session.post("/api/register").name(name).tags(["auth"]).json(&body);
        let reply = request.send().await?.expect_status(200)?;
        // It exists from here on, whatever the answer says.
        self.registered.push((account.clone(), None));
        let (reply, user) = answers::read::<Registered>(reply)?;
        reply.check("the account is the one asked for", |_| {
            user.username == account.username && user.email == email && !user.user_id.is_empty()
        })?;
        Ok(account)
    }

    /// Deletes an account that this user registered, with the token that it has.
    pub(crate) async fn delete(
        &mut self,
        session: &mut Session,
        account: &Account,
    ) -> Result<(), RequestFailed> {
        // Tried once: an account that cannot be deleted must not be tried for ever.
        let at = self.registered.iter().position(|(registered, _)| registered == account);
        let known = at.and_then(|at| self.registered.remove(at).1);
        let token = match known.filter(|token| !token.is_due()) {
            Some(token) => token,
            None => self.token_of(session, account, "/api/login[clean-up]").await?,
        };
        let request = session.delete("/api/user").name("/api/user[clean-up]").tags(["auth"]);
        // Without it a service that allows no test accounts deletes nothing.
        let body = json!({ "password": account.password });
        let reply = request.bearer(token.bearer()).json(&body).send().await?;
        reply.check("the account is deleted", |reply| matches!(reply.status(), 200 | 204))?;
        self.journal.deleted(&account.username);
        Ok(())
    }

    /// Logs in and works with that account from now on.
    pub(crate) async fn sign_in(
        &mut self,
        session: &mut Session,
        account: Account,
        name: &'static str,
    ) -> Result<(), RequestFailed> {
        let token = self.token_of(session, &account, name).await?;
        session.set_bearer(Some(token.bearer()));
        self.token = Some(token);
        if self.account.as_ref() != Some(&account) {
            (self.balance, self.preferences) = (None, None);
            self.account = Some(account);
        }
        Ok(())
    }

    /// Logs in; what the user works with stays.
    pub(crate) async fn token_of(
        &mut self,
        session: &mut Session,
        account: &Account,
        name: &'static str,
    ) -> Result<Token, RequestFailed> {
        let Account { username, password } = account;
        let body = json!({ "username": username, "password": password });
        let reply = session.post("/api/login").name(name).tags(["auth"]).json(&body).send().await?;
        let (reply, login) = answers::read::<Login>(reply.expect_status(200)?)?;
        let token = Token::new(login.access_token, username, reply.header("date"));
        let reply = reply.check("token_type is bearer, with a refresh token", |_| {
            login.token_type == "bearer" && !login.refresh_token.is_empty()
        })?;
        let what = token.as_ref().err().copied().unwrap_or_default();
        reply.check(what, |_| token.is_ok())?;
        let token = token.expect("checked in the line above");
        let mut registered = self.registered.iter_mut();
        if let Some((_, known)) = registered.find(|(registered, _)| registered == account) {
            *known = Some(token.clone());
        }
        Ok(token)
    }

    /// Renews the token when its end is near, so that a 401 is always the target's fault.
    pub(crate) async fn stay_logged_in(
        &mut self,
        session: &mut Session,
    ) -> Result<(), RequestFailed> {
        let due = self.token.as_ref().is_none_or(Token::is_due);
        match self.account.clone() {
            Some(account) if due => self.sign_in(session, account, "/api/login[renewal]").await,
            _ => Ok(()),
        }
    }

    /// The token of its login.
    pub(crate) fn bearer(&self) -> &str {
        self.token.as_ref().expect("tasks begin after a login").bearer()
    }

    /// A name for a job that no job had before.
    pub(crate) fn next_job(&mut self, session: &Session) -> String {
        self.jobs += 1;
        format!("{}_{}_{}", self.run, session.user_index(), self.jobs)
    }

    /// The account it works with.
    pub(crate) fn account(&self) -> &Account {
        self.account.as_ref().expect("tasks begin after a login")
    }

    /// Checks an answer that shows the account and its ledger.
    pub(crate) fn check_owner(
        &mut self,
        reply: Response,
        owner: &Owner,
    ) -> Result<(), RequestFailed> {
        let known = self.balance.take();
        let left: i64 = owner.active_transactions.iter().map(|part| part.credits_remaining).sum();
        reply
            .check("it is the user's own account", |_| {
                owner.username == self.account().username && owner.is_active
            })?
            .check("the balance is the sum of its transactions", |_| {
                owner.credit_balance == left
                    && owner.total_transactions >= owner.active_transactions.len()
            })?
            .check("the balance is what this user has left", |_| {
                known.is_none_or(|known| owner.credit_balance == known)
            })?
            .check("the tier is named", |_| {
                ["FREE", "LIGHT", "PREMIUM", "PRO"].contains(&owner.tier.as_str())
            })?;
        self.balance = Some(owner.credit_balance);
        Ok(())
    }

    /// A text to have spoken.
    pub(crate) fn text(&self, session: &mut Session) -> String {
        speech_text(session.random(0..=u64::MAX), self.wishes.length)
    }

    /// A page to have read: an article that nobody has read before, or one of `--article-hosts`.
    pub(crate) fn page(&self, session: &mut Session) -> Result<Reading, TaskError> {
        if !self.wishes.pages.is_empty() {
            let url = session.choose(&self.wishes.pages).clone();
            return Ok(Reading { url, article: None });
        }
        let Some(site) = &self.articles else {
            return Err(TaskError::exception(
                "the target is on another machine and cannot read this machine's article pages; \
                 name pages that it can read with --article-hosts, or leave those tasks out with \
                 --exclude-tags extraction,combined",
            ));
        };
        let article = Article::drawn(session.random(0..=u64::MAX));
        Ok(Reading { url: site.url(&article), article: Some(article) })
    }

    /// Whether it opens the next link to audio: now and then, the first time always.
    pub(crate) fn wants_to_listen(&self, session: &mut Session) -> bool {
        !self.listened || session.chance(LISTENING)
    }

    /// Opens a link to audio, and looks whether it is audio of that length.
    pub(crate) async fn listen(
        &mut self,
        session: &mut Session,
        link: &str,
        seconds: f64,
    ) -> Result<(), RequestFailed> {
        self.listened = true;
        let request = session.get(link).name("/audio/[link]").tags(["tts"]);
        let reply = request.timeout(Duration::from_secs(30)).send().await?.expect_status(200)?;
        let is_mpeg = |reply: &Response| {
            reply.header("content-type").is_some_and(|kind| kind.starts_with("audio/mpeg"))
        };
        let heard = mp3::seconds(reply.bytes());
        reply
            .check("Content-Type is audio/mpeg", is_mpeg)?
            .check("the file is MP3 audio", |_| heard.is_some())?
            .check("the audio is as long as duration says", |_| {
                heard.is_some_and(|heard| (heard - seconds).abs() <= AUDIO_TOLERANCE)
            })?;
        Ok(())
    }
}
