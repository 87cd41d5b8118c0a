//! What the guide says of the personas, against what the classes are made of.

use std::collections::BTreeMap;

use katydid::{Class, User};
use tts_reader_load_test::personas::{
    BurstTrafficUser, HeavyTTSUser, ReadOnlyUser, TTSReaderUser, WebSocketProgressUser,
};

/// Per cent of the task executions by flow.
fn shares<U: User>() -> BTreeMap<String, f64> {
    let mut shares = BTreeMap::new();
    for task in Class::of::<U>().tasks() {
        *shares.entry(task.flow.to_string()).or_insert(0.0) +=
            task.expected_share.expect("no flow is sticky") * 100.0;
    }
    shares.into_iter().map(|(flow, share): (_, f64)| (flow, share.round())).collect()
}

fn documented<const N: usize>(shares: [(&str, f64); N]) -> BTreeMap<String, f64> {
    shares.into_iter().map(|(flow, share)| (flow.to_owned(), share)).collect()
}

#[test]
fn the_mix_of_flows_is_the_documented_one() {
    let balanced = [
        ("Synthesis", 40.0),
        ("Extraction", 30.0),
        ("Preferences", 10.0),
        ("Billing", 10.0),
        ("Authentication", 5.0),
        ("Health", 5.0),
    ];
    assert_eq!(shares::<TTSReaderUser>(), documented(balanced));
    let burst = [("Synthesis", 50.0), ("Extraction", 40.0), ("Health", 10.0)];
    assert_eq!(shares::<BurstTrafficUser>(), documented(burst));
    let heavy = [("Synthesis", 70.0), ("Extraction", 20.0), ("Billing", 10.0)];
    assert_eq!(shares::<HeavyTTSUser>(), documented(heavy));
    let browsing =
        [("Billing", 40.0), ("Health", 30.0), ("Preferences", 20.0), ("Authentication", 10.0)];
    assert_eq!(shares::<ReadOnlyUser>(), documented(browsing));
}

#[test]
fn every_persona_can_run_and_has_the_same_share_of_the_users() {
    let classes = [
        Class::of::<TTSReaderUser>(),
        Class::of::<BurstTrafficUser>(),
        Class::of::<HeavyTTSUser>(),
        Class::of::<ReadOnlyUser>(),
    ];
    for class in classes {
        assert_eq!(class.check(), Ok(()));
        assert_eq!(class.shares(), (1, 0), "{}", class.name());
        assert!(!class.about().is_empty(), "{}", class.name());
        assert!(!class.is_when_asked(), "{}", class.name());
    }
}

#[test]
fn who_follows_jobs_runs_only_when_asked() {
    let class = Class::of::<WebSocketProgressUser>();
    assert_eq!(class.check(), Ok(()));
    assert!(class.is_when_asked() && !class.about().is_empty());
    for task in class.tasks() {
        // A tag of the others would bring it along with them.
        assert_eq!(task.tags.join(" "), "websocket", "{}", task.task);
    }
}

#[test]
fn tasks_have_the_weights_and_tags_of_the_old_suite() {
    let tasks = [
        ("Authentication", "register", 2, "auth critical"),
        ("Authentication", "login", 5, "auth critical"),
        ("Authentication", "user", 3, "auth"),
        ("Extraction", "basic", 10, "extraction critical"),
        ("Extraction", "enhanced", 5, "extraction enhanced"),
        ("Extraction", "preview", 3, "extraction"),
        ("Extraction", "methods", 1, "extraction"),
        ("Synthesis", "synthesize", 15, "tts critical revenue"),
        ("Synthesis", "extract_and_synthesize", 8, "tts combined"),
        ("Synthesis", "voices", 2, "tts"),
        ("Preferences", "get_preferences", 5, "preferences"),
        ("Preferences", "update_preferences", 3, "preferences"),
        ("Preferences", "usage", 4, "usage"),
        ("Billing", "pricing_tiers", 5, "billing revenue"),
        ("Billing", "credit_packages", 3, "billing"),
        ("Billing", "credit_balance", 7, "billing"),
        ("Health", "health", 10, "health monitoring"),
        ("Health", "root", 3, "health"),
        ("Health", "enterprise_status", 1, "enterprise"),
    ];
    let of_flows = shares::<TTSReaderUser>();
    let infos = Class::of::<TTSReaderUser>().tasks();
    assert_eq!(infos.len(), tasks.len());
    for (flow, name, weight, tags) in tasks {
        let found = infos.iter().find(|info| *info.flow == *flow && *info.task == *name);
        let info = found.unwrap_or_else(|| panic!("no task {flow}/{name}"));
        let own = |task: &&(&str, &str, u32, &str)| task.0 == flow;
        let total: u32 = tasks.iter().filter(own).map(|task| task.2).sum();
        let expected = of_flows[flow] / 100.0 * f64::from(weight) / f64::from(total);
        assert!(
            (info.expected_share.expect("no flow is sticky") - expected).abs() < 1e-9,
            "{flow}/{name}"
        );
        assert_eq!(info.tags.join(" "), tags, "{flow}/{name}");
        assert!(!info.silent, "{flow}/{name}");
    }
}
