//! Flags over environment over defaults.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use super::{
    DatabaseUrl, Environment, RequestLog, Secret, ServerTiming, Settings, SettingsError, aws,
    email, extraction, limits, load_test, payments, progress, speech, storage,
};

/// What was typed. `None` and `false` mean: not said.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    pub(crate) bind: Option<SocketAddr>,
    pub(crate) database: Option<String>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) dev: bool,
    pub(crate) workers: Option<usize>,
}

impl Flags {
    /// Whether a flag was typed.
    pub(super) fn said(&self, flag: &str) -> bool {
        match flag {
            "--bind" => self.bind.is_some(),
            "--database" => self.database.is_some(),
            "--data" => self.data.is_some(),
            "--dev" => self.dev,
            "--workers" => self.workers.is_some(),
            _ => false,
        }
    }
}

/// The settings of a service started with these flags in this environment.
///
/// # Errors
/// The first setting that cannot be used, or the first two that contradict each other.
pub(crate) fn resolve(flags: &Flags, env: &Environment) -> Result<Settings, SettingsError> {
    env.check_names()?;
    let data_dir = flags
        .data
        .clone()
        .or_else(|| env.text("TTS_READER_DATA").map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("tts-reader-data"));
    let mut settings = Settings::in_directory(data_dir);
    settings.bind = bind(flags, env, settings.bind)?;
    if let Some(database) = database(flags, env)? {
        settings.database = database;
    }
    let load_test = env.truth("LOAD_TEST_MODE")?.unwrap_or(false);
    settings.dev = dev(flags, load_test, env)?;
    settings.payments = payments::resolve(env, settings.dev)?;
    settings.jwt_secret = secret(env, "JWT_SECRET_KEY")?;
    settings.audit_key = secret(env, "AUDIT_KEY")?;
    sizes(&mut settings, flags, env)?;
    settings.limits = limits::resolve(env)?;
    settings.progress = progress::resolve(env)?;
    settings.extraction = extraction::resolve(env)?;
    settings.speech = speech::resolve(env, load_test)?;
    settings.log_requests = RequestLog::of(env)?;
    texts(&mut settings, env)?;
    settings.aws = aws::resolve(env)?;
    settings.storage = storage::resolve(env, settings.aws.as_ref())?;
    settings.leak_bytes_per_request = leak(env)?;
    settings.database_delay = delay(env)?;
    (settings.email, settings.email_from) = email::resolve(env, &settings.email_from)?;
    if load_test {
        load_test::turn_on(&mut settings, env)?;
    }
    Ok(settings)
}

fn secret(env: &Environment, name: &'static str) -> Result<Option<Secret>, SettingsError> {
    env.text(name).map(|text| Secret::new(&env.given_as(name), text)).transpose()
}

fn bind(
    flags: &Flags,
    env: &Environment,
    default: SocketAddr,
) -> Result<SocketAddr, SettingsError> {
    if let Some(bind) = flags.bind {
        return Ok(bind);
    }
    let host: Option<IpAddr> = match env.text("HOST") {
        Some("localhost") => Some(default.ip()),
        _ => env.parsed("HOST", "an IP address such as 127.0.0.1 or 0.0.0.0")?,
    };
    let port: Option<u16> = env.parsed("PORT", "a port number")?;
    Ok(SocketAddr::new(host.unwrap_or(default.ip()), port.unwrap_or(default.port())))
}

fn database(flags: &Flags, env: &Environment) -> Result<Option<DatabaseUrl>, SettingsError> {
    if let Some(url) = &flags.database {
        return DatabaseUrl::parse("--database", url).map(Some);
    }
    let (new, old) = (env.text("DATABASE_URL"), env.text("DATABASE_CONNECTION_STRING"));
    if let (Some(new), Some(old)) = (new, old)
        && new != old
    {
        return Err(SettingsError::contradiction(
            "DATABASE_URL",
            "DATABASE_CONNECTION_STRING",
            "they name different databases; keep one of them",
        ));
    }
    match (new, old) {
        (Some(url), _) => DatabaseUrl::parse(&env.given_as("DATABASE_URL"), url).map(Some),
        (None, Some(url)) => {
            DatabaseUrl::parse(&env.given_as("DATABASE_CONNECTION_STRING"), url).map(Some)
        }
        (None, None) => Ok(None),
    }
}

fn dev(flags: &Flags, load_test: bool, env: &Environment) -> Result<bool, SettingsError> {
    let dev = flags.dev || load_test;
    if dev && production(env) {
        return Err(SettingsError::contradiction(
            if flags.dev { "--dev" } else { "LOAD_TEST_MODE=true" },
            "ENVIRONMENT=production",
            "test routes give credits to anybody who asks; leave one of the two out",
        ));
    }
    Ok(dev)
}

