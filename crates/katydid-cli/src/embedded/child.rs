//! The backend's side: serve until stdin closes.

use std::any::Any;
use std::ffi::OsString;
use std::io::{self, BufRead as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::mpsc::{Sender, channel};

use katydid_core::exit;

use super::CHILD_WORD;
use crate::suite::{EmbeddedBackend, EmbeddedReady, EmbeddedRequest, Suite};

/// Whether these words make this process the backend.
pub(crate) fn is_child(words: &[OsString]) -> bool {
    words.get(1).is_some_and(|word| word == CHILD_WORD)
}

/// Runs the suite's backend; what goes wrong is told on stderr, which the parent keeps as a log.
pub(crate) fn serve(suite: &Suite) -> ExitCode {
    let Some(backend) = suite.embedded else {
        return fail("this suite has no embedded backend", exit::USAGE);
    };
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line).map_err(|fault| fault.to_string());
    let request = read.and_then(|_| serde_json::from_str(&line).map_err(|fault| fault.to_string()));
    let request: EmbeddedRequest = match request {
        Ok(request) => request,
        Err(fault) => {
            let text =
                format!("this word is for the load test's own use; use --embedded ({fault})");
            return fail(&text, exit::USAGE);
        }
    };
    let data_dir = request.data_dir.clone();
    let (ended, hear) = channel();
    run_backend(backend, request, ended.clone());
    watch_stdin(ended);
    let code = match hear.recv() {
        Ok(Err(fault)) => fail(&fault, exit::TOOL),
        Ok(Ok(())) | Err(_) => ExitCode::SUCCESS,
    };
    // The parent may be gone by now and leave nobody else to tidy up; it tries too.
    let _ = std::fs::remove_dir_all(data_dir);
    code
}

fn run_backend(
    backend: EmbeddedBackend,
    request: EmbeddedRequest,
    ended: Sender<Result<(), String>>,
) {
    std::thread::spawn(move || {
        let work = || backend(&request, &mut |ready| announce(&ready));
        let result = match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(())) => Err("the backend returned before it was told to end".to_owned()),
            Ok(Err(fault)) => Err(fault.to_string()),
            // Said again because a backtrace may have pushed it out of the log's tail.
            Err(payload) => Err(format!("the backend panicked: {}", panic_text(&*payload))),
        };
        let _ = ended.send(result);
    });
}

fn panic_text(payload: &(dyn Any + Send)) -> &str {
    let fixed = payload.downcast_ref::<&str>().copied();
    fixed.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

fn watch_stdin(ended: Sender<Result<(), String>>) {
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = ended.send(Ok(()));
    });
}

fn announce(ready: &EmbeddedReady) {
    let line = serde_json::to_string(ready).expect("a record of texts and a path has a JSON form");
    let mut out = io::stdout().lock();
    // A parent that no longer reads has closed our stdin too.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn fail(text: &str, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "{text}");
    ExitCode::from(code)
}
