//! Where the server listens, and who may come in.

use std::path::PathBuf;

use crate::security::{Account, Token};

/// Where the server listens, and who may come in. By default: this machine, without login.
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// An address or a name of this machine; `*` are all of them.
    pub host: String,
    /// The port; 0 is any that is free.
    pub port: u16,
    /// Everything lies below this path (`/load`); empty or `/` is none.
    pub base_path: String,
    /// Further names under which browsers reach the server: of this machine, or of a proxy before it.
    pub names: Vec<String>,
    /// Who must log in.
    pub login: Login,
    /// Who can.
    pub accounts: Vec<Account>,
    /// What programs may show instead of a login.
    pub tokens: Vec<Token>,
    /// Certificate and key, for HTTPS.
    pub tls: Option<Tls>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8089,
            base_path: String::new(),
            names: Vec::new(),
            login: Login::default(),
            accounts: Vec::new(),
            tokens: Vec::new(),
            tls: None,
        }
    }
}

/// Who must log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Everybody, as soon as other machines can reach the server or there is an account; else nobody.
    #[default]
    WhenReachable,
    /// Everybody.
    Always,
}

/// Certificate and key as PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The certificate, then those that vouch for it.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
}
