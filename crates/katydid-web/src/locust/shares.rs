//! `/tasks`: which share of the executions each task has, by the users that run now.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::json;
use crate::app::App;
use crate::suite::TaskShare;

#[derive(Serialize)]
struct Both {
    per_class: Ratios,
    total: Ratios,
}

type Ratios = BTreeMap<String, Ratio>;

#[derive(Serialize)]
struct Ratio {
    ratio: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tasks: Option<Ratios>,
}

pub(super) async fn tasks(State(app): State<App>) -> Response {
    let view = app.board.view();
    let users = view.run.as_ref().map(|run| &run.snapshot.users[..]).unwrap_or_default();
    let all: u32 = users.iter().map(|(_, count)| count).sum();
    let both = [false, true].map(|total| {
        let classes = app.suite.classes.iter().map(|class| {
            let own = users.iter().find(|(name, _)| **name == *class.name);
            let own = own.map_or(0, |(_, count)| *count);
            let ratio = f64::from(own) / f64::from(all.max(1));
            let tasks = Some(inside(&class.shares, if total { ratio } else { 1.0 }, total));
            (class.name.clone(), Ratio { ratio, tasks })
        });
        classes.collect()
    });
    let [per_class, total] = both;
    json(&Both { per_class, total })
}

/// What is in something, of it or of the whole.
fn inside(shares: &[TaskShare], parent: f64, total: bool) -> Ratios {
    let share = |it: &TaskShare| {
        let ratio = it.ratio * parent;
        let below = if total { ratio } else { 1.0 };
        let tasks = (!it.inside.is_empty()).then(|| inside(&it.inside, below, total));
        (it.name.clone(), Ratio { ratio, tasks })
    };
    shares.iter().map(share).collect()
}
