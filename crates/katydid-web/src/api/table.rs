//! Every route with what it takes and gives.

use axum::routing::{MethodRouter, get, post};
use schemars::{Schema, SchemaGenerator};

use super::fields::{Field, Kind, may, must};
use super::{commands, looks, openapi, runs};
use crate::app::App;
use crate::live::ShownLines;
use crate::saved::{ShownFiles, ShownRuns};
use crate::shown::{ShownSnapshot, ShownState, ShownSuite};

/// A route of the API.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    /// What it does, in a sentence.
    pub(super) what: &'static str,
    /// Of its body, or of its query.
    pub(super) fields: &'static [Field],
    pub(super) answer: Answer,
    pub(super) handler: fn() -> MethodRouter<App>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Post,
}

/// What it answers when nothing is wrong.
#[derive(Clone, Copy)]
pub(super) enum Answer {
    /// 202: it was passed on, and what becomes of it is in the events.
    Done,
    /// JSON of this form.
    Json(fn(&mut SchemaGenerator) -> Schema),
    /// Something else, of this kind.
    Other(&'static str),
}

/// What a run is started with.
pub(super) static ORDER: [Field; 3] = [
    may(
        "options",
        Kind::Options,
        "options by long name, as on the command line: users, spawn-rate, host, run-time, scenario, \
         tags …; what is left out stays as the program was started with",
    ),
    may("classes", Kind::Texts, "the user classes that run"),
    may("confirmed", Kind::Flag, "somebody has said yes to what must be asked"),
];

/// What changes a run; which fields belong to which change is in docs/WEB.md.
pub(super) static CHANGE: [Field; 7] = [
    must(
        "change",
        Kind::Text,
        "users, arrival-rate, weight, pause, resume, mark, reset-stats, stop or cut",
    ),
    may("users", Kind::Whole, "of `users`: how many"),
    may("spawn_rate", Kind::Number, "of `users`: started or removed per second"),
    may("rate", Kind::Number, "of `arrival-rate`: task starts per second"),
    may("class", Kind::Text, "of `weight`: the class"),
    may("weight", Kind::Whole, "of `weight`: its weight"),
    may("text", Kind::Text, "of `mark`: what stands on the time line"),
];

pub(super) static AFTER: [Field; 1] =
    [may("after", Kind::Whole, "only lines after the one of this number")];

pub(super) static NAME: [Field; 1] = [must("name", Kind::Text, "method, space and name: GET /api")];

pub(super) static COMPARE: [Field; 4] = [
    must("base", Kind::Text, "the run that is compared with"),
    must("with", Kind::Text, "the run that is compared"),
    may("allow_invalid", Kind::Flag, "compare runs that call themselves INVALID or DISTURBED, too"),
    may("form", Kind::Text, "page (as it is without this) or json"),
];

const NONE: &[Field] = &[];

/// All routes, in the order of the document.
pub(super) static ROUTES: &[Route] = &[
    Route {
        method: Method::Get,
        path: "/suite",
        what: "What the form of a start needs: classes, scenarios, options, and what the program \
               was started with.",
        fields: NONE,
        answer: Answer::Json(SchemaGenerator::subschema_for::<ShownSuite>),
        handler: || get(looks::suite),
    },
    Route {
        method: Method::Get,
        path: "/state",
        what: "Where the session stands.",
        fields: NONE,
        answer: Answer::Json(SchemaGenerator::subschema_for::<ShownState>),
        handler: || get(looks::state),
    },
    Route {
        method: Method::Get,
        path: "/snapshot",
        what: "The numbers of the run that is on, or of the last one.",
        fields: NONE,
        answer: Answer::Json(SchemaGenerator::subschema_for::<ShownSnapshot>),
        handler: || get(looks::snapshot),
    },
    Route {
        method: Method::Get,
        path: "/events",
        what: "Server-sent events: `state`, `snapshot`, `history` and `log`, first as they are now, \
               then as they change. `Last-Event-ID` goes on with the log.",
        fields: NONE,
        answer: Answer::Other("text/event-stream"),
        handler: || get(looks::events),
    },
    Route {
        method: Method::Get,
        path: "/exemplars",
        what: "Single requests that were kept to look at.",
        fields: NONE,
        answer: Answer::Json(SchemaGenerator::subschema_for::<looks::ShownExemplars>),
        handler: || get(looks::exemplars),
    },
    Route {
        method: Method::Get,
        path: "/names",
        what: "How the requests of one method and name fared over time: what its charts are drawn \
               from.",
        fields: &NAME,
        answer: Answer::Other("application/json"),
        handler: || get(looks::names),
    },
    Route {
        method: Method::Get,
        path: "/log",
        what: "The last lines of the log, at most 500.",
        fields: &AFTER,
        answer: Answer::Json(SchemaGenerator::subschema_for::<ShownLines>),
        handler: || get(looks::log),
    },
    Route {
        method: Method::Post,
        path: "/run",
        what: "Begins a run. 409 while one is on, 428 when somebody must say yes first.",
        fields: &ORDER,
        answer: Answer::Done,
        handler: || post(commands::start),
    },
    Route {
        method: Method::Post,
        path: "/look",
        what: "Looks at target, accounts and tasks as a start of this order would, and makes no load.",
        fields: &ORDER,
        answer: Answer::Json(SchemaGenerator::subschema_for::<commands::ShownFindings>),
        handler: || post(commands::look),
    },
    Route {
        method: Method::Post,
        path: "/change",
        what: "Changes the run that is on; each change is an event on its time line.",
        fields: &CHANGE,
        answer: Answer::Done,
        handler: || post(commands::change),
    },
    Route {
        method: Method::Get,
        path: "/files",
        what: "What can be downloaded of the run that is on, or of the last one.",
        fields: NONE,
        answer: Answer::Json(SchemaGenerator::subschema_for::<ShownFiles>),
        handler: || get(runs::files_now),
    },
    Route {
        method: Method::Get,
        path: "/files/{file}",
        what: "One of these files.",
        fields: NONE,
        answer: Answer::Other("application/octet-stream"),
        handler: || get(runs::file_now),
    },
    Route {
        method: Method::Get,
        path: "/runs",
        what: "Saved runs, the newest first.",
        fields: NONE,
        answer: Answer::Json(SchemaGenerator::subschema_for::<ShownRuns>),
        handler: || get(runs::list),
    },
    Route {
        method: Method::Get,
        path: "/runs/{run}",
        what: "The numbers of a saved run.",
        fields: NONE,
        answer: Answer::Json(SchemaGenerator::subschema_for::<ShownSnapshot>),
        handler: || get(runs::snapshot),
    },
    Route {
        method: Method::Get,
        path: "/runs/{run}/report",
        what: "The report of a saved run, made again from its file.",
        fields: NONE,
        answer: Answer::Other("text/html"),
        handler: || get(runs::report),
    },
    Route {
        method: Method::Get,
        path: "/runs/{run}/files",
        what: "What can be downloaded of a saved run.",
        fields: NONE,
        answer: Answer::Json(SchemaGenerator::subschema_for::<ShownFiles>),
        handler: || get(runs::files),
    },
    Route {
        method: Method::Get,
        path: "/runs/{run}/files/{file}",
        what: "One of these files.",
        fields: NONE,
        answer: Answer::Other("application/octet-stream"),
        handler: || get(runs::file),
    },
    Route {
        method: Method::Get,
        path: "/compare",
        what: "Two saved runs side by side, as a page or as JSON.",
        fields: &COMPARE,
        answer: Answer::Other("text/html"),
        handler: || get(runs::compare),
    },
    Route {
        method: Method::Get,
        path: "/openapi.json",
        what: "This document.",
        fields: NONE,
        answer: Answer::Other("application/json"),
        handler: || get(openapi::document),
    },
];
