//! What makes two runs no pair, or a bad one.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::RunWord;

/// A side with less than this is very short.
const SHORT: Duration = Duration::from_secs(30);

/// What is known of a run beside its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// What it is called: its folder.
    pub label: String,
    /// What should be the same on both sides, as (what, value): scenario, users, host …
    pub facts: Vec<(String, String)>,
    /// What it says of itself.
    pub word: RunWord,
    /// How much of it is compared.
    pub kept: Duration,
}

/// A reason to read a comparison with care.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caveat {
    /// It, as a sentence.
    pub text: String,
    /// Whether the runs should not be compared at all.
    pub refuses: bool,
}

impl Caveat {
    /// One that refuses nothing.
    pub fn note(text: impl Into<String>) -> Self {
        Self { text: text.into(), refuses: false }
    }

    /// One run is on both sides.
    pub fn twice(label: &str) -> Self {
        Self::note(format!("{label} is on both sides: a run does not differ from itself"))
    }

    /// Why two sides are not compared unless somebody insists, if so.
    pub fn refusal(caveats: &[Self]) -> Option<String> {
        let refuses = caveats.iter().filter(|caveat| caveat.refuses);
        let why: Vec<&str> = refuses.map(|caveat| caveat.text.as_str()).collect();
        (!why.is_empty()).then(|| why.join("; "))
    }

    /// All of them for two sides.
    pub fn of(base: &[About], new: &[About]) -> Vec<Self> {
        let all = || base.iter().chain(new);
        let mut caveats: Vec<Self> = all().filter_map(untrusted).collect();
        let mut seen = BTreeSet::new();
        for (what, _) in all().flat_map(|about| &about.facts) {
            if seen.insert(what) {
                caveats.extend(differing(what, base, new));
            }
        }
        for (side, runs) in [("base", base), ("new side", new)] {
            let kept: Duration = runs.iter().map(|about| about.kept).sum();
            if kept < SHORT {
                let text = format!(
                    "very short: the {side} has {:.0} s; only large differences can be shown (give \
                     it {} s or more)",
                    kept.as_secs_f64(),
                    SHORT.as_secs()
                );
                caveats.push(Self::note(text));
            }
        }
        caveats
    }
}

fn untrusted(about: &About) -> Option<Caveat> {
    if about.word == RunWord::Valid {
        return None;
    }
    let text = format!(
        "the run {} is {}: its numbers may be those of the generator and not of the target",
        about.label,
        about.word.as_str()
    );
    Some(Caveat { text, refuses: true })
}

fn differing(what: &str, base: &[About], new: &[About]) -> Option<Caveat> {
    let values = |side: &[About]| -> BTreeSet<String> {
        let of_run = |about: &About| {
            let fact = about.facts.iter().find(|(known, _)| known == what);
            fact.map_or("none".to_owned(), |(_, value)| value.clone())
        };
        side.iter().map(of_run).collect()
    };
    let (left, right) = (values(base), values(new));
    let list = |values: &BTreeSet<String>| {
        values.iter().map(String::as_str).collect::<Vec<_>>().join(" and ")
    };
    if left == right && left.len() == 1 {
        return None;
    }
    let text = if left == right {
        format!("the runs of each side differ: {what} {}", list(&left))
    } else {
        format!("not alike: {what} {} in the base, {} in the new side", list(&left), list(&right))
    };
    Some(Caveat::note(text))
}
