//! The whole comparison: groups of rows, their numbers, families of intervals.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::block::Run;
use super::compared::{Compared, Line, OneSided, SideFacts};
use super::estimate::{Bench, Estimate, Moved, Settings};
use super::family::Family;
use super::group::Group;
use super::rule::{FailWhen, Rule};
use crate::Metric;
use crate::recorder::{RowKey, RowKind};

/// What is compared of every name.
const METRICS: [Metric; 6] = [
    Metric::RequestRate,
    Metric::MeanResponseTime,
    Metric::ResponseTime(0.5),
    Metric::ResponseTime(0.95),
    Metric::ResponseTime(0.99),
    Metric::FailureRate,
];
/// Names that are judged one by one, those with the most requests.
const MOST_NAMES: usize = 200;
/// With more names than this, half of the replicates do.
const MANY_NAMES: usize = 40;
/// False alarms of a whole report, and of its rules.
const ERROR: f64 = 0.05;

/// Compares two sides, each of one run or more.
///
/// False alarms of the report are 5 % together: half of them for all requests, half for all names.
pub fn compare(
    base: &[Run],
    new: &[Run],
    (rules, fail_when): (&[Rule], FailWhen),
    settings: Settings,
) -> Compared {
    let sides = [base, new];
    let names = Names::of(sides);
    let replicates =
        if names.both.len() > MANY_NAMES { settings.replicates / 2 } else { settings.replicates };
    let is_request = |key: &RowKey| key.kind == RowKind::Request;
    let groups = sides.map(|side| Group::of(side, is_request));
    let mut bench = Bench::new(Settings { replicates, ..settings }, groups.each_ref());
    let all = Estimates::of(&mut bench, ("", "Aggregated"), groups.each_ref());
    let many = names.both.len() > 1;
    let judged = if many { &names.both[..] } else { &[] };
    let by_name: Vec<Estimates> = judged
        .iter()
        .map(|name| {
            let groups = sides.map(|side| Group::of(side, |key| name.is(key)));
            Estimates::of(&mut bench, (&name.method, &name.name), groups.each_ref())
        })
        .collect();
    let error = if many { ERROR / 2.0 } else { ERROR };
    let family_of_all = Family::of(&all.moved(), error);
    let moved: Vec<&Moved> = by_name.iter().flat_map(Estimates::moved).collect();
    let family_of_names = Family::of(&moved, error);
    let facts = [0, 1].map(|side| facts(sides[side], &groups[side]));
    Compared {
        base: facts[0],
        new: facts[1],
        all: all.line(family_of_all),
        names: by_name.into_iter().map(|it| it.line(family_of_names)).collect(),
        unjudged: names.unjudged,
        one_sided: names.one_sided,
        rules: judge(&mut bench, sides, rules, fail_when),
        fail_when,
        confidence: 1.0 - error,
        run_noise: settings.run_noise,
    }
}

fn facts(side: &[Run], group: &Group) -> SideFacts {
    SideFacts {
        runs: side.len(),
        requests: group.all_requests() as u64,
        failures: group.failures.iter().sum::<f64>() as u64,
        seconds: group.seconds.iter().sum(),
    }
}

fn judge(
    bench: &mut Bench,
    sides: [&[Run]; 2],
    rules: &[Rule],
    when: FailWhen,
) -> Vec<super::RuleResult> {
    let estimates: Vec<Estimate> = rules
        .iter()
        .map(|rule| {
            let groups = sides.map(|side| Group::of(side, |key| rule.scope.accepts(key)));
            bench.estimate(rule.metric, groups.each_ref())
        })
        .collect();
    let moved: Vec<&Moved> = estimates.iter().filter_map(|it| it.change.as_ref().ok()).collect();
    let family = Family::of(&moved, ERROR);
    let judged = rules.iter().zip(estimates);
    judged.map(|(rule, estimate)| rule.judge(family.difference(estimate), when)).collect()
}

/// The numbers of one line before it is known how far their intervals reach.
struct Estimates {
    method: String,
    name: String,
    requests: [u64; 2],
    estimates: Vec<Estimate>,
}

impl Estimates {
    fn of(bench: &mut Bench, (method, name): (&str, &str), groups: [&Group; 2]) -> Self {
        Self {
            method: method.to_owned(),
            name: name.to_owned(),
            requests: groups.map(|group| group.all_requests() as u64),
            estimates: METRICS.map(|metric| bench.estimate(metric, groups)).into(),
        }
    }

    fn moved(&self) -> Vec<&Moved> {
        self.estimates.iter().filter_map(|it| it.change.as_ref().ok()).collect()
    }

    fn line(self, family: Family) -> Line {
        let Self { method, name, requests, estimates } = self;
        let differences = estimates.into_iter().map(|it| family.difference(it)).collect();
        Line { method, name, requests, differences }
    }
}

/// A line's name; rows of one name that differ in tags are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    kind: RowKind,
    name: Arc<str>,
    method: Arc<str>,
}

impl Name {
    fn is(&self, key: &RowKey) -> bool {
        self.kind == key.kind && self.name == key.name && self.method == key.method
    }
}

struct Names {
    both: Vec<Name>,
    unjudged: usize,
    one_sided: Vec<OneSided>,
}

impl Names {
    fn of(sides: [&[Run]; 2]) -> Self {
        let mut counts: BTreeMap<Name, [u64; 2]> = BTreeMap::new();
        for (side, runs) in sides.into_iter().enumerate() {
            for run in runs {
                for (row, times) in run.blocks().flat_map(|block| &block.rows) {
                    let RowKey { kind, name, method, .. } = run.rows[*row as usize].clone();
                    counts.entry(Name { kind, name, method }).or_default()[side] +=
                        times.requests();
                }
            }
        }
        let (mut both, mut one_sided) = (Vec::new(), Vec::new());
        for (name, counts) in counts {
            match counts {
                [0, 0] => {}
                [base, new] if base > 0 && new > 0 => both.push((base.min(new), name)),
                [base, new] => one_sided.push(OneSided {
                    method: name.method.to_string(),
                    name: name.name.to_string(),
                    is_new: new > 0,
                    requests: base + new,
                }),
            }
        }
        let unjudged = both.len().saturating_sub(MOST_NAMES);
        if unjudged > 0 {
            both.sort_by_key(|(fewest, _)| std::cmp::Reverse(*fewest));
            both.truncate(MOST_NAMES);
            both.sort_by(|left, right| left.1.cmp(&right.1));
        }
        Self { both: both.into_iter().map(|(_, name)| name).collect(), unjudged, one_sided }
    }
}
