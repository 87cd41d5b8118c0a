//! Panics of the suite's own code are told in the report and printed nowhere. Alone in its process:
//! it watches what the panic hook of the process hears.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use katydid_engine::{Control, RunSettings, Shared, Task, UserClass, Wait, run};
use katydid_testkit::TestServer;

#[derive(Debug)]
struct Fragile;

fn class() -> UserClass<Fragile> {
    UserClass::new("Fragile", |new| {
        assert!(new.index < 2, "no state for user {}", new.index);
        Fragile
    })
    .wait(Wait::Own(|_| panic!("no wait either")))
    .on_start(|_, session| {
        Box::pin(async move {
            session.get("/ok").name("login").send().await?;
            assert_eq!(session.user_index(), 0, "no start for this user");
            Ok(())
        })
    })
    .on_stop(|_, _| Box::pin(async { panic!("no end") }))
    .task(Task::new("work", |_, session| {
        Box::pin(async move {
            session.get("/ok").send().await?;
            panic!("no luck")
        })
    }))
}

#[test]
fn every_panic_of_the_suite_is_counted_and_none_is_printed() {
    let printed = Arc::new(AtomicU32::new(0));
    let heard = Arc::clone(&printed);
    std::panic::set_hook(Box::new(move |_| {
        heard.fetch_add(1, SeqCst);
    }));
    let server = TestServer::spawn();
    let settings = RunSettings {
        users: 3,
        spawn_rate: 1e3,
        run_time: Some(Duration::from_millis(1_500)),
        host: Some(server.url()),
        ..RunSettings::default()
    };
    let outcome =
        run(&[class().into()], Shared::default(), &settings, &Control::new(), &mut |_| {});
    let snapshot = outcome.expect("the run survives").snapshot;
    let mut told: Vec<String> = snapshot.exceptions().map(|row| row.message).collect();
    told.sort();
    let expected = [
        "making the user's state: panic: no state for user 2",
        "on_start/on_stop: panic: assertion `left == right` failed: no start for this user left: 1 right: 0",
        "on_start/on_stop: panic: no end",
        "panic: no luck",
        "wait: panic: no wait either",
    ];
    assert_eq!(told, expected);
    assert!(snapshot.exceptions().all(|row| row.place.contains("panics.rs:")));
    assert!(snapshot.requests() >= 4, "login and work went on");
    assert_eq!(printed.load(SeqCst), 0, "nothing reached the hook that prints");

    // Panics of others still do.
    std::thread::spawn(|| panic!("somebody else's")).join().unwrap_err();
    assert_eq!(printed.load(SeqCst), 1);
    let _ = std::panic::take_hook();
}
