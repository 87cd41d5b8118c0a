//! The floor of this machine: what a request costs when the target costs nothing.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use katydid_core::Latency;

use super::control::Control;
use super::dispatcher::run;
use super::settings::RunSettings;
use crate::shared::Shared;
use crate::task::Task;
use crate::user::UserClass;

/// Short enough to be borne before every run, long enough for thousands of requests.
const LENGTH: Duration = Duration::from_millis(150);
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/// A floor above which it is measured again: something may just be ending, the start of a backend
/// or the last work of one.
const HIGH: Duration = Duration::from_millis(1);
const TRIES: usize = 3;

/// Response times of one user, by the engine itself, with an echo in this program that answers at
/// once: the best of up to three times. `None` when it could not be measured.
pub(super) fn measure() -> Option<Latency> {
    let height = |times: &Latency| times.for_a_tenth_of_the_time().unwrap_or_default();
    let mut best: Option<Latency> = None;
    for _ in 0..TRIES {
        let times = once()?;
        if best.as_ref().is_none_or(|best| height(&times) < height(best)) {
            best = Some(times);
        }
        if best.as_ref().is_some_and(|best| height(best) <= HIGH) {
            break;
        }
    }
    best
}

fn once() -> Option<Latency> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?;
    let address = listener.local_addr().ok()?;
    let echo = std::thread::Builder::new().name("echo".to_owned());
    let echo = echo.spawn(move || answer(&listener)).ok()?;
    let times = ask(address);
    // Wakes an echo that nobody has asked.
    drop(TcpStream::connect(address));
    let _ = echo.join();
    times.filter(|times| !times.is_empty())
}

fn ask(echo: SocketAddr) -> Option<Latency> {
    let user = UserClass::<()>::with_default("Floor").task(Task::new("ask", |(), session| {
        Box::pin(async move {
            session.get("/").send().await?;
            Ok(())
        })
    }));
    let settings = RunSettings {
        spawn_rate: 1e9,
        run_time: Some(LENGTH),
        host: Some(format!("http://{echo}")),
        ..RunSettings::default()
    };
    let ended =
        run(&[user.into()], Shared::default(), &settings, &Control::new(), &mut |_| {}).ok()?;
    let all = ended.snapshot.aggregated();
    (all.failures() == 0).then(|| all.response().into_owned())
}

/// Answers one connection until it is closed. Each request comes in one piece: it is smaller than
/// a segment and the next one waits for the answer.
fn answer(listener: &TcpListener) {
    let Ok((mut stream, _)) = listener.accept() else { return };
    let _ = stream.set_nodelay(true);
    let mut request = [0; 4_096];
    while stream.read(&mut request).is_ok_and(|bytes| bytes > 0) {
        if stream.write_all(ANSWER).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_that_answers_at_once_is_measured() {
        let times = measure().unwrap();
        assert!(times.len() > 1 && times.min().unwrap() > Duration::ZERO, "{times:?}");
    }
}
