//! Whether the live page opens, when the load begins, and where the page is.

use std::time::Duration;

use katydid_web::{Login, ServerSettings, Tls};

use crate::args::{ABOUT_THE_PAGE, Args, Autoquit, WebArgs};
use crate::error::CliError;

/// What people see of a program that makes load.
#[derive(Clone, Debug)]
pub(crate) enum Front {
    /// The terminal; the load begins at once, and the program ends with it.
    Headless,
    /// The live page.
    Page(Box<WebSettings>),
}

/// The live page.
#[derive(Clone, Debug)]
pub(crate) struct WebSettings {
    /// The load begins at once.
    pub(crate) start: bool,
    /// How long after the end of a run the program leaves; otherwise it stays.
    pub(crate) quit: Option<Duration>,
    /// Where it is, and who may see it.
    pub(crate) server: ServerSettings,
    /// What the log calls its host when it is every address.
    pub(crate) display_name: Option<String>,
}

impl Front {
    /// Decides what `args` mean, and notes what has no effect.
    ///
    /// # Errors
    /// Options that contradict each other, or want others.
    pub(crate) fn of(args: &mut Args) -> Result<Self, CliError> {
        let (load, web) = (&args.load, &args.web);
        let (named, start) = (load.scenario.is_some(), web.autostart || web.web_ui);
        let headless = !load.headful && load.headless && !web.web_ui;
        // A scenario was headless before there was a page.
        if headless || args.guards.preflight || (named && !load.headful && !start) {
            return without_page(args).map(|()| Self::Headless);
        }
        let web_ui = web.web_ui && (load.headless || named) && !load.headful;
        let start = web.autostart || web_ui;
        let quit = match web.autoquit {
            Some(_) if !start => {
                let option = args.sources.name("autoquit");
                let text = format!("{option} counts from the end of the run: it needs --autostart");
                return Err(CliError::Usage(text));
            }
            Some(Autoquit(time)) => time,
            None if web_ui && !web.autostart => Some(Duration::ZERO),
            None => None,
        };
        if web.class_picker {
            let option = args.sources.name("class-picker");
            let note =
                format!("{option} is not needed: the live page always lets classes be chosen");
            args.sources.notes.push(note);
        }
        let web = &args.web;
        let (server, display_name) = (server(web)?, web.web_host_display_name.clone());
        Ok(Self::Page(Box::new(WebSettings { start, quit, server, display_name })))
    }
}

/// What is said of the page of a run without one: refused as a flag; a file may carry it along.
fn without_page(args: &mut Args) -> Result<(), CliError> {
    let sources = &mut args.sources;
    if args.web.autostart {
        let name = sources.name("autostart");
        sources.notes.push(format!("{name} is implied by a headless run"));
    }
    for long in ABOUT_THE_PAGE {
        let Some(setting) = sources.of(long).filter(|it| !it.is_off()) else { continue };
        let name = setting.origin.name(long);
        if setting.is_by_hand() {
            return Err(CliError::Usage(format!(
                "{name} is about the live page, and a headless run has none; add --web-ui to have it \
                 beside the run, or leave {name} out"
            )));
        }
        sources.notes.push(format!("{name} has no effect on a headless run"));
    }
    Ok(())
}

fn server(web: &WebArgs) -> Result<ServerSettings, CliError> {
    let base = ServerSettings::default();
    let tls = match (&web.tls_cert, &web.tls_key) {
        (Some(certificate), Some(key)) => {
            Some(Tls { certificate: certificate.clone(), key: key.clone() })
        }
        (None, None) => None,
        (Some(_), None) => return Err(CliError::usage("--tls-cert needs --tls-key, its key")),
        (None, Some(_)) => {
            return Err(CliError::usage("--tls-key needs --tls-cert, its certificate"));
        }
    };
    Ok(ServerSettings {
        host: web.web_host.clone().unwrap_or(base.host),
        port: web.web_port.unwrap_or(base.port),
        // A name that the log tells must be one that browsers may call.
        names: web.web_host_display_name.iter().cloned().collect(),
        base_path: web.web_base_path.clone().unwrap_or(base.base_path),
        login: if web.web_login { Login::Always } else { base.login },
        accounts: web.web_account.clone(),
        tokens: web.web_token.clone(),
        tls,
    })
}
