//! A comparison in words.

use std::time::Duration;

use super::compared::{Change, Compared, Difference, Line, RuleResult, RuleWord};
use super::estimate::is_share;
use super::power::Needed;
use crate::{Metric, counted, format_span};

/// Most names that a sentence lists.
const MOST_LISTED: usize = 3;
/// The growth that everybody asks about.
const TENTH: f64 = 0.1;

/// A change as text: `+10.2%`, of failures in percentage points: `-0.31pt`.
pub fn change_text(metric: Metric, change: f64) -> String {
    let unit = if is_share(metric) { "pt" } else { "%" };
    let percent = change * 100.0;
    let size = percent.abs();
    // Where the rounded text would grow a digit.
    let digits = match () {
        () if size < 0.995 && is_share(metric) => 2,
        () if size < 99.95 => 1,
        () => 0,
    };
    let text = format!("{percent:+.digits$}{unit}");
    // No minus before nothing.
    if text.trim_start_matches('-').chars().all(|c| "0.%pt".contains(c)) {
        return text.replace('-', "+");
    }
    text
}

impl Difference {
    /// `-1.2% to +3.4%`; nothing where too little was measured.
    pub fn interval_text(&self) -> Option<String> {
        let Change { low, high, .. } = self.change?;
        Some(format!("{} to {}", change_text(self.metric, low), change_text(self.metric, high)))
    }

    /// What is said of it, as a sentence without its full stop.
    pub fn sentence(&self) -> String {
        let metric = self.metric;
        let (Some(change), Some(interval)) = (self.change, self.interval_text()) else {
            let why = self.lacking.as_deref().unwrap_or("no data");
            return format!("nothing can be said of {metric}: {why}");
        };
        if change.is_shown() {
            let verb = if change.estimate > 0.0 { "grew by" } else { "fell by" };
            let size = change_text(metric, change.estimate);
            return format!("{metric} {verb} {} ({interval})", &size[1..]);
        }
        let least = change_text(metric, change.detectable);
        format!(
            "no difference can be shown in {metric} ({interval}; one of {} would most likely have \
             been seen)",
            &least[1..]
        )
    }
}

impl Line {
    /// `GET /api/login`.
    pub fn title(&self) -> String {
        if self.method.is_empty() {
            self.name.clone()
        } else {
            format!("{} {}", self.method, self.name)
        }
    }

    /// The differences that are shown: `avg +10.1%, p95 +12%`.
    fn shown_text(&self) -> String {
        let told = |it: &Difference| {
            let change = it.change.map_or(0.0, |change| change.estimate);
            format!("{} {}", it.metric, change_text(it.metric, change))
        };
        self.shown().map(told).collect::<Vec<_>>().join(", ")
    }
}

impl Compared {
    /// The most important of it in a sentence or two.
    pub fn sentence(&self) -> String {
        if self.is_empty() {
            let why = self.all.differences.iter().find_map(|it| it.lacking.as_deref());
            return format!("Nothing can be said: {}.", why.unwrap_or("no data"));
        }
        let mut text = match self.all.shown_text() {
            shown if shown.is_empty() => "No difference can be shown over all requests.".to_owned(),
            shown => format!("A difference is shown over all requests: {shown}."),
        };
        let names: Vec<&Line> =
            self.names.iter().filter(|line| line.shown().next().is_some()).collect();
        if names.is_empty() {
            if !self.names.is_empty() {
                text += &format!(" None is shown in any of {}.", counted(self.names.len(), "name"));
            }
        } else {
            let told = |line: &&Line| format!("{} ({})", line.title(), line.shown_text());
            let listed: Vec<String> = names.iter().take(MOST_LISTED).map(told).collect();
            let more = match names.len().saturating_sub(MOST_LISTED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            text += &format!(
                " {} of {} {}: {}{more}.",
                names.len(),
                counted(self.names.len(), "name"),
                if names.len() == 1 { "differs" } else { "differ" },
                listed.join("; ")
            );
        }
        if !self.is_different() {
            text += &self.would_be_seen();
        }
        text + &self.would_be_enough()
    }

    /// What a comparison without a difference is worth.
    fn would_be_seen(&self) -> String {
        let told = self.all.differences.iter().filter_map(|it| {
            let change = it.change?;
            let size = change_text(it.metric, change.detectable);
            Some(format!("{} {size}", it.metric))
        });
        let told: Vec<String> = told.collect();
        if told.is_empty() {
            return String::new();
        }
        format!(" So much would most likely have been seen: {}.", told.join(", "))
    }
}

impl Compared {
    /// What it takes to see a growth by a tenth, where nothing is shown and this comparison would most
    /// likely have missed it.
    fn would_be_enough(&self) -> String {
        let missed = self.all.differences.iter().filter_map(|it| {
            let change = it.change.filter(|it| it.detectable > TENTH && !it.is_shown())?;
            (!is_share(it.metric)).then_some((it.metric, change.needed))
        });
        let told: Vec<String> = missed
            .map(|(metric, needed)| match needed {
                Some(Needed::Seconds(seconds)) => {
                    format!("{} a side for {metric}", long_enough(seconds))
                }
                Some(Needed::Runs(runs)) => format!("{runs} such runs a side for {metric}"),
                None => format!("more than anybody runs for {metric}"),
            })
            .collect();
        if told.is_empty() {
            return String::new();
        }
        format!(" To see a growth by 10% would take about {}.", told.join(", "))
    }
}

/// Time that is enough, rounded up as people plan it.
fn long_enough(seconds: f64) -> String {
    let step = match seconds {
        ..60.0 => 5.0,
        ..300.0 => 30.0,
        _ => 60.0,
    };
    format_span(Duration::from_secs_f64((seconds / step).ceil() * step))
}

impl RuleWord {
    /// `held`, `FAILED` or `NO DATA`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Failed => "FAILED",
            Self::NoData => "NO DATA",
        }
    }
}

impl RuleResult {
    /// The rule, what became of it and why.
    pub fn sentence(&self) -> String {
        let tail = match self.word {
            RuleWord::NoData => "; a rule without data fails",
            RuleWord::Held | RuleWord::Failed => "",
        };
        format!("{}: {}: {}{tail}", self.rule, self.word.as_str(), self.difference.sentence())
    }
}
