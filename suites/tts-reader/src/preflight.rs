//! What only this load test can look at before a load: health, logins, credits, the rate limit.

use std::time::Duration;

use katydid::{Check, Preflight, RehearsedStep, Session, TaskInfo, TaskResult};
use serde_json::{Value, json};

use crate::accounts::Account;
use crate::answers::{self, Login, Owner};
use crate::plan::{Prepared, logs_in};
use crate::texts::{Length, speech_text};

/// Accounts that are tried: the first, the last, and some between them.
const TRIED: usize = 5;
/// Texts that the mean length is taken of.
const SAMPLE: u64 = 500;
const HOUR: Duration = Duration::from_hours(1);
/// Requests in an hour that no account makes: 277,777 each second.
const BEYOND_ANY: u64 = 1_000_000_000;
const TOP_UP: &str = "`tts-load accounts top-up --credits 1000 --file accounts.csv --target URL`, or \
                      a shorter run, or fewer users";

/// All of it.
pub(crate) fn checks(run: &Preflight<'_>) -> Vec<Check> {
    let mut checks = vec![health(run)];
    let Some(accounts) = &run.shared::<Prepared>().accounts else {
        checks.push(Check::passed("login", "no task that runs needs one"));
        return checks;
    };
    let tried = spread(run.users() as usize).into_iter();
    let tried = tried.filter_map(|seat| accounts.of_user(seat as u32).cloned());
    let mut visits = Vec::new();
    for account in tried {
        match visit(run, account) {
            Ok(visit) => visits.push(visit),
            Err(refused) => {
                checks.push(refused);
                return checks;
            }
        }
    }
    let (tried, users) = (visits.len(), run.users());
    let noun = if users == 1 { "user" } else { "users" };
    checks.push(Check::passed("login", format!("{tried} of the accounts of {users} {noun} tried")));
    checks.push(credits(run, &visits));
    checks.push(rate_limit(run, &visits));
    checks
}

fn health(run: &Preflight<'_>) -> Check {
    let next = "look at the log of the service, and whether this is a TTS Reader at all";
    let asked = run.ask(Value::Null, |health, session| {
        Box::pin(async move {
            let reply = session.get("/api/health").send().await?.expect_status(200)?;
            *health = answers::read::<Value>(reply)?.1;
            Ok(())
        })
    });
    match asked {
        Err(fault) => Check::failed("health", fault.to_string(), next),
        Ok((health, step)) => match (step.failure(), health["status"].as_str()) {
            (Some(why), _) => Check::failed("health", why, next),
            (None, Some("healthy")) => Check::passed("health", "healthy"),
            (None, status) => {
                let status = status.unwrap_or("no status");
                Check::failed("health", format!("{status}: {}", health["services"]), next)
            }
        },
    }
}

/// An account that was tried.
struct Visit {
    account: Account,
    credits: i64,
    /// Requests that it may still make within the hour, if the target tells.
    remaining: Option<u64>,
}

fn visit(run: &Preflight<'_>, account: Account) -> Result<Visit, Check> {
    let visit = Visit { account, credits: 0, remaining: None };
    let asked = run.ask(visit, |visit, session| Box::pin(look_in(visit, session)));
    let (visit, step) =
        asked.map_err(|fault| Check::failed("login", fault.to_string(), "name a host with -H"))?;
    if let Some(why) = step.failure() {
        return Err(refused(&visit.account.username, &step, &why));
    }
    let mut told = step.requests.iter().rev();
    let remaining = told.find_map(|request| request.header("x-rate-limit-remaining")?.parse().ok());
    Ok(Visit { remaining, ..visit })
}

async fn look_in(visit: &mut Visit, session: &mut Session) -> TaskResult {
    let Account { username, password } = &visit.account;
    let body = json!({ "username": username, "password": password });
    let reply = session.post("/api/login").json(&body).send().await?.expect_status(200)?;
    let (_, login) = answers::read::<Login>(reply)?;
    session.set_bearer(Some(&login.access_token));
    let reply = session.get("/api/credit-balance").send().await?.expect_status(200)?;
    visit.credits = answers::read::<Owner>(reply)?.1.credit_balance;
    Ok(())
}

fn refused(username: &str, step: &RehearsedStep, why: &str) -> Check {
    let status = step.requests.last().and_then(|request| request.status);
    let next = match status {
        Some(400 | 401) => {
            "look at the password in the accounts file, and whether the accounts were made at this \
             target (`tts-load accounts create`)"
        }
        Some(429) => {
            "the hour's requests of this account or address are used up: wait, or raise \
             RATE_LIMIT_REQUESTS_PER_HOUR"
        }
        _ => "look at the log of the service",
    };
    Check::failed("login", format!("account {username}: {why}"), next)
}

