//! The ways a letter can leave: into a file, or to a mail server.

use std::{
    fmt::Debug,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use lettre::{
    Message, SmtpTransport, Transport,
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use uuid::Uuid;

use crate::settings::{Encryption, Smtp};

/// How long a mail server may take for one step.
const PATIENCE: Duration = Duration::from_secs(10);

/// A way out of the service. Used by one thread, which it may keep waiting.
pub(super) trait Outbox: Send + Debug {
    /// Hands a letter on.
    ///
    /// # Errors
    /// With what stood in the way, for the log.
    fn deliver(&mut self, message: &Message) -> Result<(), String>;
}

/// A directory with a file per letter, which only its owner can read: letters hold tokens.
#[derive(Debug)]
pub(super) struct Files {
    dir: PathBuf,
}

impl Files {
    /// # Errors
    /// When the directory cannot be made.
    pub(super) fn in_directory(dir: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&dir)?;
        Ok(Self { dir })
    }
}

impl Outbox for Files {
    fn deliver(&mut self, message: &Message) -> Result<(), String> {
        let time = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S").to_string();
        let name = format!("{time}-{}", Uuid::new_v4().simple());
        let write = || {
            let unfinished = self.dir.join(format!("{name}.new"));
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            options.open(&unfinished)?.write_all(&message.formatted())?;
            fs::rename(unfinished, self.dir.join(format!("{name}.eml")))
        };
        write().map_err(|error: io::Error| format!("{}: {error}", self.dir.display()))
    }
}

/// Removes letters older than that from a directory of them; returns how many.
pub(super) fn sweep(dir: &Path, age: Duration) -> io::Result<usize> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        let Ok(modified) = entry.metadata().and_then(|data| data.modified()) else { continue };
        if SystemTime::now().duration_since(modified).is_ok_and(|old| old > age) {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// An error with what is behind it: "network error" alone helps nobody.
fn whole(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let more = deeper.to_string();
        if !text.contains(&more) {
            text += &format!(": {more}");
        }
        cause = deeper.source();
    }
    text
}

/// A mail server.
#[derive(Debug)]
pub(super) struct Server {
    transport: SmtpTransport,
}

impl Server {
    /// Does not connect yet.
    ///
    /// # Errors
    /// When the host's name can have no certificate.
    pub(super) fn new(smtp: &Smtp) -> Result<Self, String> {
        let tls = match smtp.encryption {
            Encryption::Always => Tls::Wrapper(parameters(smtp)?),
            Encryption::StartTls => Tls::Required(parameters(smtp)?),
            Encryption::None => Tls::None,
        };
        let mut builder = SmtpTransport::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some((name, password)) = &smtp.login {
            let login = Credentials::new(name.clone(), password.expose().to_owned());
            builder = builder.credentials(login);
        }
        Ok(Self { transport: builder.build() })
    }
}

fn parameters(smtp: &Smtp) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if let Some(pem) = &smtp.authorities {
        let certificates = Certificate::from_pem(pem.as_bytes())
            .map_err(|error| format!("SMTP_CERTIFICATES: {error}"))?;
        builder = builder.add_root_certificate(certificates);
    }
    builder.build().map_err(|error| format!("SMTP_HOST: {error}"))
}

impl Outbox for Server {
    fn deliver(&mut self, message: &Message) -> Result<(), String> {
        self.transport.send(message).map(drop).map_err(|error| whole(&error))
    }
}
