//! What a suite offers to the form of a start.

use std::path::PathBuf;

use katydid_core::{Scenario, TaskInfo};

/// A suite, and what it was started with.
#[derive(Clone, Debug, Default)]
pub struct SuiteInfo {
    /// Its name, as Locust shows the name of the locustfile.
    pub name: String,
    /// The version of Katydid.
    pub version: String,
    /// Classes in the order of the suite.
    pub classes: Vec<ClassInfo>,
    /// The plan's scenarios, as presets.
    pub scenarios: Vec<Scenario>,
    /// Names of hosts in the plan, with their addresses.
    pub hosts: Vec<(String, String)>,
    /// The suite's own options.
    pub options: Vec<OwnOption>,
    /// It can start a backend of its own (`embedded`).
    pub embedded: bool,
    /// Its users log in with accounts of a file (`accounts`).
    pub accounts: bool,
    /// What the program was started with, by long names; the form begins with it.
    pub presets: Vec<Preset>,
    /// The folder of saved runs.
    pub runs: PathBuf,
}

/// A user class.
#[derive(Clone, Debug, Default)]
pub struct ClassInfo {
    /// Its name.
    pub name: String,
    /// Its weight.
    pub weight: u32,
    /// Its fixed count; 0 is none.
    pub fixed_count: u32,
    /// It runs only when it is named, or one of its tags is.
    pub when_asked: bool,
    /// Its own host.
    pub host: Option<String>,
    /// Its tasks.
    pub tasks: Vec<TaskInfo>,
    /// The same as its weights promise it, flows with what is in them.
    pub shares: Vec<TaskShare>,
}

/// The share of a task, or of a flow, in what is around it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskShare {
    /// Its name.
    pub name: String,
    /// 0 to 1.
    pub ratio: f64,
    /// What is in a flow; empty for a task.
    pub inside: Vec<TaskShare>,
}

/// An option of the suite.
#[derive(Clone, Debug)]
pub struct OwnOption {
    /// Its long name.
    pub name: String,
    /// What it means.
    pub help: String,
    /// What it may be.
    pub kind: Kind,
    /// Its value when nobody gives one.
    pub default: Option<String>,
    /// Its value is secret.
    pub secret: bool,
}

/// What the value of an option may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any words.
    Text,
    /// On or off.
    Switch,
    /// One of these.
    OneOf(Vec<String>),
}

/// A setting that the program was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The option's long name.
    pub name: String,
    /// Its words.
    pub words: Vec<String>,
}
