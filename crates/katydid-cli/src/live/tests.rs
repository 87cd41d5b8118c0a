//! Sessions without a page: orders in, views out.

use std::ffi::OsString;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use katydid_core::{RunState, Scenario, StopReason, VerdictWord};
use katydid_engine::{Task, UserClass, constant, no_wait};
use katydid_testkit::TestServer;
use katydid_web::{Board, Change, Director as _, Order, Refusal, Severity, Stage, View};

use super::director::Conductor;
use super::order::OF_A_RUN;
use super::session::Session;
use super::{Call, info};
use crate::args::{Args, LogLevel};
use crate::console::Console;
use crate::options::SuiteOption;
use crate::signals::Watch;
use crate::sources::Surroundings;
use crate::suite::Suite;

fn suite() -> Suite {
    let ask = || {
        Task::new("browse", |(), s| {
            Box::pin(async move {
                s.get("/ok").send().await?;
                Ok(())
            })
        })
    };
    let mut guarded = Scenario::new("long", 1, 1.0, Duration::from_hours(2));
    guarded.confirm = true;
    Suite::new("shop-load")
        .class(
            UserClass::<()>::with_default("Shopper")
                .wait(constant(0.001))
                .task(ask().tags(["read"])),
        )
        .class(UserClass::<()>::with_default("Admin").wait(no_wait()).task(ask()))
        .scenario(guarded)
        .option(SuiteOption::text("basket").choices(["small", "large"]))
        .option(SuiteOption::text("till-key").secret())
        .embedded(|_, _| Ok(()))
}

/// A session that was started with these words and waits for orders.
struct Open {
    conductor: Arc<Conductor>,
    watch: Watch,
    end: JoinHandle<u8>,
}

impl Open {
    fn with(words: &str) -> Self {
        let words = ["shop-load", "--no-save"].into_iter().chain(words.split_whitespace());
        let words: Vec<OsString> = words.map(OsString::from).collect();
        let args = Args::read(&suite(), &words, &Surroundings::default()).unwrap();
        let (watch, console) = (Watch::default(), Console::new(LogLevel::Critical));
        let mut session = Session::new((suite(), args), false, &watch, &console);
        let (conductor, of_loop) = (Arc::clone(&session.conductor), watch.clone());
        let end = std::thread::spawn(move || {
            while let Call::Run(settings) = session.wait(&of_loop, None) {
                session.run(*settings, &of_loop);
            }
            session.code()
        });
        Self { conductor, watch, end }
    }

    fn board(&self) -> &Board {
        &self.conductor.live.board
    }

    /// Waits for a view of this kind.
    fn until(&self, what: &str, fits: impl Fn(&View) -> bool) -> Arc<View> {
        let end = Instant::now() + Duration::from_mins(1);
        loop {
            let view = self.board().view();
            if fits(&view) {
                return view;
            }
            assert!(Instant::now() < end, "never: {what}; {view:?}");
            std::thread::yield_now();
        }
    }

    fn over(&self, number: u64) -> Arc<View> {
        self.until("it is over", |view| {
            view.stage == Stage::Over && view.run.as_ref().is_some_and(|run| run.number == number)
        })
    }

    fn leave(self) -> u8 {
        self.until("it waits", |view| matches!(view.stage, Stage::Ready | Stage::Over));
        while !self.watch.dismiss() {
            std::thread::yield_now();
        }
        self.end.join().unwrap()
    }
}

fn order(options: &[(&str, &[&str])]) -> Order {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let options = options.iter().map(|(name, of)| ((*name).to_owned(), words(of))).collect();
    Order { options, ..Order::default() }
}

#[test]
fn an_order_is_a_run_and_the_page_stays_for_the_next() {
    let server = TestServer::spawn();
    let open = Open::with("-u 2 -r 100");
    assert_eq!(open.board().view().stage, Stage::Ready);
    let url = server.url();
    let hundred = order(&[("host", &[&url]), ("iterations", &["100"])]);
    open.conductor.start(hundred.clone()).unwrap();
    let view = open.over(1);
    let run = view.run.as_ref().unwrap();
    assert_eq!((run.state, view.fault.as_ref()), (RunState::Stopped, None));
    assert_eq!((run.snapshot.requests(), run.verdict.word), (100, VerdictWord::Pass));
    assert_eq!(run.header.load.users, 2);
    assert_eq!(run.ending.as_ref().unwrap().reason, StopReason::Iterations);
    let words = format!("shop-load --host={url} --iterations=100 --no-save --spawn-rate=100");
    assert!(run.header.command.starts_with("shop-load"), "{}", run.header.command);
    for word in words.split(' ').skip(1).chain(["--headless"]) {
        assert!(run.header.command.contains(word), "{word}: {}", run.header.command);
    }
    let page = String::from_utf8(open.conductor.report(run)).unwrap();
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"), "{page}");
    open.conductor.start(hundred).unwrap();
    assert_eq!(open.over(2).run.as_ref().unwrap().snapshot.requests(), 100);
    assert_eq!(open.leave(), 0);
}

