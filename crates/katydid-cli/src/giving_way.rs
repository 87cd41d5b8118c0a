//! Threads for what people look at give way to those that make the load.

/// Where both want the same CPU, the load gets three times as much, and gets it at once.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 5;

/// What `start` starts, with threads that give way to all others of this program: where CPUs are
/// scarce, a page with many readers must not make requests late.
///
/// Linux knows niceness for each thread and hands it on to those that a thread starts; elsewhere
/// it is one for all of a program, so nothing is changed there.
pub(crate) fn giving_way<T: Send>(start: impl FnOnce() -> T + Send) -> T {
    let start = || {
        // Whoever may not be nicer runs like all others.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::nice(NICENESS);
        start()
    };
    // Nobody without privileges can take niceness back: a thread that ends at once has it.
    std::thread::scope(|scope| match scope.spawn(start).join() {
        Ok(started) => started,
        Err(panic) => std::panic::resume_unwind(panic),
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn niceness() -> i32 {
        rustix::process::nice(0).expect("it is only asked for")
    }

    #[test]
    fn only_what_is_started_gives_way() {
        let before = niceness();
        let thread = giving_way(|| std::thread::spawn(niceness));
        assert_eq!(thread.join().unwrap(), (before + NICENESS).min(19));
        assert_eq!(niceness(), before);
    }
}
