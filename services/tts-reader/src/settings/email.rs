//! Where e-mail goes: nowhere, into files, or to a server.

use std::{fmt, net::IpAddr};

use lettre::message::Mailbox;

use super::{Environment, SettingsError};

/// Ports on which a connection is encrypted from its first byte.
const SMTPS: u16 = 465;
const SUBMISSION: u16 = 587;

/// Where e-mail goes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Email {
    /// Nowhere: what would have been sent is counted.
    Off,
    /// Into `outbox` of the data directory, a file per letter.
    Files,
    /// To a server.
    Smtp(Smtp),
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Smtp {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// User name and password.
    pub login: Option<(String, Hidden)>,
    /// How the connection is protected.
    pub encryption: Encryption,
    /// Certificates, as PEM, that may have signed the server's, beside the public authorities.
    pub authorities: Option<String>,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encryption {
    /// From the first byte (SMTPS).
    Always,
    /// By STARTTLS, without which nothing is sent.
    StartTls,
    /// Not at all.
    None,
}

/// A text of any length that never shows in logs, errors or debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Smtp {
    /// A server that takes letters without a login and in clear: for tests.
    pub fn plain(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
            login: None,
            encryption: Encryption::None,
            authorities: None,
        }
    }
}

impl Hidden {
    pub(super) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

/// The way of e-mail and its sender, as the environment has them.
///
/// # Errors
/// A value that is none, a server without a sender, or a password that would travel in clear.
pub(super) fn resolve(
    env: &Environment,
    default_sender: &str,
) -> Result<(Email, String), SettingsError> {
    let from = env.text("SMTP_FROM").map(|text| mailbox("SMTP_FROM", text)).transpose()?;
    let Some(host) = env.text("SMTP_HOST") else {
        return Ok((Email::Files, from.unwrap_or_else(|| default_sender.to_owned())));
    };
    let port = env.parsed("SMTP_PORT", "a port number")?.unwrap_or(SUBMISSION);
    let login = login(env)?;
    let encryption = encryption(env, port)?;
    if encryption == Encryption::None && login.is_some() && !is_loopback(host) {
        return Err(SettingsError::contradiction(
            "SMTP_USE_TLS=false",
            "SMTP_PASSWORD",
            "the password would cross the network in clear; leave SMTP_USE_TLS out",
        ));
    }
    let of_login = login.as_ref().and_then(|(name, _)| mailbox("SMTP_USERNAME", name).ok());
    let Some(sender) = from.or(of_login) else {
        return Err(SettingsError::contradiction(
            "SMTP_HOST",
            "no SMTP_FROM",
            "say whom letters come from, such as SMTP_FROM=no-reply@example.com",
        ));
    };
    let authorities = authorities(env)?;
    let host = host.to_owned();
    Ok((Email::Smtp(Smtp { host, port, login, encryption, authorities }), sender))
}

/// By the port, where it is not said.
fn encryption(env: &Environment, port: u16) -> Result<Encryption, SettingsError> {
    match env.text("SMTP_USE_TLS").map(str::trim) {
        Some("implicit") => return Ok(Encryption::Always),
        Some("starttls") => return Ok(Encryption::StartTls),
        _ => {}
    }
    Ok(match (env.truth("SMTP_USE_TLS")?.unwrap_or(true), port) {
        (true, SMTPS) => Encryption::Always,
        (true, _) => Encryption::StartTls,
        (false, _) => Encryption::None,
    })
}

/// Read at once, so that the service does not find out with its first letter.
fn authorities(env: &Environment) -> Result<Option<String>, SettingsError> {
    let Some(file) = env.text("SMTP_CERTIFICATES") else { return Ok(None) };
    let read = std::fs::read_to_string(file).ok();
    let parsed = read.filter(|pem| {
        pem.contains("-----BEGIN CERTIFICATE-----")
            && lettre::transport::smtp::client::Certificate::from_pem(pem.as_bytes()).is_ok()
    });
    parsed.map(Some).ok_or_else(|| SettingsError::Value {
        name: "SMTP_CERTIFICATES".to_owned(),
        value: file.to_owned(),
        expected: "a file of certificates in the PEM form".to_owned(),
    })
}

fn login(env: &Environment) -> Result<Option<(String, Hidden)>, SettingsError> {
    match (env.text("SMTP_USERNAME"), env.text("SMTP_PASSWORD")) {
        (Some(name), Some(password)) => Ok(Some((name.to_owned(), Hidden::new(password)))),
        (None, None) => Ok(None),
        _ => Err(SettingsError::contradiction(
            "SMTP_USERNAME",
            "SMTP_PASSWORD",
            "a login has both; set the other one too, or none of them",
        )),
    }
}

/// Checked here so that the service does not find out with its first letter.
fn mailbox(name: &str, text: &str) -> Result<String, SettingsError> {
    match text.parse::<Mailbox>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(SettingsError::Value {
            name: name.to_owned(),
            value: text.to_owned(),
            expected: "an address such as no-reply@example.com or \
                       `TTS Reader <no-reply@example.com>`"
                .to_owned(),
        }),
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{Email, Encryption, resolve};
    use crate::settings::{Environment, SettingsError};

    fn with(pairs: &[(&str, &str)]) -> Result<(Email, String), SettingsError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        resolve(&pairs.collect::<Environment>(), "TTS Reader <no-reply@localhost>")
    }