#[test]
fn a_run_is_steered_and_stopped_and_nothing_else_is_begun_meanwhile() {
    let server = TestServer::spawn();
    let open = Open::with("");
    let conductor = &open.conductor;
    assert!(matches!(conductor.change(Change::Stop), Err(Refusal::Conflict(_))));
    let endless =
        Order { classes: vec!["Shopper".to_owned()], ..order(&[("host", &[&server.url()])]) };
    conductor.start(endless.clone()).unwrap();
    open.until("it runs", |view| {
        view.run.as_ref().is_some_and(|run| run.state == RunState::Running)
    });
    assert!(matches!(conductor.start(endless.clone()), Err(Refusal::Conflict(_))));
    assert!(matches!(conductor.look(endless), Err(Refusal::Conflict(_))));
    conductor.change(Change::Users { users: 5, spawn_rate: 1_000.0 }).unwrap();
    open.until("five run", |view| {
        let run = view.run.as_ref().unwrap();
        run.target_users == 5 && run.snapshot.user_count() == 5
    });
    let weight = Change::Weight { class: "Shoper".to_owned(), weight: 1 };
    let refused = conductor.change(weight).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Wrong { field: Some(it), .. } if it == "class"),
        "{refused}"
    );
    let rate = Change::Users { users: 5, spawn_rate: 0.0 };
    let refused = conductor.change(rate).unwrap_err();
    assert!(matches!(&refused, Refusal::Wrong { field: Some(it), .. } if it == "spawn-rate"));
    conductor.change(Change::Mark("deployed <b>2.1</b>".to_owned())).unwrap();
    conductor.change(Change::Stop).unwrap();
    let view = open.over(1);
    let run = view.run.as_ref().unwrap();
    // It had no other end, so it is not an interrupted one.
    assert_eq!(run.ending.as_ref().unwrap().reason, StopReason::Asked);
    assert!(run.snapshot.marks().iter().any(|mark| mark.text == "deployed <b>2.1</b>"));
    assert_eq!((run.verdict.exit_code, open.leave()), (0, 0));
}

#[test]
fn a_run_is_paused_and_goes_on_and_says_so() {
    let server = TestServer::spawn();
    let open = Open::with("");
    let conductor = &open.conductor;
    let url = server.url();
    let wanted = order(&[("host", &[&url]), ("arrival-rate", &["200/s"])]);
    conductor.start(wanted).unwrap();
    open.until("it sends", |view| view.run.as_ref().is_some_and(|run| run.snapshot.requests() > 0));
    conductor.change(Change::Pause).unwrap();
    open.until("it waits", |view| view.run.as_ref().unwrap().paused);
    assert!(matches!(conductor.change(Change::Pause), Err(Refusal::Conflict(_))));
    conductor.change(Change::Resume).unwrap();
    open.until("it goes on", |view| !view.run.as_ref().unwrap().paused);
    assert!(matches!(conductor.change(Change::Resume), Err(Refusal::Conflict(_))));
    let refused = conductor.change(Change::ArrivalRate(-1.0)).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Wrong { field: Some(it), .. } if it == "arrival-rate"),
        "{refused}"
    );
    conductor.change(Change::ArrivalRate(50.0)).unwrap();
    open.until("it is slower", |view| view.run.as_ref().unwrap().arrival_rate == Some(50.0));
    conductor.change(Change::Stop).unwrap();
    let view = open.over(1);
    let run = view.run.as_ref().unwrap();
    let rules: Vec<&str> = run.verdict.run.findings.iter().map(|it| it.rule).collect();
    assert!(rules.contains(&"paused"), "{rules:?}");
    assert_eq!(run.snapshot.unaccounted(), None);
    open.leave();
}

#[test]
fn starts_under_way_are_no_fault_of_a_run_that_is_on() {
    let server = TestServer::spawn();
    let open = Open::with("--max-in-flight 1000");
    let wanted = order(&[("host", &[&server.url()]), ("arrival-rate", &["50/s"])]);
    open.conductor.start(wanted).unwrap();
    open.until("it sends", |view| view.run.as_ref().is_some_and(|run| run.snapshot.requests() > 0));
    server.freeze();
    let view = open.until("starts are under way", |view| {
        let arrivals = view.run.as_ref().and_then(|run| run.snapshot.arrivals());
        arrivals.is_some_and(|arrivals| arrivals.under_way() > 20)
    });
    server.thaw();
    let run = view.run.as_ref().unwrap();
    let rules: Vec<&str> = run.verdict.run.findings.iter().map(|it| it.rule).collect();
    assert!(!rules.contains(&"conservation"), "{rules:?}");
    open.conductor.change(Change::Stop).unwrap();
    assert_eq!(open.over(1).run.as_ref().unwrap().snapshot.unaccounted(), None);
    open.leave();
}

