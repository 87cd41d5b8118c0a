//! Wrong environments.

/// The variable, its value, and a part of what is said.
pub(super) const CASES: &[(&str, &str, &str)] = &[
    (
        "KATYDID_USRS",
        "5",
        "environment KATYDID_USRS: no such option; did you mean `KATYDID_USERS`?",
    ),
    ("KATYDID_QQQ", "5", "environment KATYDID_QQQ: no such option; --help names all of them"),
    ("KATYDID_USERS", "many", "environment KATYDID_USERS: invalid value 'many' for users"),
    ("KATYDID_USERS", "", "environment KATYDID_USERS: invalid value '' for users"),
    ("LOCUST_USERS", "-1", "environment LOCUST_USERS: invalid value '-1' for users"),
    ("LOCUST_RUN_TIME", "1.5h", "environment LOCUST_RUN_TIME: invalid value '1.5h' for run-time"),
    ("LOCUST_HEADLESS", "", "environment LOCUST_HEADLESS: headless is on or off"),
    (
        "KATYDID_ONLY_SUMMARY",
        "2",
        "environment KATYDID_ONLY_SUMMARY: only-summary is on or off; `2`",
    ),
    ("LOCUST_MODE_WORKER", "true", "environment LOCUST_MODE_WORKER: --worker is about distributed"),
    ("LOCUST_SPAWN_RATE", "0", "environment LOCUST_SPAWN_RATE: invalid value '0' for spawn-rate"),
    ("LOCUST_TAGS", "critcal", "unknown tag `critcal` in LOCUST_TAGS; did you mean `critical`?"),
    ("KATYDID_TAGS", "[[1]]", "environment KATYDID_TAGS: a list holds texts, numbers or objects"),
    ("LOCUST_USER_CLASSES", "Shoper", "unknown user class `Shoper`; did you mean `Shopper`?"),
    ("LOCUST_ENABLE_OPENTELEMETRY", "1", "environment LOCUST_ENABLE_OPENTELEMETRY: --otel sends"),
    ("LOCUST_CSV_FULL_HISTORY", "yes", "LOCUST_CSV_FULL_HISTORY needs --csv PREFIX"),
    ("LOCUST_LOGLEVEL", "LOUD", "environment LOCUST_LOGLEVEL: invalid value 'LOUD' for loglevel"),
    ("KATYDID_CONFIG", "nowhere.conf", "settings file nowhere.conf: No such file"),
    ("KATYDID_SCENARIO", "smok", "unknown scenario `smok`; did you mean `smoke`?"),
    ("SHOP_COPIES", "some", "environment SHOP_COPIES: invalid value 'some' for copies"),
];
