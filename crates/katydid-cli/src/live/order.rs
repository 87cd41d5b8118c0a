//! What an order means: one more layer of settings above those that the program was started with, so
//! that one table of options checks everything.

use katydid_core::{is_loopback, nearest};
use katydid_web::{Order, Refusal};

use crate::args::Args;
use crate::error::CliError;
use crate::limits;
use crate::settings::Settings;
use crate::sources::{CLASSES, Known, Origin, Setting, Value};
use crate::suite::Suite;

/// The field of the classes.
const CLASSES_FIELD: &str = "classes";

/// What may be set for one run on the page, beside the suite's own options. What is not here belongs to
/// the program: files that it writes, where its page is, what it logs.
pub(super) const OF_A_RUN: [&str; 42] = [
    "accounts",
    "allow-production",
    "arrival-rate",
    "arrival-stages",
    "arrivals",
    "backup-confirmed",
    "config-users",
    "connect-timeout",
    "contact",
    "embedded",
    "equal-weights",
    "exclude-tags",
    "exit-code-on-error",
    "host",
    "insecure",
    "iterations",
    "mask",
    "max-body",
    "max-cost",
    "max-in-flight",
    "max-rate",
    "max-requests",
    "no-preflight",
    "no-save",
    "profile",
    "reset-stats",
    "run-time",
    "scenario",
    "seed",
    "silence",
    "spawn-rate",
    "stages",
    "steps",
    "stop-timeout",
    "strict",
    "tags",
    "threads",
    "timeout",
    "traceparent",
    "users",
    "watch-pid",
    "when-full",
];

/// The run that is wanted, checked.
///
/// # Errors
/// What cannot be meant, by the field it is in.
pub(super) fn settings(suite: &Suite, args: &Args, order: &Order) -> Result<Settings, Refusal> {
    let known = Args::known(suite);
    let (mut layer, mut removed) = (Vec::new(), Vec::new());
    for (name, words) in &order.options {
        let long = option(suite, &known, name)?;
        if words.is_empty() {
            removed.push(long);
        } else {
            layer.push(setting(&known, long, words)?);
        }
    }
    if !order.classes.is_empty() {
        let value = Value::Many(order.classes.clone());
        layer.push(Setting { long: CLASSES.to_owned(), value, origin: Origin::Page });
    }
    let wrong = |fault: CliError| wrong(order, &fault);
    let args = args.with(suite, layer, &removed).map_err(wrong)?;
    let settings = Settings::resolve(suite, &args).map_err(wrong)?;
    let too_many = |fault: CliError| Refusal::Wrong {
        field: Some(says_how_many(&settings, order).to_owned()),
        text: fault.to_string(),
    };
    limits::make_room_for(&settings).map_err(too_many)?;
    Ok(settings)
}

/// The option that says how many users there are.
fn says_how_many(settings: &Settings, order: &Order) -> &'static str {
    let named = |name: &&&str| order.options.get(**name).is_some_and(|words| !words.is_empty());
    match &settings.run.arrivals {
        Some(_) => "max-in-flight",
        None => ["stages", "users", "scenario"].iter().find(named).copied().unwrap_or("users"),
    }
}

/// Asks before a load that could hurt somebody, unless somebody has said yes.
///
/// # Errors
/// The question.
pub(super) fn confirm(settings: &Settings, order: &Order) -> Result<(), Refusal> {
    let elsewhere = settings.hosts().iter().any(|host| !is_loopback(host));
    let asks = settings.scenario.as_ref().is_some_and(|scenario| scenario.confirm);
    if order.confirmed || settings.yes || !(elsewhere || asks) {
        return Ok(());
    }
    Err(Refusal::Confirm(format!("{} Go on?", settings.load_text())))
}

/// The option of this name, if a run can have it.
fn option<'n>(suite: &Suite, known: &Known, name: &'n str) -> Result<&'n str, Refusal> {
    let own = || suite.options.iter().map(|option| option.name.as_str());
    if OF_A_RUN.contains(&name) || own().any(|own| own == name) {
        return Ok(name);
    }
    let text = if known.arg(name).is_some() {
        format!(
            "`{name}` is for the whole program and not for one run; start the program with --{name}"
        )
    } else {
        match nearest(name, OF_A_RUN.into_iter().chain(own())) {
            Some(near) => format!("there is no option `{name}`; did you mean `{near}`?"),
            None => format!("there is no option `{name}`"),
        }
    };
    Err(Refusal::Wrong { field: Some(name.to_owned()), text })
}

fn setting(known: &Known, long: &str, words: &[String]) -> Result<Setting, Refusal> {
    let value = match words {
        [one] => Value::One(one.clone()),
        many => Value::Many(many.to_vec()),
    };
    let mut setting = Setting { long: long.to_owned(), value, origin: Origin::Page };
    match known.check(&mut setting) {
        Ok(()) => Ok(setting),
        Err(fault) => Err(Refusal::Wrong { field: Some(long.to_owned()), text: fault.to_string() }),
    }
}

/// What is wrong with an order as a whole, with the field that the sentence is about, if it is about
/// one.
fn wrong(order: &Order, fault: &CliError) -> Refusal {
    let text = fault.to_string();
    Refusal::Wrong { field: field(order, &text), text }
}

/// The option whose word a sentence quotes, or which it names.
fn field(order: &Order, text: &str) -> Option<String> {
    let quotes = |words: &[String]| words.iter().any(|word| text.contains(&format!("`{word}`")));
    let mut options = order.options.iter();
    if let Some((long, _)) = options.find(|(_, words)| quotes(words)) {
        return Some(long.clone());
    }
    // Of a guarded host the plan's name is quoted, and its address told.
    let host = order.options.get("host").into_iter().flatten();
    if host.into_iter().any(|host| !host.is_empty() && text.starts_with(&**host)) {
        return Some("host".to_owned());
    }
    let names: Vec<String> =
        order.classes.iter().map(|class| class.split('=').next().unwrap_or(class).into()).collect();
    if quotes(&names) || quotes(&order.classes) || text.contains("user class") {
        return Some(CLASSES_FIELD.to_owned());
    }
    if text.contains("-H URL") {
        return Some("host".to_owned());
    }
    let named = |long: &&str| {
        let flag = format!("--{long}");
        text.match_indices(&flag).any(|(at, _)| {
            let after = text[at + flag.len()..].chars().next();
            !after.is_some_and(|c| c.is_alphanumeric() || c == '-')
        })
    };
    OF_A_RUN.into_iter().find(named).map(str::to_owned)
}
