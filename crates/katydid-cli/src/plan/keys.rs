//! Everything that may be written in a plan: the one table that reading and the schema share.

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// A whole number above 0.
    Count,
    /// A number above 0.
    Rate,
    /// A length of time, as a text.
    Time,
    /// A share of requests, as a text: `99.5%`.
    Share,
    /// A list of texts.
    Texts,
    /// A text, or a list of them.
    OneOrTexts,
    /// Yes or no.
    Switch,
}

/// A key with its meaning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) about: &'static str,
}

const fn key(name: &'static str, kind: Kind, about: &'static str) -> Key {
    Key { name, kind, about }
}

/// The tables of a plan.
pub(super) const TABLES: [(&str, &str); 6] = [
    ("hosts", "Names for -H: `staging = \"https://staging.example.com\"`"),
    ("scenario", "Recipes for --scenario, one table each"),
    ("target", "Limits of response times by name of requests, one table each"),
    ("success", "Classes of requests by tag, in order; the first that matches counts"),
    ("monitor", "What is watched beside the load, one table each (docs/MONITORS.md)"),
    ("prices", "What a unit of the suite costs, for --max-cost: `character = 0.000004`"),
];

/// Keys of `[scenario.NAME]`.
pub(super) const SCENARIO: [Key; 29] = [
    key("purpose", Kind::Text, "What the scenario is for, in one sentence"),
    key(
        "expected",
        Kind::Text,
        "What is expected, in one sentence; `targets` is the same as rules",
    ),
    key("users", Kind::Count, "Users"),
    key("spawn-rate", Kind::Rate, "Users started per second"),
    key("run-time", Kind::Time, "Length of the run, ramp included: 2m, 1h30m"),
    key(
        "stages",
        Kind::Texts,
        "Instead of the three: numbers of users in a row, 10@2/s for 2m; a name may stand before it",
    ),
    key("steps", Kind::Count, "Climb to `users` in so many equal steps, each a part of run-time"),
    key("search", Kind::Text, "\"capacity\": find the highest load, up to `users`, that holds"),
    key("from", Kind::Count, "Of a search: users of its first probe [10]"),
    key("factor", Kind::Rate, "Of a search: how many times more users the next probe has [2]"),
    key(
        "step-time",
        Kind::Time,
        "Of a search: how long a probe measures, after its ramp and each user's first task [30s]",
    ),
    key("precision", Kind::Share, "Of a search: the share by which it may be wrong [10%]"),
    key("classes", Kind::Texts, "User classes that run, with weights if wanted: Shopper=3"),
    key("tags", Kind::Texts, "Only tasks with one of these tags run"),
    key("exclude-tags", Kind::Texts, "Tasks with one of these tags do not run"),
    key("silence", Kind::Texts, "Warnings not wanted, with a reason: same-machine=a trial"),
    key("targets", Kind::Texts, "Rules: p95 < 500ms, success == 100% on tag tts (docs/RULES.md)"),
    key(
        "recover",
        Kind::OneOrTexts,
        "A rule that must hold again after the highest stage: p95 < 1s within 30s",
    ),
    key(
        "knee",
        Kind::OneOrTexts,
        "Rules that say at which step the target broke, and do not fail the run: p95 < 1s",
    ),
    key("degrade", Kind::Text, "\"gradual\": missed by a stall, a crash or collapsing throughput"),
    key(
        "drift",
        Kind::Texts,
        "How much a number may grow per hour: p95 < 10%/h, failures < 0.1pt/h, memory < 5%/h",
    ),
    key("endpoints", Kind::Texts, "Names of [target.\"NAME\"] tables that judge this scenario"),
    key("preflight", Kind::Switch, "Target, accounts and every task are checked before the load"),
    key("confirm", Kind::Switch, "On a terminal a person is asked before the load (--yes: not)"),
    key("max-rate", Kind::Text, "Never more requests in any second: 50/s, 600/m"),
    key("max-requests", Kind::Count, "The run ends when so many requests have been answered"),
    key("max-cost", Kind::Rate, "The run ends when it has cost so much, by [prices]"),
    key(
        "mask",
        Kind::Texts,
        "Further names whose values are secret: headers, JSON keys, parameters",
    ),
    key("success-classes", Kind::Texts, "Names of [success] classes that judge this scenario"),
];

/// Keys of `[target."NAME"]` beside percentiles such as `p95`.
pub(super) const TARGET: [Key; 3] = [
    key("med", Kind::Time, "The median stays below it"),
    key("avg", Kind::Time, "The mean stays below it"),
    key("max", Kind::Time, "No response takes so long"),
];

/// Keys of a class in `[success]`.
pub(super) const SUCCESS: [Key; 2] = [
    key("tags", Kind::Texts, "Requests with one of these tags; left out: all that remain"),
    key("at-least", Kind::Share, "The share that must succeed: 99.5%"),
];

/// Keys of `[monitor.NAME]` that say what is watched: one of them.
pub(super) const WATCHED: [Key; 10] = [
    key("machine", Kind::Switch, "This machine: CPU, memory, load, network, disk"),
    key("pid", Kind::Count, "A local process with its descendants, by its pid"),
    key("port", Kind::Count, "The local process that listens on this port"),
    key("process", Kind::Text, "The local process of this name"),
    key("cgroup", Kind::Text, "The folder of a control group (version 2): a container, a unit"),
    key("prometheus", Kind::Text, "A Prometheus text endpoint; a path alone is of the run's host"),
    key("postgres", Kind::Text, "A database: postgres://user@host:5432/database?sslmode=require"),
    key("health", Kind::Text, "An HTTP health endpoint; a path alone is of the run's host"),
    key("log", Kind::Text, "A log file that others write; read from its end on"),
    key("command", Kind::Texts, "A command with its words, which prints `name value` lines"),
];

/// Keys of `[monitor.NAME]` that say how.
pub(super) const MONITOR: [Key; 7] = [
    key("series", Kind::Texts, "Of `prometheus`: what is taken, db_connections{state=\"in_use\"}"),
    key("password-env", Kind::Text, "Of `postgres`: the environment variable with the password"),
    key("errors", Kind::Text, "Of `log`: what makes a line an error [ERROR|CRITICAL|FATAL]"),
    key("every", Kind::Time, "Between two looks [1s; 5s over the network; 10s for a command]"),
    key("timeout", Kind::Time, "What a look may take [2s; 10s for a command]"),
    key(
        "optional",
        Kind::Switch,
        "That it cannot be watched is said in the log, without a warning",
    ),
    key("rules", Kind::Texts, "What must hold: up == yes, max(rss) < 1GB (docs/MONITORS.md)"),
];

/// Keys that a later version will know; until then nobody shall think that they work.
pub(super) const LATER: [&str; 3] = ["arrival-rate", "arrival-stages", "max-in-flight"];
