//! Wrong files of settings.

/// The file's name, its text, and a part of what is said.
pub(super) const CASES: &[(&str, &str, &str)] = &[
    (
        "locust.conf",
        "# x\n\nspwan-rate = 1\n",
        "locust.conf:3: unknown key `spwan-rate`; did you mean `spawn-rate`?",
    ),
    ("locust.conf", "zzz = 1", "locust.conf:1: unknown key `zzz`; --help names all options"),
    ("locust.conf", "Users = 1", "locust.conf:1: unknown key `Users`; did you mean `users`?"),
    ("locust.conf", "help", "locust.conf:1: unknown key `help`"),
    ("locust.conf", "= 5", "locust.conf:1: `= 5` is no setting; write it like run-time = 5m"),
    ("locust.conf", "users = many", "locust.conf:1: invalid value 'many' for users: write a whole"),
    ("locust.conf", "users", "locust.conf:1: invalid value 'true' for users"),
    ("locust.conf", "users = 5 6", "locust.conf:1: invalid value '5 6' for users"),
    ("locust.conf", "users = [1, 2]", "locust.conf:1: users takes one value, no list"),
    (
        "locust.conf",
        "users = 1\nusers = 2",
        "locust.conf:2: users is set to something else in line 1",
    ),
    ("locust.conf", "run-time = 1.5h", "locust.conf:1: invalid value '1.5h' for run-time"),
    (
        "locust.conf",
        "run_time = 0",
        "locust.conf:1: invalid value '0' for run-time: must be longer",
    ),
    ("locust.conf", "only-summary = perhaps", "only-summary is on or off; `perhaps` is neither"),
    ("locust.conf", "only-summary =", "only-summary is on or off; `` is neither true nor false"),
    ("locust.conf", "tags = []", "locust.conf:1: tags is an empty list; leave it out"),
    ("locust.conf", "tags = critcal", "unknown tag `critcal` in locust.conf:1: tags; did you mean"),
    ("locust.conf", "loglevel = LOUD", "locust.conf:1: invalid value 'LOUD' for loglevel"),
    (
        "locust.conf",
        "config = x.conf",
        "locust.conf:1: config names a file and cannot stand in one",
    ),
    ("locust.conf", "master = true", "locust.conf:1: --master is about distributed runs"),
    ("locust.conf", "web-auth = a:b", "locust.conf:1: --web-auth is gone from Locust"),
    (
        "locust.conf",
        "threads = 2\nprocesses = 2",
        "locust.conf:2: processes and locust.conf:1: threads cannot",
    ),
    ("locust.conf", "tls-cert = a.pem\nheadful", "--tls-cert needs --tls-key, its key"),
    ("locust.conf", "csv-full-history", "locust.conf:1: csv-full-history needs --csv PREFIX"),
    ("locust.conf", "basket = huge", "locust.conf:1: invalid value 'huge' for basket"),
    ("locust.conf", "copies = some", "locust.conf:1: invalid value 'some' for copies"),
    (
        "locust.conf",
        "config-users = [{\"user_class_name\": \"Amin\"}]",
        "locust.conf:1: config-users: unknown user class `Amin`; did you mean `Admin`?",
    ),
    (
        "katydid.conf",
        "thraeds = 2",
        "katydid.conf:1: unknown key `thraeds`; did you mean `threads`?",
    ),
    ("mine.conf", "\nuser_s = 2", "mine.conf:2: unknown key `user_s`; did you mean `users`?"),
    (
        "mine.toml",
        "[tool.other]\nusers = 5",
        "there is neither a table [tool.katydid] nor [tool.locust]",
    ),
    ("mine.toml", "[tool.locust\nusers = 5", "mine.toml:1: "),
    (
        "pyproject.toml",
        "[tool.locust]\nusers = \"x\"",
        "pyproject.toml:2: invalid value 'x' for users",
    ),
    (
        "pyproject.toml",
        "[tool.locust]\nusrs = 5",
        "pyproject.toml:2: unknown key `usrs`; did you mean `users`?",
    ),
    (
        "pyproject.toml",
        "[tool.katydid]\nusers = 1979-05-27",
        "pyproject.toml:2: users must be a text, a number",
    ),
];
