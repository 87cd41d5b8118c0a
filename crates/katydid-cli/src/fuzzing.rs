//! What fuzz targets call (`fuzz/`): every text that somebody else may have written.
//!
//! Each says whether the text can be meant; a promise that is broken is a panic.

use std::path::Path;
use std::sync::LazyLock;

use katydid_core::{Stages, TagClass, Target};
use katydid_engine::{Session, Task, TaskResult, UserClass, between};

use crate::args;
use crate::plan::{Plan, out_of_reach, unfirm};
use crate::sources::{Known, file_settings};
use crate::suite::Suite;

/// A plan for a suite with two classes and the tags `read`, `critical` and `revenue`.
pub fn plan(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let suite = suite();
    match Plan::read("fuzz", text, &suite) {
        Ok(plan) => {
            for scenario in plan.scenarios() {
                let (stages, phases) = (scenario.as_stages(), scenario.phases());
                let load = (&stages, &phases[..]);
                let _ = out_of_reach(&suite.classes, load, &scenario.targets);
                let _ = unfirm(&suite.classes, load, &scenario.targets);
                let written = stages.to_string();
                let again = written.parse::<Stages>().map(|again| again.to_string());
                assert_eq!(again.as_ref(), Ok(&written), "stages are read as they are written");
            }
            true
        }
        Err(fault) => {
            let said = fault.to_string();
            assert!(said.starts_with("fuzz:"), "an error has its line: {said}");
            false
        }
    }
}

/// A settings file: the first byte says whether it is TOML.
pub fn config(data: &[u8]) -> bool {
    static KNOWN: LazyLock<Known> =
        LazyLock::new(|| Known::new(args::command(&suite()), Vec::new()));
    let Some((kind, text)) = data.split_first() else { return false };
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let name = if kind % 2 == 0 { "fuzz.conf" } else { "fuzz.toml" };
    file_settings(&KNOWN, Path::new(name), text, true).is_ok()
}

/// A target, with the classes `critical` and `rest`.
pub fn target(data: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(data) else { return false };
    let tags = ["auth".to_owned()];
    let classes = TagClass::in_order([("critical", &tags[..]), ("rest", &[])]);
    match Target::parse(text, &classes) {
        Ok(target) => {
            let written = target.to_string();
            let again = Target::parse(&written, &classes);
            assert_eq!(again.as_ref(), Ok(&target), "{text:?} is written {written:?}");
            true
        }
        Err(fault) => {
            assert!(fault.column() <= text.chars().count() + 1, "{fault}");
            false
        }
    }
}

async fn get(session: &mut Session) -> TaskResult {
    session.get("/").send().await?;
    Ok(())
}

pub(crate) fn task(name: &str, weight: u32, tags: &[&str]) -> Task<()> {
    let task = Task::new(name, |(), session| Box::pin(get(session)));
    task.weight(weight).tags(tags.iter().copied())
}

/// Each task is a quarter, a half or a quarter of a class that waits two seconds.
pub(crate) fn suite() -> Suite {
    let shopper = UserClass::<()>::with_default("Shopper")
        .wait(between(1.0, 3.0))
        .task(task("look", 2, &["read"]))
        .task(task("pay", 1, &["critical", "revenue"]))
        .task(task("leave", 1, &[]));
    let admin = UserClass::<()>::with_default("Admin").task(task("audit", 1, &["critical"]));
    Suite::new("shop-load").class(shopper).class(admin)
}

#[cfg(test)]
mod tests {
    /// Whether a fuzz target takes this input for good.
    type Reads = fn(&[u8]) -> bool;

    #[test]
    fn the_seeds_of_the_fuzz_targets_are_what_their_names_say() {
        let targets: [(&str, Reads); 3] =
            [("plan", super::plan), ("config", super::config), ("target", super::target)];
        for (name, target) in targets {
            let folder = format!("{}/../../fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
            for seed in std::fs::read_dir(folder).unwrap() {
                let seed = seed.unwrap().path();
                let good = seed.file_name().unwrap().to_string_lossy().starts_with("good");
                assert_eq!(target(&std::fs::read(&seed).unwrap()), good, "{}", seed.display());
            }
        }
    }
}
