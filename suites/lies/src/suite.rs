//! The suite: two personas, a plan, and the mistake that is asked for.

use std::ffi::OsString;
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use katydid::prelude::*;

use crate::flows::{Extraction, Joining, JoiningInAnyOrder, Reading, Settings, Speech};
use crate::mistake::Mistake;
use crate::reader::Reader;
use crate::{catalogue, server};

/// The whole load test, with one mistake or none.
pub fn suite(mistake: Option<Mistake>) -> Suite {
    let is = |one| mistake == Some(one);
    let suite = Suite::new("lies")
        .about("The old load test's mistakes, one at a time in a correct suite (LIE=NAME).")
        .plan(include_str!("../plan.toml"))
        .command("serve", "Serve the toy service on a free port, until killed", serve)
        .command("catalogue", "Print all mistakes as JSON, or --markdown", catalogue::print);
    let suite = if is(Mistake::OwnShape) {
        suite.shape("5@100/s:1s".parse::<Stages>().expect("a constant that a test runs"))
    } else {
        suite
    };
    if is(Mistake::SilentReturn) {
        let flows =
            |class: UserClass<Reader>| class.flow(4, Speech::flow()).flow(3, Extraction::flow());
        return suite.class(flows(persona("Listener", mistake)));
    }
    let listener_logs_in = !is(Mistake::TokenThrownAway);
    let visitor_logs_in = listener_logs_in && !is(Mistake::TokenInOnePersona);
    suite
        .class(logged_in(listener(mistake), listener_logs_in).weight(3))
        .class(logged_in(visitor(mistake), visitor_logs_in))
}

/// Has texts spoken, and does everything else now and then.
fn listener(mistake: Option<Mistake>) -> UserClass<Reader> {
    let joining = match mistake {
        Some(Mistake::WrongOrder) => JoiningInAnyOrder::flow(),
        _ => Joining::flow(),
    };
    persona("Listener", mistake)
        .flow(4, left(mistake, Speech::flow()))
        .flow(3, left(mistake, Extraction::flow()))
        .flow(2, left(mistake, Settings::flow()))
        .flow(2, left(mistake, Reading::flow()))
        .flow(2, left(mistake, joining))
}

/// Looks around.
fn visitor(mistake: Option<Mistake>) -> UserClass<Reader> {
    persona("Visitor", mistake)
        .flow(3, left(mistake, Settings::flow()))
        .flow(3, left(mistake, Reading::flow()))
        .flow(2, left(mistake, Extraction::flow()))
}

fn persona(name: &str, mistake: Option<Mistake>) -> UserClass<Reader> {
    let wait = if mistake == Some(Mistake::NoThinkTime) { no_wait() } else { between(0.02, 0.06) };
    UserClass::new(name, move |user| Reader::new(user, mistake)).wait(wait)
}

fn logged_in(class: UserClass<Reader>, logs_in: bool) -> UserClass<Reader> {
    if !logs_in {
        return class;
    }
    class.on_start(|reader, api| Box::pin(reader.log_in(api)))
}

/// A flow that is left after its round, unless that is the mistake.
fn left(mistake: Option<Mistake>, flow: Flow<Reader>) -> Flow<Reader> {
    if mistake == Some(Mistake::FlowsNeverLeft) { flow.sticky() } else { flow }
}

fn serve(_words: Vec<OsString>) -> ExitCode {
    let address = server::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let told = address.and_then(|address| writeln!(std::io::stdout(), "http://{address}"));
    match told {
        Ok(()) => loop {
            std::thread::park();
        },
        Err(fault) => {
            let _ = writeln!(std::io::stderr(), "error: the toy service cannot start: {fault}");
            ExitCode::FAILURE
        }
    }
}
