//! The page's place: its port, its address, and who has the port if it is taken.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use katydid_monitor::listener;
use katydid_web::{Running, ServeError, Server};

use super::director::Conductor;
use super::info;
use crate::error::CliError;
use crate::giving_way::giving_way;
use crate::settings::WebSettings;
use crate::signals::Watch;

/// Opens the page and says where.
///
/// # Errors
/// The port is taken, or what the page needs is not there.
pub(super) fn open(
    conductor: &Arc<Conductor>,
    web: &WebSettings,
    watch: &Watch,
) -> Result<Running, CliError> {
    let console = &conductor.console;
    let server = Server::bind(web.server.clone()).map_err(|fault| refused(&fault))?;
    let (address, url) = (server.address(), server.url());
    let shown = match (&web.display_name, address.ip().is_unspecified()) {
        (Some(name), true) => url.replacen("localhost", name, 1),
        _ => url.clone(),
    };
    let (notes, password) = (server.notes(), server.made_up_password().map(str::to_owned));
    let (suite, board) =
        (info::of(&conductor.suite, &conductor.args), conductor.live.board.clone());
    let director = Arc::clone(conductor) as Arc<dyn katydid_web::Director>;
    let running = giving_way(|| server.spawn(board, director, suite)).map_err(|it| refused(&it))?;
    watch.page_is_at(&url);
    let enter = if watch.has_keys() { ", press enter to open your default browser." } else { "" };
    console.info(&format!("Starting web interface at {shown}{enter}"));
    if let Some(password) = password {
        // Never into the log, which goes into reports.
        console.block(&format!("Log in on the live page as `operator` with {password}"));
    }
    for note in &notes {
        console.caution(note);
    }
    Ok(running)
}

fn refused(fault: &ServeError) -> CliError {
    match fault {
        ServeError::Taken { host, port } => {
            let by = owner(host, *port).map_or_else(String::new, |by| format!(" by {by}"));
            CliError::Usage(format!(
                "port {port} of {host} is taken{by}; end that, or take another port: --web-port {}, \
                 or 0 for any that is free",
                port.checked_add(1).unwrap_or(8090)
            ))
        }
        other => CliError::Usage(other.to_string()),
    }
}

/// Who listens there, where that can be known.
fn owner(host: &str, port: u16) -> Option<String> {
    let name = if matches!(host, "" | "*") { "0.0.0.0" } else { host };
    let addresses: Vec<SocketAddr> = (name, port).to_socket_addrs().ok()?.collect();
    let process = listener(&addresses).ok()?;
    Some(format!("process {} ({})", process.pid(), process.name()))
}