    #[test]
    fn the_port_says_how_a_server_is_spoken_to() {
        assert_eq!(with(&[]).unwrap().0, Email::Files);
        for (port, encryption) in [("465", Encryption::Always), ("587", Encryption::StartTls)] {
            let login = [("SMTP_USERNAME", "post@example.com"), ("SMTP_PASSWORD", "pw")];
            let server = [("SMTP_HOST", "mail.example.com"), ("SMTP_PORT", port)];
            let (email, sender) = with(&[server, login].concat()).unwrap();
            let Email::Smtp(smtp) = email else { panic!("{email:?}") };
            assert_eq!((smtp.encryption, sender.as_str()), (encryption, "post@example.com"));
            assert!(!format!("{smtp:?}").contains("pw"), "{smtp:?}");
        }
    }

    #[test]
    fn how_a_server_is_spoken_to_can_be_said() {
        let host = [("SMTP_HOST", "mail.example.com"), ("SMTP_FROM", "no-reply@example.com")];
        for (said, encryption) in [
            ("implicit", Encryption::Always),
            ("starttls", Encryption::StartTls),
            ("true", Encryption::StartTls),
            ("false", Encryption::None),
        ] {
            let said = [("SMTP_USE_TLS", said), ("SMTP_PORT", "2465")];
            let Email::Smtp(smtp) = with(&[&host[..], &said].concat()).unwrap().0 else { panic!() };
            assert_eq!(smtp.encryption, encryption, "{said:?}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused_at_start() {
        let host = ("SMTP_HOST", "mail.example.com");
        let (name, password) = (("SMTP_USERNAME", "ann"), ("SMTP_PASSWORD", "pw"));
        let from = ("SMTP_FROM", "no-reply@example.com");
        for (env, words) in [
            (vec![host], "SMTP_FROM=no-reply@example.com"),
            (vec![host, from, name], "a login has both"),
            (vec![("SMTP_FROM", "nobody")], "SMTP_FROM=nobody is not an address"),
            (vec![host, from, name, password, ("SMTP_USE_TLS", "no")], "in clear"),
            (vec![host, from, ("SMTP_CERTIFICATES", "Cargo.toml")], "a file of certificates"),
            (vec![host, from, ("SMTP_CERTIFICATES", "nowhere")], "SMTP_CERTIFICATES=nowhere"),
        ] {
            let error = with(&env).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        let here = [("SMTP_HOST", "127.0.0.1"), from, name, password, ("SMTP_USE_TLS", "no")];
        with(&here).unwrap();
    }
}
