//! Write load tests as simulated users in Rust.
//!
//! A load test is a binary of its own: some *user classes*, each a type with *tasks*, and a `main`
//! that hands them to Katydid. The binary then has the whole command line: users, rates, host,
//! tags, reports, exit codes.
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use katydid::prelude::*;
//!
//! /// Looks at things.
//! #[derive(Default)]
//! struct Visitor {
//!     seen: u32,
//! }
//!
//! #[user(wait = between(1.0, 5.0))]
//! impl Visitor {
//!     #[task(weight = 3, tags("shop"))]
//!     async fn browse(&mut self, shop: &mut Session) -> TaskResult {
//!         let id = shop.random(1..=500);
//!         // One name for 500 addresses, so that the report keeps one row.
//!         shop.get(format!("/items/{id}")).name("/items/{id}").send().await?;
//!         self.seen += 1;
//!         Ok(())
//!     }
//!
//!     #[task]
//!     async fn front_page(&mut self, shop: &mut Session) -> TaskResult {
//!         shop.get("/").send().await?.check("says hello", |page| page.text().contains("Hello"))?;
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> ExitCode {
//!     katydid::main(Suite::new("shop-load").about("Visitors of a shop.").user::<Visitor>())
//! }
//! ```
//!
//! `cargo run --release -- --headless -u 50 -r 5 -t 1m -H http://localhost:8000` runs it.
//!
//! # Users, tasks, flows
//!
//! Each simulated user has its own state (`self`), its own [`Session`] (connections, cookies,
//! random numbers) and goes round: draw a task by weight, run it, wait. Nothing is shared between
//! users but what the suite [prepares](Suite::prepare).
//!
//! Tasks that several user classes need are a [`Flow`]; the classes then share the type of their
//! state and differ in how often they draw which flow:
//!
//! ```
//! use katydid::prelude::*;
//!
//! #[derive(Default)]
//! struct Reader;
//!
//! struct Listening;
//!
//! #[flow]
//! impl Listening {
//!     #[task(weight = 15, tags("critical"))]
//!     async fn listen(_reader: &mut Reader, api: &mut Session) -> TaskResult {
//!         api.get("/audio").send().await?.expect_status(200)?;
//!         Ok(())
//!     }
//! }
//!
//! struct Account;
//!
//! #[flow]
//! impl Account {
//!     #[task]
//!     async fn balance(_reader: &mut Reader, api: &mut Session) -> TaskResult {
//!         api.get("/balance").send().await?.expect_status(200)?;
//!         Ok(())
//!     }
//! }
//!
//! /// Listens four times as often as it looks at its balance.
//! #[user(state = Reader, wait = between(1.0, 5.0), flows(Listening = 40, Account = 10))]
//! struct Regular;
//!
//! let class = katydid::Class::of::<Regular>();
//! assert_eq!(class.check(), Ok(()));
//! let shares: Vec<_> = class.tasks().iter().map(|task| task.expected_share).collect();
//! assert_eq!(shares, [Some(0.8), Some(0.2)]);
//! ```
//!
//! Classes that share a state type and flows are what abstract classes are in Locust.
//!
//! # Journeys
//!
//! A flow draws one task by weight and is left again, so that the weights of a class are the mix
//! that is really sent. A **sequential** flow runs its tasks in order, a **markov** flow goes from
//! the first task to the next by the transitions of each, and either is left after one round; a
//! flow inside a flow is entered as a task. [`Flow`] says exactly what a round is.
//!
//! ```
//! use katydid::prelude::*;
//!
//! #[derive(Default)]
//! struct Visitor;
//!
//! struct Looking;
//!
//! #[flow(markov)]
//! impl Looking {
//!     #[task(next(item))]
//!     async fn front(_visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
//!         shop.get("/").send().await?;
//!         Ok(())
//!     }
//!
//!     #[task(next(front = 1, enough = 1))]
//!     async fn item(_visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
//!         shop.get("/item").send().await?;
//!         Ok(())
//!     }
//!
//!     /// Leads nowhere: the round ends here.
//!     #[task]
//!     async fn enough(_visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
//!         shop.get("/bye").send().await?;
//!         Ok(())
//!     }
//! }
//!
//! struct Visit;
//!
//! #[flow(sequential, wait = between(0.5, 1.0))]
//! impl Visit {
//!     #[task(weight = 2)]
//!     async fn knock(_visitor: &mut Visitor, shop: &mut Session) -> TaskResult {
//!         shop.get("/knock").send().await?;
//!         Ok(())
//!     }
//!
//!     #[flow]
//!     fn looking() -> Flow<Visitor> {
//!         Looking::flow()
//!     }
//! }
//!
//! #[user(state = Visitor, flows(Visit))]
//! struct Shopper;
//!
//! let class = katydid::Class::of::<Shopper>();
//! assert_eq!(class.check(), Ok(()));
//! // A visit knocks twice and sees, on average, two front pages and two items before the end.
//! let times = class.tasks().into_iter().map(|task| task.expected_share.unwrap() * 7.0);
//! assert_eq!(times.map(f64::round).collect::<Vec<_>>(), [2.0, 2.0, 2.0, 1.0]);
//! ```
//!
//! A task says by its error how the user goes on: [`TaskError::LeaveFlow`] and
//! [`TaskError::LeaveFlowNow`] leave the innermost flow, [`TaskError::SkipWait`] starts the next
//! task at once, [`TaskError::StopUser`] ends this user. The example `journeys` has all of it.
//!
//! The attributes are sugar: [`User`] is a trait with one function, and the example
//! `shop_by_hand` is the example `shop` without them.
//!
//! # How a request is judged
//!
//! A status of 400 and above is a failure unless the task [expected](Response::expect_status) it;
//! a [check](Response::check) that does not hold is one. `?` ends the task, and nothing is counted
//! twice. Any other error of a task, and a panic, is an *exception*: counted with its place, and
//! the user goes on. A task that runs and sends nothing makes the run INVALID unless it says that
//! it `sends_nothing`.
//!
//! # Several requests as one, and trying again
//!
//! ```
//! use katydid::prelude::*;
//!
//! async fn listen(api: &mut Session) -> TaskResult {
//!     let again = Retry::times(2).on_status([503]).respecting_retry_after();
//!     // One timer over both requests, with a row of its own.
//!     api.transaction("listen to an article", async |api| {
//!         let link = api.post("/speech").retry(again).send().await?.text().into_owned();
//!         api.get(link).name("/audio").send().await?.expect_status(200)?;
//!         Ok(())
//!     })
//!     .await
//! }
//! ```
//!
//! [`Session::transaction`] says what its time is and when it fails; every attempt of a request
//! with a [`Retry`] is counted as a request of its own.
//!
//! # WebSockets
//!
//! ```
//! use std::time::Duration;
//!
//! use katydid::prelude::*;
//!
//! async fn follow(api: &mut Session) -> TaskResult {
//!     let job = api.post("/jobs").send().await?.text().into_owned();
//!     // One name for all jobs, as ever.
//!     let socket = api.websocket(format!("/jobs/{job}/progress")).name("/jobs/{id}/progress");
//!     let mut socket = socket.connect().await?;
//!     // Until the server closes, in good order.
//!     while let Some(message) = socket.next(Duration::from_secs(10)).await? {
//!         message.check("says how far it is", |it| it.text().contains("percent"))?;
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The messages are rows of the report: `/jobs/{id}/progress[connect]`, `[send]`, `[receive]`,
//! `[exchange]`, `[close]`, with the method `WS`. [`WebSocket`] says what each time is. Messages are
//! read and pings answered whatever the task does; a WebSocket may be kept in the user's state.
//!
//! # Data
//!
//! A [`Feeder`] reads rows of a CSV or JSON file as a type of the suite and deals them to the
//! users: in turn, at random, or each row once over all users and threads.
//!
//! # Options of a suite
//!
//! A suite may declare options of its own. They are set like all others (flag, environment, file),
//! stand in `--help`, and are read where the suite is prepared and in tasks:
//!
//! ```
//! use katydid::prelude::*;
//!
//! let suite = Suite::new("shop-load").option(
//!     SuiteOption::text("basket").help("What visitors buy").default("small").choices(["small", "large"]),
//! );
//!
//! async fn buy(shop: &mut Session) -> TaskResult {
//!     let basket = shop.shared::<Options>().text("basket").unwrap_or_default();
//!     let path = format!("/baskets/{basket}");
//!     shop.post(path).name("/baskets/[size]").send().await?;
//!     Ok(())
//! }
//! ```
//!
//! # Coming from Locust
//!
//! | Locust | Katydid |
//! | --- | --- |
//! | `class Shopper(HttpUser)` | a struct, and [`macro@user`] on its `impl` |
//! | `@task(10)`, `@tag("a")` | `#[task(weight = 10, tags("a"))]` |
//! | `TaskSet`, nested | [`macro@flow`], `flows(…)` or `#[flow]` on a function inside it |
//! | `SequentialTaskSet` | `#[flow(sequential)]` |
//! | `MarkovTaskSet`, `@transition("pay", 3)` | `#[flow(markov)]`, `#[task(next(pay = 3))]` |
//! | `abstract = True` | a state type and flows that several classes share |
//! | `wait_time = between(1, 5)` | `wait = between(1.0, 5.0)` |
//! | `on_start`, `on_stop` | `#[on_start]`, `#[on_stop]` |
//! | `self.client` | the [`Session`] argument |
//! | `catch_response=True` | [`Response::check`], [`Response::fail`], [`Response::succeed`] |
//! | `events.request`, `events.user_error` | [`Suite::on_request`], [`Suite::on_user_error`] |
//! | `events.test_start`, `test_stop`, … | [`Suite::on_test_start`], [`Suite::on_test_stop`], … |
//! | `environment.process_exit_code = 3` | [`Suite::on_quitting`] with [`Quitting::set_exit_code`] |
//! | plug-ins for WebSockets: `WS`, `WSS`, `WSR` | [`Session::websocket`] |
//! | `self.interrupt()` | [`TaskError::LeaveFlowNow`]; with `reschedule=False` [`TaskError::LeaveFlow`] |
//! | `RescheduleTaskImmediately`, `StopUser` | [`TaskError::SkipWait`], [`TaskError::StopUser`] |

pub use katydid_cli::{
    AccountsUse, Check, CommandFn, EmbeddedReady, EmbeddedRequest, Options, Preflight, Preparation,
    Quitting, RunView, RunsError, SpawningView, StopView, Suite, SuiteOption, find_run, main,
};
pub use katydid_core::{
    Advice, Comparison, FailureKind, Metric, Mix, Scenario, Scope, Shape, Stage, Stages,
    StagesError, Symptom, TagClass, TagFilter, Target, TargetError, TaskInfo, TimedStage, Warning,
    WarningName,
};
pub use katydid_engine::{
    BoxError, Class, ClassDescription, ClassError, Feeder, FeederError, Flow, FlowDescription,
    FlowOrder, Hook, Hooks, JsonError, Multipart, NewUser, Payload, RehearsedRequest,
    RehearsedStep, RequestBuilder, RequestFailed, RequestView, Response, Retry, Session, Shared,
    StepDescription, StepOutcome, Task, TaskError, TaskFn, TaskFuture, TaskResult, UsedUp, User,
    UserClass, UserErrorView, WEBSOCKET, Wait, WebSocket, WebSocketBuilder, WebSocketMessage, Who,
    between, constant, constant_pacing, constant_throughput, no_wait, poisson,
};
pub use katydid_macros::{flow, on_start, on_stop, task, user};
pub use serde_json::json;

/// What a suite needs: `use katydid::prelude::*;`.
pub mod prelude {
    pub use crate::{
        Feeder, Flow, Multipart, NewUser, Options, Response, Retry, Scenario, Session, Shape,
        Shared, Stage, Stages, Suite, SuiteOption, Target, Task, TaskError, TaskResult, UsedUp,
        User, UserClass, Wait, WebSocket, WebSocketMessage, between, constant, constant_pacing,
        constant_throughput, flow, json, no_wait, on_start, on_stop, poisson, task, user,
    };
}
