//! What a suite offers to the form of a start.

use std::collections::BTreeMap;

use katydid_core::{Scenario, TaskInfo, format_span};
use schemars::JsonSchema;
use serde::Serialize;

use crate::security::{Role, Visitor};
use crate::suite::{ClassInfo, Kind, OwnOption, SuiteInfo, TaskShare};

/// What a suite offers to the form of a start, and what it was started with.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ShownSuite {
    name: String,
    /// The version of Katydid.
    version: String,
    classes: Vec<ShownClass>,
    scenarios: Vec<ShownScenario>,
    /// Names of hosts in the plan, with their addresses.
    hosts: Vec<ShownHost>,
    /// The suite's own options.
    options: Vec<ShownOption>,
    /// It can start a backend of its own (`embedded`).
    embedded: bool,
    /// Its users log in with accounts of a file (`accounts`).
    accounts: bool,
    /// What the program was started with, by long name; the form begins with it. Secrets are left
    /// out.
    presets: BTreeMap<String, Vec<String>>,
    /// What whoever asks may do.
    role: Role,
    /// Their name; `null` where nobody must log in.
    visitor: Option<String>,
}

/// A user class.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownClass {
    name: String,
    weight: u32,
    /// 0 is none.
    fixed_count: u32,
    /// It runs only when it is named, or one of its tags is.
    when_asked: bool,
    host: Option<String>,
    tasks: Vec<ShownTask>,
    /// The same as its weights promise it, flows with what is in them.
    shares: Vec<ShownShare>,
}

/// A task.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownTask {
    /// `Outer/Inner` in a nested flow; empty for a task of the class itself.
    flow: String,
    task: String,
    tags: Vec<String>,
    /// The share of its class's executions that the weights promise, 0 to 1; `null` where the code
    /// of the tasks decides.
    expected_share: Option<f64>,
}

/// The share of a task, or of a flow, in what is around it.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownShare {
    name: String,
    /// 0 to 1.
    ratio: f64,
    /// What is in a flow; empty for a task.
    inside: Vec<ShownShare>,
}

/// A recipe of the plan.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownScenario {
    name: String,
    purpose: String,
    expected: String,
    /// Its load in words.
    load: String,
    users: u32,
    spawn_rate: f64,
    /// As it is written in the form: `2m`.
    run_time: String,
    /// How the number of users changes, if it does.
    stages: Option<String>,
    /// Users climb in so many equal steps, if they do.
    steps: Option<u32>,
    /// It is a search for the highest load that holds its targets.
    search: bool,
    classes: Vec<String>,
    tags: Vec<String>,
    exclude_tags: Vec<String>,
    /// Somebody must say yes before it runs.
    confirm: bool,
    targets: Vec<String>,
    expectations: Vec<String>,
}

/// A host with a name in the plan.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownHost {
    name: String,
    address: String,
}

/// An option of the suite.
#[derive(Debug, Serialize, JsonSchema)]
struct ShownOption {
    name: String,
    help: String,
    /// `text`, `switch` or `choice`.
    kind: &'static str,
    /// What it may be, if it is a choice.
    choices: Vec<String>,
    /// `null` for a secret.
    default: Option<String>,
    secret: bool,
}

impl ShownSuite {
    pub(crate) fn of(suite: &SuiteInfo, visitor: &Visitor) -> Self {
        let host = |(name, address): &(String, String)| ShownHost {
            name: name.clone(),
            address: address.clone(),
        };
        // What somebody gave a secret option on the command line is nobody else's business.
        let secret = |name: &str| suite.options.iter().any(|it| it.secret && it.name == name);
        let presets = suite.presets.iter().filter(|preset| !secret(&preset.name));
        Self {
            name: suite.name.clone(),
            version: suite.version.clone(),
            classes: suite.classes.iter().map(class).collect(),
            scenarios: suite.scenarios.iter().map(scenario).collect(),
            hosts: suite.hosts.iter().map(host).collect(),
            options: suite.options.iter().map(option).collect(),
            embedded: suite.embedded,
            accounts: suite.accounts,
            presets: presets.map(|it| (it.name.clone(), it.words.clone())).collect(),
            role: visitor.role,
            visitor: visitor.name.clone(),
        }
    }
}

fn class(class: &ClassInfo) -> ShownClass {
    ShownClass {
        name: class.name.clone(),
        weight: class.weight,
        fixed_count: class.fixed_count,
        when_asked: class.when_asked,
        host: class.host.clone(),
        tasks: class.tasks.iter().map(task).collect(),
        shares: class.shares.iter().map(share).collect(),
    }
}

fn task(it: &TaskInfo) -> ShownTask {
    ShownTask {
        flow: it.flow.to_string(),
        task: it.task.to_string(),
        tags: it.tags.iter().map(ToString::to_string).collect(),
        expected_share: it.expected_share,
    }
}

fn share(it: &TaskShare) -> ShownShare {
    let inside = it.inside.iter().map(share).collect();
    ShownShare { name: it.name.clone(), ratio: it.ratio, inside }
}

fn scenario(it: &Scenario) -> ShownScenario {
    ShownScenario {
        name: it.name.clone(),
        purpose: it.purpose.clone(),
        expected: it.expected.clone(),
        load: it.load_text(),
        users: it.users,
        spawn_rate: it.spawn_rate,
        run_time: format_span(it.run_time),
        stages: it.stages.as_ref().map(ToString::to_string),
        steps: it.steps,
        search: it.search.is_some(),
        classes: it.classes.clone(),
        tags: it.tags.clone(),
        exclude_tags: it.exclude_tags.clone(),
        confirm: it.confirm,
        targets: it.targets.iter().map(ToString::to_string).collect(),
        expectations: it.expectations.iter().map(ToString::to_string).collect(),
    }
}

fn option(it: &OwnOption) -> ShownOption {
    let (kind, choices) = match &it.kind {
        Kind::Text => ("text", Vec::new()),
        Kind::Switch => ("switch", Vec::new()),
        Kind::OneOf(choices) => ("choice", choices.clone()),
    };
    ShownOption {
        name: it.name.clone(),
        help: it.help.clone(),
        kind,
        choices,
        default: it.default.clone().filter(|_| !it.secret),
        secret: it.secret,
    }
}