/// What the embedded service takes from the environment: the size of its pool, who speaks, and faults
/// on purpose. Everything else of it is the load test's own choice.
///
/// # Errors
/// A value that is none.
pub(crate) fn embedded(settings: &mut Settings, env: &Environment) -> Result<(), SettingsError> {
    if let Some(size) = env.number("DATABASE_POOL_SIZE", 1, 1_000)? {
        settings.database_pool_size = size as u32;
    }
    settings.speech = speech::embedded(env)?;
    settings.leak_bytes_per_request = leak(env)?;
    settings.database_delay = delay(env)?;
    Ok(())
}

/// A leak on purpose.
fn leak(env: &Environment) -> Result<usize, SettingsError> {
    Ok(fault(env, "FAULT_LEAK_BYTES_PER_REQUEST", 1 << 30)? as usize)
}

/// A slow database on purpose.
fn delay(env: &Environment) -> Result<Duration, SettingsError> {
    Ok(Duration::from_millis(fault(env, "FAULT_DATABASE_DELAY_MS", 10_000)?))
}

/// A fault on purpose, refused where it would do harm.
fn fault(env: &Environment, name: &'static str, most: u64) -> Result<u64, SettingsError> {
    let amount = env.number(name, 0, most)?.unwrap_or(0);
    if amount > 0 && production(env) {
        return Err(SettingsError::contradiction(
            format!("{name}={amount}"),
            "ENVIRONMENT=production",
            "a fault on purpose is for tests; leave it out",
        ));
    }
    Ok(amount)
}

fn production(env: &Environment) -> bool {
    env.text("ENVIRONMENT").is_some_and(|name| name.eq_ignore_ascii_case("production"))
}

fn sizes(settings: &mut Settings, flags: &Flags, env: &Environment) -> Result<(), SettingsError> {
    let workers = env.number("WORKERS", 1, 256)?.map(|workers| workers as usize);
    settings.workers = flags.workers.or(workers).unwrap_or(settings.workers);
    if let Some(size) = env.number("DATABASE_POOL_SIZE", 1, 256)? {
        settings.database_pool_size = size as u32;
    }
    if let Some(minutes) = env.number("ACCESS_TOKEN_EXPIRE_MINUTES", 1, 525_600)? {
        settings.access_token_lifetime = Duration::from_secs(minutes * 60);
    }
    if let Some(limit) = env.number("RATE_LIMIT_REQUESTS_PER_HOUR", 1, u32::MAX.into())? {
        settings.rate_limit_per_hour = limit as u32;
    }
    if let Some(limit) = env.number("LOGIN_FAILURES_PER_HOUR", 1, u32::MAX.into())? {
        settings.login_failures_per_hour = limit as u32;
    }
    if let Some(limit) = env.number("EMAILS_PER_HOUR", 1, u32::MAX.into())? {
        settings.emails_per_hour = limit as u32;
    }
    if let Some(queue) = env.number("SPEECH_QUEUE", 0, 100_000)? {
        settings.speech_queue = queue as usize;
    }
    if let Some(bytes) = env.number("MAX_CONTENT_LENGTH", 1_024, 1 << 30)? {
        settings.max_body_bytes = bytes as usize;
    }
    if let Some(bytes) = env.number("AUDIT_LOG_BYTES", 4_096, 1 << 40)? {
        settings.audit_log_bytes = bytes;
    }
    if let Some(files) = env.number("AUDIT_LOG_FILES", 1, 100)? {
        settings.audit_log_files = files as u32;
    }
    if let Some(seconds) = env.number("AUDIO_LINK_EXPIRE_SECONDS", 1, 604_800)? {
        settings.audio_link_lifetime = Duration::from_secs(seconds);
    }
    Ok(())
}

fn texts(settings: &mut Settings, env: &Environment) -> Result<(), SettingsError> {
    settings.neural_voices = env.truth("NEURAL_VOICES_ENABLED")?.unwrap_or(false);
    settings.server_timing = ServerTiming::of(env)?;
    settings.audio_dir = env.text("AUDIO_DIR").map(PathBuf::from);
    if let Some(path) = env.text("AUDIT_LOG") {
        settings.audit_log = PathBuf::from(path);
    }
    if let Some(text) = env.text("PUBLIC_URL") {
        settings.public_url = Some(origin("PUBLIC_URL", text)?);
    }
    let expected = "addresses or networks such as 10.0.0.0/8, with commas between";
    settings.trusted_proxies = env.parsed("TRUSTED_PROXIES", expected)?.unwrap_or_default();
    if let Some(text) = env.text("FRONTEND_URL") {
        settings.frontend_url = origin("FRONTEND_URL", text)?;
    }
    if let Some(list) = env.text("ADMIN_EMAILS") {
        let addresses = list.split(',').map(|one| one.trim().to_ascii_lowercase());
        settings.admin_emails = addresses.filter(|one| !one.is_empty()).collect();
    }
    if let Some(list) = env.text("CORS_ORIGINS").filter(|list| list.trim() != "*") {
        settings.cors_origins =
            list.split(',').map(|one| origin("CORS_ORIGINS", one)).collect::<Result<_, _>>()?;
    }
    Ok(())
}