/// Credits of an account against what a user spends on average.
fn credits(run: &Preflight<'_>, visits: &[Visit]) -> Check {
    let Some(poorest) = visits.iter().min_by_key(|visit| visit.credits) else {
        return Check::unknown("credits", "no account was tried");
    };
    let (name, have) = (&poorest.account.username, poorest.credits);
    let speaks = |task: &TaskInfo| task.tags.iter().any(|tag| &**tag == "tts");
    if !run.tasks().iter().any(|task| speaks(task) && &*task.task != "voices") {
        return Check::passed("credits", "no task that runs spends any");
    }
    let Some(need) = Need::of(run) else {
        let seen = format!("account {name} has {have}; what the run needs cannot be told before");
        return if have > 0 {
            Check::passed("credits", seen)
        } else {
            Check::failed("credits", format!("account {name} has {have}"), TOP_UP)
        };
    };
    let seen = format!(
        "account {name} has {have}, the least of those tried; a user needs about {:.0} for {:.0} \
         characters",
        need.credits, need.characters
    );
    match have as f64 {
        have if have < need.credits.max(1.0) => Check::failed("credits", seen, TOP_UP),
        have if have < 2.0 * need.credits => Check::suspicious("credits", seen, TOP_UP),
        _ => Check::passed("credits", seen),
    }
}

/// What a user spends on average, at most.
struct Need {
    characters: f64,
    credits: f64,
}

impl Need {
    fn of(run: &Preflight<'_>) -> Option<Self> {
        let named = |name: &'static str| move |task: &TaskInfo| &*task.task == name;
        let users = f64::from(run.users());
        let texts = run.executions(named("synthesize"))? / users;
        let articles = run.executions(named("extract_and_synthesize"))? / users;
        let (characters, credits) = mean(run.shared::<Prepared>().wishes.length);
        Some(Self {
            characters: texts * characters + articles * crate::flows::LONGEST_ARTICLE as f64,
            credits: texts * credits + articles,
        })
    }
}

/// Characters and credits of a text of this length, on average.
fn mean(length: Length) -> (f64, f64) {
    let texts = (0..SAMPLE).map(|number| speech_text(number, length).len());
    let sums = texts.fold((0, 0), |(characters, credits), length| {
        (characters + length, credits + length.div_ceil(1_000))
    });
    (sums.0 as f64 / SAMPLE as f64, sums.1 as f64 / SAMPLE as f64)
}

/// Requests of an account within an hour against what it may still make.
fn rate_limit(run: &Preflight<'_>, visits: &[Visit]) -> Check {
    let Some(remaining) = visits.iter().filter_map(|visit| visit.remaining).min() else {
        return Check::unknown(
            "rate limit",
            "the target does not tell (no X-Rate-Limit-Remaining)",
        );
    };
    if remaining >= BEYOND_ANY {
        let seen = "there is no limit that an account could reach in an hour";
        return Check::passed("rate limit", seen);
    }
    let left = format!("an account may make {remaining} more requests in this hour");
    let planned = run.executions(logs_in).zip(run.run_time());
    let Some((tasks, time)) = planned else {
        return Check::unknown("rate limit", format!("{left}; how many it will make is not known"));
    };
    let within = (HOUR.as_secs_f64() / time.as_secs_f64()).min(1.0);
    let planned = tasks / f64::from(run.users()) * within;
    let seen = format!("{left}; the run makes about {planned:.0} (a request for each task)");
    if planned <= remaining as f64 {
        return Check::passed("rate limit", seen);
    }
    Check::failed(
        "rate limit",
        seen,
        "start the service with a higher RATE_LIMIT_REQUESTS_PER_HOUR, or the load measures only \
         the limit (--no-preflight if that is meant)",
    )
}

/// At most [`TRIED`] of so many seats, spread over all of them.
fn spread(seats: usize) -> Vec<usize> {
    let tried = seats.min(TRIED);
    (0..tried).map(|number| number * (seats - 1) / (tried - 1).max(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_the_last_account_are_tried() {
        assert_eq!(spread(1), [0]);
        assert_eq!(spread(3), [0, 1, 2]);
        assert_eq!(spread(100), [0, 24, 49, 74, 99]);
    }

    #[test]
    fn a_mixed_text_costs_more_than_one_credit_on_average() {
        let (characters, credits) = mean(Length::Mixed);
        assert!((200.0..600.0).contains(&characters), "{characters}");
        assert!((1.0..1.5).contains(&credits), "{credits}");
        assert_eq!(mean(Length::Exactly(1_001)), (1_001.0, 2.0));
    }
}