#[test]
fn a_run_with_an_end_is_interrupted_by_a_stop() {
    let server = TestServer::spawn();
    let open = Open::with("-t 1h");
    open.conductor.start(order(&[("host", &[&server.url()])])).unwrap();
    open.until("it sends", |view| view.run.as_ref().is_some_and(|run| run.snapshot.requests() > 0));
    open.conductor.change(Change::Cut).unwrap();
    let view = open.over(1);
    let run = view.run.as_ref().unwrap();
    assert_eq!(run.ending.as_ref().unwrap().reason, StopReason::Interrupted);
    assert_eq!(open.leave(), 130);
}

/// Options of an order, the field that is wrong, and what is said of it.
type Case<'c> = (&'c [(&'c str, &'c [&'c str])], &'c str, &'c str);

#[test]
fn what_cannot_run_is_refused_by_its_field() {
    let open = Open::with("");
    let cases: &[Case<'_>] = &[
        (&[("users", &["many"])], "users", "write a whole number such as 50"),
        (&[("users", &["-5"])], "users", "write a whole number such as 50"),
        (&[("users", &["2.5"])], "users", "write a whole number such as 50"),
        (&[("users", &[""])], "users", "write a whole number such as 50"),
        (&[("users", &["0"])], "users", "must be 1 or more"),
        (&[("users", &["5000000000"])], "users", "must be at most 4294967295"),
        (&[("users", &["1", "2"])], "users", "users takes one value, no list"),
        (&[("spawn-rate", &["fast"])], "spawn-rate", "write users per second such as 10 or 0.5"),
        (&[("spawn-rate", &["-1"])], "spawn-rate", "must be a number above 0"),
        (&[("spawn-rate", &["inf"])], "spawn-rate", "must be a number above 0"),
        (&[("arrival-rate", &["fast"])], "arrival-rate", "`fast` is no rate; write"),
        (&[("arrival-rate", &["-5"])], "arrival-rate", "`-5` is no rate; write"),
        (&[("arrival-rate", &["0"])], "arrival-rate", "nothing would ever start"),
        (&[("host", &[""])], "host", "no address to load"),
        (&[("host", &["http://"])], "host", "no address to load"),
        (&[("host", &["localhost"])], "host", "write http://localhost or https"),
        (&[("spawn-rate", &["0"])], "spawn-rate", "must be a number above 0"),
        (&[("host", &["localhost:80"])], "host", "write http://localhost:80 or https"),
        (&[("host", &["ftp://h"])], "host", "ftp is neither http nor https"),
        (&[("host", &["javascript:alert(1)"])], "host", "no address to load"),
        (&[("users", &["5"])], "host", "no host for Shopper; name it with -H URL"),
        (&[("run-time", &["soon"])], "run-time", "`soon` is not a length of time"),
        (&[("scenario", &["smok"])], "scenario", "unknown scenario `smok`"),
        (&[("host", &["http://h"]), ("tags", &["raed"])], "tags", "did you mean `read`?"),
        (&[("basket", &["huge"])], "basket", "possible values: small, large"),
        (&[("usrs", &["5"])], "usrs", "did you mean `users`?"),
        (&[("html", &["/etc/passwd"])], "html", "start the program with --html"),
        (&[("headless", &["true"])], "headless", "is for the whole program"),
        (&[("embedded", &["perhaps"])], "embedded", "neither true nor false"),
    ];
    for (options, field, text) in cases {
        let refused = open.conductor.start(order(options)).unwrap_err();
        let Refusal::Wrong { field: of, text: said } = &refused else { panic!("{refused:?}") };
        assert_eq!(of.as_deref(), Some(*field), "{options:?}: {said}");
        assert!(said.contains(text), "{options:?}: {said}");
    }
    let classes = |classes: &[&str]| {
        let classes = classes.iter().map(|class| (*class).to_owned()).collect();
        Order { classes, ..order(&[("host", &["http://h"])]) }
    };
    for (named, text) in
        [("Shoper", "did you mean `Shopper`?"), ("Shopper=x", "write a weight as a whole number")]
    {
        let refused = open.conductor.start(classes(&[named])).unwrap_err();
        let Refusal::Wrong { field, text: said } = &refused else { panic!("{refused:?}") };
        assert_eq!(field.as_deref(), Some("classes"), "{said}");
        assert!(said.contains(text), "{said}");
    }
    assert_eq!(open.board().view().stage, Stage::Ready);
    assert_eq!(open.leave(), 0);
}

#[test]
fn a_load_that_could_hurt_is_asked_for() {
    let open = Open::with("");
    for options in [
        order(&[("host", &["http://shop.example"]), ("users", &["7"])]),
        order(&[("host", &["http://127.0.0.1:9"]), ("scenario", &["long"])]),
    ] {
        let refused = open.conductor.start(options).unwrap_err();
        let Refusal::Confirm(question) = &refused else { panic!("{refused:?}") };
        assert!(question.contains("will load http://"), "{question}");
    }
    assert_eq!(open.leave(), 0);
}

#[test]
fn production_is_refused_at_its_host() {
    let mut suite = suite();
    suite.hosts.push(("production".to_owned(), "http://shop.invalid".to_owned()));
    let args = Args::read(&suite, &["shop-load".into()], &Surroundings::default()).unwrap();
    let wanted = order(&[("host", &["http://shop.invalid"])]);
    let refused = super::order::settings(&suite, &args, &wanted).unwrap_err();
    let Refusal::Wrong { field, text } = &refused else { panic!("{refused:?}") };
    assert_eq!(field.as_deref(), Some("host"), "{text}");
    assert!(text.contains("--allow-production"), "{text}");
}

#[test]
fn an_order_lies_above_what_the_program_was_started_with() {
    let server = TestServer::spawn();
    let url = server.url();
    let open = Open::with(&format!("Admin --host {url} -u 3 -r 9 -t 1h --tags read"));
    // A rival of what was set gives way, an empty list takes away, the rest stays.
    let refused = open.conductor.start(order(&[])).unwrap_err();
    assert!(refused.to_string().contains("leaves no task at all"), "{refused}");
    let wanted = order(&[
        ("tags", &[]),
        ("run-time", &[]),
        ("stages", &["2@1000/s:1h"]),
        ("iterations", &["20"]),
    ]);
    open.conductor.start(wanted).unwrap();
    let view = open.over(1);
    let run = view.run.as_ref().unwrap();
    assert_eq!(run.header.load.text, "Stages 2@1000/s:1h");
    assert_eq!(run.header.classes.iter().map(|it| &**it).collect::<Vec<_>>(), ["Admin"]);
    assert!(!run.header.command.contains("read"), "{}", run.header.command);
    assert_eq!(open.leave(), 0);
}

#[test]
fn an_order_that_comes_to_nothing_leaves_a_reason() {
    let open = Open::with("");
    // The embedded backend of this suite is this test program, which is none.
    open.conductor.start(order(&[("embedded", &["true"])])).unwrap();
    let view = open.until("it failed", |view| view.fault.is_some());
    assert_eq!((view.stage, view.run.is_some()), (Stage::Ready, false));
    assert!(view.fault.as_ref().unwrap().contains("the embedded backend"), "{view:?}");
    assert_eq!(open.leave(), 70);
}

#[test]
fn a_look_finds_what_a_preflight_finds_and_makes_no_load() {
    let server = TestServer::spawn();
    let open = Open::with("");
    let found = open.conductor.look(order(&[("host", &[&server.url()])])).unwrap();
    assert!(found.iter().any(|finding| finding.severity == Severity::Good), "{found:?}");
    let gone = open.conductor.look(order(&[("host", &["http://127.0.0.1:9"])])).unwrap();
    assert!(gone.iter().any(|finding| finding.severity == Severity::Bad), "{gone:?}");
    assert_eq!((open.board().view().stage, open.leave()), (Stage::Ready, 0));
}

#[test]
fn the_form_begins_with_what_is_set_and_shows_no_secret() {
    let open = Open::with("Shopper -u 5 --basket small --till-key 1234 -L ERROR");
    let info = info::of(&suite(), &open.conductor.args);
    let presets: Vec<(&str, String)> =
        info.presets.iter().map(|it| (it.name.as_str(), it.words.join(" "))).collect();
    let expected =
        [("user-classes", "Shopper"), ("users", "5"), ("no-save", "true"), ("basket", "small")];
    assert_eq!(presets.len(), expected.len(), "{presets:?}");
    for (name, words) in expected {
        assert!(presets.contains(&(name, words.to_owned())), "{name}: {presets:?}");
    }
    let names: Vec<&str> = info.options.iter().map(|option| option.name.as_str()).collect();
    assert_eq!(names, ["basket", "till-key"]);
    assert_eq!(open.leave(), 0);
}

#[test]
fn everything_that_can_be_ordered_is_an_option() {
    let known = Args::known(&suite());
    for long in OF_A_RUN {
        assert!(known.arg(long).is_some(), "{long}");
    }
    assert!(OF_A_RUN.is_sorted());
}
