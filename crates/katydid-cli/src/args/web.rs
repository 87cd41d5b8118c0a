//! The live page: when it opens, and where.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args};
use katydid_web::{Account, Token};

use super::help;
use super::values::{parse_autoquit, parse_not_empty, parse_token};

/// The live page.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = help::WEB)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Locust's")]
pub(crate) struct WebArgs {
    /// Open the live page beside a headless run or a scenario, and close it after the run
    ///
    /// With --autoquit so much later.
    #[arg(long, hide_short_help = true)]
    pub(crate) web_ui: bool,
    /// Start the load at once and keep the live page
    #[arg(long, hide_short_help = true)]
    pub(crate) autostart: bool,
    /// With --autostart: leave so long after the end of the run, in seconds
    ///
    /// -1, and without it: stay.
    #[arg(long, value_name = "SECONDS", value_parser = parse_autoquit, allow_hyphen_values = true, hide_short_help = true)]
    pub(crate) autoquit: Option<Autoquit>,
    /// Address of the live page; * is every one of this machine [default: 127.0.0.1]
    ///
    /// Where other machines reach it, people must log in.
    #[arg(long, value_name = "IP", hide_short_help = true)]
    pub(crate) web_host: Option<String>,
    /// Port of the live page; 0 is any that is free [default: 8089]
    #[arg(short = 'P', long, value_name = "PORT", hide_short_help = true)]
    pub(crate) web_port: Option<u16>,
    /// What the log calls the host of the page when it is every address
    #[arg(long, value_name = "NAME", value_parser = parse_not_empty, hide = true)]
    pub(crate) web_host_display_name: Option<String>,
    /// Put the page below this path: /load
    #[arg(long, value_name = "PATH", hide_short_help = true)]
    pub(crate) web_base_path: Option<String>,
    /// Let nobody see the page without logging in
    #[arg(long, hide_short_help = true)]
    pub(crate) web_login: bool,
    /// Who can log in on the page: NAME:ROLE:HASH; repeatable
    ///
    /// ROLE is operator, or viewer, who can only look. `web-password` makes the HASH of a password.
    /// Without an account one is made up where a login is needed, and shown on the terminal.
    #[arg(long, value_name = "ACCOUNT", action = ArgAction::Append, value_parser = str::parse::<Account>, hide_short_help = true)]
    pub(crate) web_account: Vec<Account>,
    /// What a program may show in place of a login: ROLE:TOKEN; repeatable
    ///
    /// As `Authorization: Bearer TOKEN`. In the environment it is seen by fewer people.
    #[arg(long, value_name = "TOKEN", action = ArgAction::Append, value_parser = parse_token, hide_short_help = true)]
    pub(crate) web_token: Vec<Token>,
    /// Certificate of the page, PEM; with --tls-key it is HTTPS
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its key, PEM
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) tls_key: Option<PathBuf>,
    /// Accepted for Locust's sake: the page always lets classes be chosen
    #[arg(long, hide = true)]
    pub(crate) class_picker: bool,
}

/// Of these, what nobody else may see.
pub(crate) const SECRETS_OF_THE_PAGE: [&str; 2] = ["web-account", "web-token"];

/// What `--autoquit` says: after this time; none is never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Autoquit(pub(crate) Option<Duration>);

/// What means nothing without a page.
pub(crate) const ABOUT_THE_PAGE: [&str; 11] = [
    "autoquit",
    "web-host",
    "web-port",
    "web-host-display-name",
    "web-base-path",
    "web-login",
    "web-account",
    "web-token",
    "tls-cert",
    "tls-key",
    "class-picker",
];
