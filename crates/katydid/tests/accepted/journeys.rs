//! Sequential, markov and nested flows by attributes, through the real engine, against a real
//! server: order, names, and books that balance.

use std::time::Duration;

use katydid::prelude::*;
use katydid::{Class, FlowOrder};
use katydid_engine::{Control, RunSettings};
use katydid_testkit::TestServer;

#[derive(Default)]
struct Visitor {
    trace: String,
}

impl Visitor {
    async fn step(&mut self, shop: &mut Session, step: char) -> TaskResult {
        self.trace.push(step);
        shop.get("/ok").send().await?;
        Ok(())
    }
}

struct Looking;

/// Looks around.
///
/// This paragraph is not for lists.
#[flow(markov, tags("look"))]
impl Looking {
    #[task(name = "front page", next(item = 1))]
    async fn front(visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        visitor.step(shop, 'f').await
    }

    /// Reads.
    #[task(next(front = 1, deciding = 3))]
    async fn item(visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        visitor.step(shop, 'i').await
    }

    /// A flow as the last state.
    #[flow]
    fn deciding() -> Flow<Visitor> {
        Deciding::flow()
    }
}

struct Deciding;

#[flow(name = "Decision")]
impl Deciding {
    #[task]
    async fn keep(visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        visitor.step(shop, 'k').await
    }
}

struct Tour;

#[flow(sequential, flows(Looking))]
impl Tour {
    #[on_start]
    async fn begin(visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        shop.sleep(Duration::from_millis(1)).await;
        visitor.trace.clear();
        Ok(())
    }

    #[task(weight = 2)]
    async fn knock(visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        visitor.step(shop, 'n').await
    }

    #[on_stop]
    async fn end(visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
        let way = &visitor.trace;
        let inside = way.strip_prefix("nn").and_then(|way| way.strip_suffix("ik"));
        let fits = inside.is_some_and(|way| way.ends_with('f') && !way.contains("ff"));
        // The last round is cut by the end of the run.
        if fits || !way.ends_with('k') {
            return Ok(());
        }
        shop.get("/wrong-way").send().await?;
        Err(TaskError::exception(way.clone()))
    }
}

#[user(state = Visitor, wait = constant(0.001), flows(Tour))]
struct Shopper;

#[test]
fn the_tree_is_as_written() {
    let class = Class::of::<Shopper>();
    assert_eq!(class.check(), Ok(()));
    let paths: Vec<String> = class.tasks().iter().map(katydid::TaskInfo::path).collect();
    let looking = "Shopper/Tour/Looking";
    let expected = [
        "Shopper/Tour/knock".to_owned(),
        format!("{looking}/front page"),
        format!("{looking}/item"),
        format!("{looking}/Decision/keep"),
    ];
    assert_eq!(paths, expected);
    let tour = class.describe().steps[0].flow.as_ref().expect("a flow");
    let looking = tour.steps[1].flow.as_ref().expect("a flow");
    assert_eq!((tour.order, looking.order), (FlowOrder::Sequential, FlowOrder::Markov));
    assert_eq!((&*tour.steps[1].about, &*looking.steps[1].about), ("Looks around.", "Reads."));
    assert_eq!(&*looking.steps[2].about, "A flow as the last state.");
    assert_eq!(looking.steps[1].next[1], ("Decision".into(), 3));
    assert_eq!(*looking.steps[2].flow.as_ref().expect("a flow").steps[0].tags, ["look".into()]);
}

#[test]
fn every_request_is_in_the_books_of_its_task() {
    let server = TestServer::spawn();
    let settings = RunSettings {
        users: 4,
        spawn_rate: 1e3,
        run_time: Some(Duration::from_secs(1)),
        stop_timeout: Duration::from_secs(10),
        host: Some(server.url()),
        ..RunSettings::default()
    };
    let classes = [Class::of::<Shopper>()];
    let outcome =
        katydid_engine::run(&classes, Shared::default(), &settings, &Control::new(), &mut |_| {})
            .expect("the run starts");
    let snapshot = outcome.snapshot;
    assert_eq!(snapshot.exceptions().count(), 0);
    let tasks = snapshot.tasks();
    assert!(tasks.iter().all(|row| row.counts.executions > 4), "{tasks:?}");
    assert!(tasks.iter().all(|row| row.counts.requests == row.counts.executions), "{tasks:?}");
    let booked: u64 = tasks.iter().map(|row| row.counts.requests).sum();
    let counted: u64 = snapshot.rows().map(katydid_core::Row::requests).sum();
    assert_eq!((booked, counted), (server.requests("/ok"), server.requests("/ok")));
}
