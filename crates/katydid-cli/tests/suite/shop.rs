//! The suite under test.

use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

use katydid_cli::{AccountsUse, EmbeddedReady, EmbeddedRequest, Options, Suite, SuiteOption};
use katydid_core::{Scenario, Stages, Target, Warning};
use katydid_engine::{
    BoxError, Session, Shared, Task, TaskError, TaskResult, UserClass, constant, no_wait,
};
use katydid_testkit::TestServer;

/// With the stages of `SHOP_SHAPE`, if there are any.
pub(crate) fn suite() -> Suite {
    let suite = match std::env::var("SHOP_SHAPE") {
        Ok(stages) => shop_suite().shape(stages.parse::<Stages>().unwrap()),
        Err(_) => shop_suite(),
    };
    let suite = if spends() { suite.cost_unit("item") } else { suite };
    // Not in the lists of other tests.
    if std::env::var_os("SHOP_LEAKS").is_none() {
        return suite;
    }
    suite.class(fixed("Leaky", Task::new("leak", |(), s| Box::pin(leak(s)))))
}

/// `SHOP_SPENDS`: looking at something costs an item.
fn spends() -> bool {
    std::env::var_os("SHOP_SPENDS").is_some()
}

fn shop_suite() -> Suite {
    let second = Duration::from_secs(1);
    let quick = || Scenario::new("smoke", 2, 100.0, second).purpose("Is it alive?");
    Suite::new("shop-load")
        .about("Load test of a shop.")
        .class(shopper())
        .class(fixed("Admin", Task::new("audit", |(), s| Box::pin(get(s, "/delay/20")))))
        .class(fixed("Idler", Task::new("idle", |(), s| Box::pin(silent(s)))))
        .class(fixed("Broken", Task::new("break", |(), s| Box::pin(broken(s)))))
        .class(fixed("Stuck", Task::new("wait", |(), s| Box::pin(stuck(s)))))
        .scenario(quick().target(Target::success_at_least(1.0)))
        .scenario(
            Scenario::new("strict", 2, 100.0, second)
                .target(Target::max_below(Duration::from_nanos(1))),
        )
        .accounts(AccountsUse::Optional)
        .prepare(|run| match run.accounts.map(std::fs::read_to_string) {
            Some(Ok(text)) if !text.starts_with("username,") => {
                Err("the accounts file has no header username,password".into())
            }
            Some(Ok(text)) => {
                let accounts = u32::try_from(text.lines().count() - 1)?;
                if std::env::var_os("SHOP_OWN_ACCOUNTS").is_some() {
                    run.enough_for(move |users| own_accounts(accounts, users))?;
                } else if let Some(warning) = Warning::shared_account(accounts, run.users) {
                    run.warn(warning);
                }
                Ok(Shared::default())
            }
            _ if run.host.is_empty() => Err("no host was prepared for".into()),
            _ => Ok(Shared::default()),
        })
        .option(SuiteOption::text("aisle").help("Where shoppers look").default("ok"))
        .option(
            SuiteOption::text("basket").help("Which basket they take").choices(["small", "large"]),
        )
        .option(SuiteOption::integer("copies").help("How many they buy").env("SHOP_COPIES"))
        .option(SuiteOption::text("till-key").help("Opens the till").secret())
        .default_host("http://localhost:5000")
        .command("shelves", "Fill the shelves", shelves)
        .embedded(backend)
}

/// `SHOP_OWN_ACCOUNTS`: nobody shares an account.
fn own_accounts(accounts: u32, users: u32) -> Result<(), BoxError> {
    if accounts < users {
        return Err(format!("{users} shoppers need {users} cards and there are {accounts}").into());
    }
    Ok(())
}

fn shopper() -> UserClass<()> {
    UserClass::<()>::with_default("Shopper")
        .about("Looks and buys.")
        .wait(constant(0.01))
        .task(Task::new("browse", |(), s| Box::pin(look(s))).weight(3).tags(["read"]))
        .task(Task::new("buy", |(), s| Box::pin(get(s, "/delay/1"))).tags(["critical", "revenue"]))
}

#[expect(clippy::print_stdout, reason = "a command of the suite prints what it likes")]
fn shelves(words: Vec<OsString>) -> ExitCode {
    println!("shelves {words:?}");
    ExitCode::from(4)
}

/// A class that runs only when it is named with enough users.
fn fixed(name: &str, task: Task<()>) -> UserClass<()> {
    UserClass::<()>::with_default(name).wait(no_wait()).weight(1).task(task)
}

async fn get(session: &mut Session, path: &str) -> TaskResult {
    session.get(path).send().await?;
    Ok(())
}

/// `SHOP_PANICS`: a thread of the suite's own dies.
fn panic_once() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    if std::env::var_os("SHOP_PANICS").is_some() {
        ONCE.call_once(|| drop(std::thread::spawn(|| panic!("the shelf fell"))));
    }
}

async fn look(session: &mut Session) -> TaskResult {
    panic_once();
    let path = format!("/{}", session.shared::<Options>().text("aisle").unwrap_or_default());
    get(session, &path).await?;
    if spends() {
        session.spend(1);
    }
    Ok(())
}

/// Two failures and an exception, full of secrets.
async fn leak(session: &mut Session) -> TaskResult {
    let secrets = serde_json::json!({
        "password": "planted-body", "tenant": "planted-own", "access_token": "planted-answer",
    });
    session.set_bearer(None);
    let request = session.post("/echo?token=planted-query").json(&secrets).send().await?;
    request.expect_status(418).unwrap_err();
    session.set_bearer(Some("planted-bearer"));
    let request = session.post("/status/503").header("X-Api-Key", "planted-key");
    let request = request.header("cookie", "sid=planted-cookie");
    let request = request.header("X-Own", "planted-header").form(&[("password", "planted-form")]);
    request.send().await?;
    Err(TaskError::exception("login with password=planted-exception failed"))
}

async fn silent(session: &mut Session) -> TaskResult {
    session.sleep(Duration::from_millis(20)).await;
    Ok(())
}

async fn broken(session: &mut Session) -> TaskResult {
    session.get("/delay/5").send().await?;
    Err(TaskError::exception("the till is empty"))
}

async fn stuck(session: &mut Session) -> TaskResult {
    session.get("/ok").send().await?;
    session.sleep(Duration::from_hours(1)).await;
    Ok(())
}

/// `SHOP_BACKEND` says what is wrong with it.
fn backend(
    request: &EmbeddedRequest,
    ready: &mut dyn FnMut(EmbeddedReady),
) -> Result<(), BoxError> {
    match std::env::var("SHOP_BACKEND").as_deref() {
        Ok("fails") => return Err("the database is locked".into()),
        Ok("panics") => panic!("nobody expects this"),
        _ => {}
    }
    let accounts = request.data_dir.join("accounts.csv");
    std::fs::write(&accounts, "username,password\n".to_owned() + &"a,b\n".repeat(3))?;
    let server = TestServer::spawn();
    #[expect(clippy::print_stdout, reason = "a backend may print, and must not disturb by it")]
    {
        println!("starting up");
    }
    let note = format!(
        "room for {} requests of {} users in {}",
        request.planned_requests,
        request.accounts,
        request.data_dir.display()
    );
    ready(EmbeddedReady::new(server.url(), accounts).note(note).note(pid_note()));
    server.serve_forever();
    Ok(())
}

fn pid_note() -> String {
    format!("backend process <{}>", std::process::id())
}
