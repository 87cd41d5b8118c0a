//! What a suite offers to the form of a start.

use std::path::PathBuf;

use katydid_engine::Class;
use katydid_web::{ClassInfo, Preset, SuiteInfo};

use super::order::OF_A_RUN;
use crate::args::Args;
use crate::commands::ratio;
use crate::files::RUNS;
use crate::options::SuiteOption;
use crate::sources::CLASSES;
use crate::suite::{AccountsUse, Suite};

/// The suite, and what the program was started with.
pub(super) fn of(suite: &Suite, args: &Args) -> SuiteInfo {
    SuiteInfo {
        name: suite.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        classes: suite.classes.iter().map(class).collect(),
        scenarios: suite.scenarios.clone(),
        hosts: suite.hosts.clone(),
        options: suite.options.iter().map(SuiteOption::info).collect(),
        embedded: suite.embedded.is_some(),
        accounts: suite.accounts != AccountsUse::NotUsed,
        presets: presets(suite, args),
        runs: PathBuf::from(RUNS),
    }
}

fn class(class: &Class) -> ClassInfo {
    let (weight, fixed_count) = class.shares();
    ClassInfo {
        name: class.name().to_string(),
        weight,
        fixed_count,
        when_asked: class.is_when_asked(),
        host: class.host().map(str::to_owned),
        tasks: class.tasks(),
        shares: ratio::of_class(class),
    }
}

/// What was set for runs, secrets apart: the form begins with it.
fn presets(suite: &Suite, args: &Args) -> Vec<Preset> {
    let own = |name: &str| suite.options.iter().find(|option| option.name == name);
    let shown = |name: &str| {
        OF_A_RUN.contains(&name) || name == CLASSES || own(name).is_some_and(|it| !it.secret)
    };
    let settings = args.sources.settings.iter().filter(|setting| shown(&setting.long));
    // An address may carry a password; it is refused, and not shown before.
    let settings = settings.filter(|it| it.long != "host" || !it.value.to_string().contains('@'));
    settings
        .map(|setting| Preset { name: setting.long.clone(), words: setting.value.texts().to_vec() })
        .collect()
}
