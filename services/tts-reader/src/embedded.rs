//! The service as somebody's child process.
//!
//! `tts-load --embedded` starts its own binary again, and that process calls [`serve_blocking`]:
//! a fresh database, a free loopback port, test accounts, and an end when the parent ends.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use tokio::io::AsyncReadExt;

use crate::{
    app::App,
    auth::hash_password,
    cli::stop_signal,
    domain::{Tier, Timestamp},
    server::{self, ServeError},
    settings::{Email, Environment, Payments, Prices, Settings, embedded_from},
    store::{Grant, NewAccount},
};

/// Threads of the event loop.
const THREADS: usize = 2;

/// What the embedded service should be like. Start from [`EmbeddedOptions::in_directory`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EmbeddedOptions {
    /// Where database and audio go; best a temporary directory that the parent removes.
    pub data_dir: PathBuf,
    /// How many accounts to make, all PRO and verified.
    pub accounts: u32,
    /// Credits of each account.
    pub credits_each: i64,
    /// Requests each account may make in an hour; choose what the run cannot reach.
    pub rate_limit_per_hour: u32,
    /// Syntheses that may wait before 503 is answered.
    pub speech_queue: usize,
    /// The audit log, when it should outlive `data_dir`.
    pub audit_log: Option<PathBuf>,
}

impl EmbeddedOptions {
    /// Ten accounts with a million credits each, and a limit out of reach.
    pub fn in_directory(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            accounts: 10,
            credits_each: 1_000_000,
            rate_limit_per_hour: 1_000_000,
            speech_queue: 128,
            audit_log: None,
        }
    }
}

/// The service is up.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Ready {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The accounts made for this run.
    pub accounts: Vec<Account>,
    /// The limit in force.
    pub rate_limit_per_hour: u32,
}

/// A test account.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// For the `username` field of a login.
    pub username: String,
    /// For the `password` field of a login.
    pub password: String,
}

/// Serves until standard input ends, or SIGTERM or Ctrl-C comes. `ready` is called once, when the
/// first request can be sent; it may print.
///
/// Builds its own runtime: do not call it from inside one.
///
/// # Errors
/// When the service cannot start, or the system fails it.
pub fn serve_blocking(
    options: EmbeddedOptions,
    ready: impl FnOnce(Ready),
) -> Result<(), ServeError> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()?;
    let result = runtime.block_on(serve(options, ready));
    // The read of standard input cannot be interrupted; do not wait for it.
    runtime.shutdown_background();
    result
}

async fn serve(options: EmbeddedOptions, ready: impl FnOnce(Ready)) -> Result<(), ServeError> {
    let signal = stop_signal()?;
    server::raise_file_limit();
    let listener = server::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    let address = listener.local_addr()?;
    let app = Arc::new(App::open(settings(&options, address)?).await?);
    let accounts = create_accounts(&app, &options).await?;
    ready(Ready {
        url: format!("http://{address}"),
        accounts,
        rate_limit_per_hour: app.settings.rate_limit_per_hour,
    });
    let parent_gone_or_signal = async {
        tokio::select! {
            () = end_of_input() => {}
            () = signal => {}
        }
    };
    server::serve(listener, app, parent_gone_or_signal).await
}

fn settings(options: &EmbeddedOptions, address: SocketAddr) -> Result<Settings, ServeError> {
    let mut settings = Settings::in_directory(&options.data_dir);
    settings.bind = address;
    settings.dev = true;
    settings.load_test = true;
    settings.email = Email::Off;
    settings.payments = Payments::Mock(Prices::made_up());
    settings.rate_limit_per_hour = options.rate_limit_per_hour;
    settings.speech_queue = options.speech_queue;
    // Whoever starts the load knows how much it is.
    settings.limits.connections = usize::MAX;
    if let Some(path) = &options.audit_log {
        settings.audit_log.clone_from(path);
    }
    embedded_from(&mut settings, &Environment::of_process())
        .map_err(|fault| ServeError::Start(fault.to_string()))?;
    Ok(settings)
}

async fn create_accounts(app: &App, options: &EmbeddedOptions) -> Result<Vec<Account>, ServeError> {
    let now = Timestamp::now();
    let run = uuid::Uuid::new_v4().simple().to_string();
    let password = uuid::Uuid::new_v4().simple().to_string();
    let password_hash =
        hash_password(&password).map_err(|error| ServeError::Start(error.to_string()))?;
    let people: Vec<NewAccount> = (0..options.accounts)
        .map(|number| {
            // With a part of its own: a data directory may be used again.
            let username = format!("embedded_{}_{number:04}", &run[..8]);
            NewAccount {
                email: format!("{username}@example.com"),
                username,
                password_hash: password_hash.clone(),
                first_name: Some("Load".to_owned()),
                last_name: Some("Test".to_owned()),
                origin: Default::default(),
                tier: Tier::Pro,
                email_verified: true,
            }
        })
        .collect();
    let credits = options.credits_each;
    let grant = (credits > 0).then(|| Grant::now(credits, Tier::Pro, now));
    app.store.create_accounts(&people, grant.as_ref(), now).await?;
    Ok(people
        .into_iter()
        .map(|person| Account { username: person.username, password: password.clone() })
        .collect())
}

/// Resolves when the parent closed its end of standard input, or ended.
async fn end_of_input() {
    let mut input = tokio::io::stdin();
    let mut buffer = [0_u8; 256];
    loop {
        match input.read(&mut buffer).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                tracing::warn!(%error, "cannot read standard input; stopping");
                return;
            }
        }
    }
}
