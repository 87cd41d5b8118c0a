//! Panics of the suite's own code: caught, with message and place, and the user goes on.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::pin::pin;
use std::sync::Once;
use std::task::Poll;

/// A caught panic.
#[derive(Debug, Default)]
pub(crate) struct Panic {
    pub(crate) message: String,
    pub(crate) place: String,
}

thread_local! {
    /// `Some` while this thread runs code of the suite.
    static CAUGHT: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Runs the suite's code; a panic ends it and is told, instead of being printed.
pub(crate) async fn catch<F: Future>(work: F) -> Result<F::Output, Panic> {
    let mut work = pin!(work);
    poll_fn(|cx| match catch_now(|| work.as_mut().poll(cx)) {
        Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

/// The same for code that does not wait. It may run within [`catch`], even while a panic there is
/// being unwound.
pub(crate) fn catch_now<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    static HOOK: Once = Once::new();
    HOOK.call_once(install_hook);
    let outer = CAUGHT.replace(Some(Panic::default()));
    let done = catch_unwind(AssertUnwindSafe(work));
    let caught = CAUGHT.replace(outer).unwrap_or_default();
    done.map_err(|_| caught)
}

/// Notes a panic of the suite's code; all others go where they went before.
fn install_hook() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let noted = CAUGHT.with_borrow_mut(|caught| match caught {
            Some(panic) => {
                *panic = describe(info);
                true
            }
            None => false,
        });
        if !noted {
            before(info);
        }
    }));
}

fn describe(info: &PanicHookInfo<'_>) -> Panic {
    let message = info.payload_as_str().unwrap_or("a panic without text").to_owned();
    let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
    Panic { message: format!("panic: {message}"), place: place.unwrap_or_default() }
}
