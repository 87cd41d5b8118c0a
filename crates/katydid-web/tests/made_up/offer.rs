//! The made-up suite.

use std::sync::Arc;
use std::time::Duration;

use katydid_core::{Scenario, TaskInfo};
use katydid_web::{ClassInfo, Kind, OwnOption, Preset, SuiteInfo, TaskShare};

/// The suite.
pub(crate) fn suite() -> SuiteInfo {
    SuiteInfo {
        name: "made-up".to_owned(),
        version: "0.1.0".to_owned(),
        classes: classes(),
        scenarios: vec![
            Scenario::new("smoke", 5, 1.0, Duration::from_mins(2)).purpose("Does it work at all?"),
        ],
        hosts: vec![
            ("local".to_owned(), "http://localhost:5000".to_owned()),
            ("production".to_owned(), "https://production.example".to_owned()),
        ],
        options: vec![
            OwnOption {
                name: "basket".to_owned(),
                help: "How much is bought".to_owned(),
                kind: Kind::OneOf(vec!["small".to_owned(), "large".to_owned()]),
                default: Some("small".to_owned()),
                secret: false,
            },
            OwnOption {
                name: "api-key".to_owned(),
                help: "What the shop wants to see".to_owned(),
                kind: Kind::Text,
                default: None,
                secret: true,
            },
        ],
        embedded: false,
        accounts: true,
        presets: vec![
            Preset { name: "users".to_owned(), words: vec!["10".to_owned()] },
            Preset { name: "host".to_owned(), words: vec!["http://localhost:5000".to_owned()] },
            Preset { name: "api-key".to_owned(), words: vec!["hush-hush".to_owned()] },
        ],
        runs: "load_test_runs".into(),
    }
}

/// Its classes.
pub(crate) fn classes() -> Vec<ClassInfo> {
    let task = |class: &str, flow: &str, task: &str, tag: &str, share: f64| TaskInfo {
        class: Arc::from(class),
        flow: Arc::from(flow),
        task: Arc::from(task),
        tags: Arc::from([Arc::from(tag)]),
        expected_share: Some(share),
        silent: false,
    };
    let leaf =
        |name: &str, ratio: f64| TaskShare { name: name.to_owned(), ratio, inside: Vec::new() };
    let buying =
        TaskShare { name: "Buying".to_owned(), ratio: 0.25, inside: vec![leaf("pay", 1.0)] };
    vec![
        ClassInfo {
            name: "Shopper".to_owned(),
            weight: 3,
            tasks: vec![
                task("Shopper", "", "browse", "read", 0.75),
                task("Shopper", "Buying", "pay", "critical", 0.25),
            ],
            shares: vec![leaf("browse", 0.75), buying],
            ..ClassInfo::default()
        },
        ClassInfo {
            name: "Admin".to_owned(),
            weight: 1,
            tasks: vec![task("Admin", "", "report", "read", 1.0)],
            shares: vec![leaf("report", 1.0)],
            ..ClassInfo::default()
        },
    ]
}