/// `https://host[:port][/path]`, without the slash at the end.
fn origin(name: &str, text: &str) -> Result<String, SettingsError> {
    let text = text.trim();
    let fits = url::Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
    });
    if fits {
        return Ok(text.trim_end_matches('/').to_owned());
    }
    Err(SettingsError::Value {
        name: name.to_owned(),
        value: text.to_owned(),
        expected: "an address such as https://api.example.com".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Environment, Flags, Settings, SettingsError, resolve};

    fn with(pairs: &[(&str, &str)], flags: &Flags) -> Result<Settings, SettingsError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        resolve(flags, &pairs.collect::<Environment>())
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_defaults() {
        let settings = with(&[], &Flags::default()).unwrap();
        assert_eq!(settings.bind.to_string(), "127.0.0.1:5000");
        assert_eq!((settings.rate_limit_per_hour, settings.dev), (500, false));

        let env = [("HOST", "0.0.0.0"), ("PORT", "8000"), ("ACCESS_TOKEN_EXPIRE_MINUTES", "5")];
        let settings = with(&env, &Flags::default()).unwrap();
        assert_eq!(settings.bind.to_string(), "0.0.0.0:8000");
        assert_eq!(settings.access_token_lifetime, Duration::from_mins(5));

        let bind = "127.0.0.1:9".parse().ok();
        let settings = with(&env, &Flags { bind, ..Flags::default() }).unwrap();
        assert_eq!(settings.bind.to_string(), "127.0.0.1:9");
    }

    #[test]
    fn wrong_settings_name_the_setting_and_the_next_step() {
        let aws = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "51Habc")];
        let load = ("LOAD_TEST_MODE", "true");
        let bucket = [load, aws[0], aws[1], ("STORAGE", "s3"), ("S3_BUCKET_NAME", "tts")];
        let polly = [load, aws[0], aws[1], ("SPEECH_ENGINE", "polly")];
        with(
            &[&bucket[..], &[("AWS_ENDPOINT_URL", "http://127.0.0.1:1")]].concat(),
            &Flags::default(),
        )
        .unwrap();
        let cases: [(&[(&str, &str)], &str); 16] = [
            (&[("PORT", "70000")], "PORT=70000 is not a port number"),
            (&[("RATE_LIMIT_REQUESTS_PER_HOUR", "0")], "is not a whole number from 1 to"),
            (&[("LOAD_TEST_MODE", "maybe")], "LOAD_TEST_MODE=maybe is not true or false"),
            (&[("JWT_SECRET_KEY", "short")], "JWT_SECRET_KEY has 5 characters"),
            (&[("DATABASE_URL", "postgresql://db")], "the database's name is missing"),
            (
                &[("DATABASE_URL", "sqlite://a"), ("DATABASE_CONNECTION_STRING", "sqlite://b")],
                "keep one of them",
            ),
            (&[("LOAD_TEST_MODE", "true"), ("ENVIRONMENT", "production")], "leave one of the two"),
            (
                &[("LOAD_TEST_MODE", "true"), ("STRIPE_API_KEY", "sk_live_51Habc")],
                "STRIPE_API_KEY=sk_live_… and LOAD_TEST_MODE=true contradict each other: use a test",
            ),
            (
                &[("LOAD_TEST_MODE", "true"), ("DATABASE_URL", "sqlite://tts_production.db")],
                "`production` in its name says that it is real",
            ),
            (
                &bucket,
                "STORAGE=s3 and LOAD_TEST_MODE=true contradict each other: the load would be",
            ),
            (&polly, "SPEECH_ENGINE=polly and LOAD_TEST_MODE=true contradict each other: the load"),
            (&[("DATABASE_POOL_SIZES", "8")], "did you mean DATABASE_POOL_SIZE?"),
            (
                &[("FAULT_LEAK_BYTES_PER_REQUEST", "9"), ("ENVIRONMENT", "production")],
                "a fault on purpose is for tests",
            ),
            (
                &[("FAULT_DATABASE_DELAY_MS", "9"), ("ENVIRONMENT", "production")],
                "a fault on purpose is for tests",
            ),
            (&[("TRUSTED_PROXIES", "10.0.0.0/64")], "is not addresses or networks such as"),
            (&[("PUBLIC_URL", "ftp://x")], "is not an address such as https://"),
        ];
        for (env, words) in cases {
            let error = with(env, &Flags::default()).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
            assert!(!error.contains("51Habc"), "{error}");
        }
    }
}
