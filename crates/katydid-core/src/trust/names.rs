//! Whether a target about some of the requests is met because others of them were not known to be such.

use super::findings::{Finding, RunWord};
use super::targets::others;
use crate::recorder::RowKind;
use crate::target::{Metric, Scope, TargetResult};
use crate::{OTHER_NAMES, Snapshot, counted};

/// Its name.
pub(super) const NAMES_HIT: &str = "names-hit";

/// A target on a name, a tag or a class is met without the requests whose names were too many to be
/// kept apart, and would not be if these were of its scope and slow, or had failed.
pub(super) fn names_hit(snapshot: &Snapshot, targets: &[TargetResult]) -> Option<Finding> {
    let open = targets.iter().filter_map(|result| {
        let beyond = beyond(snapshot, result)?;
        let share = beyond as f64 / (result.samples + beyond).max(1) as f64;
        (share > result.room().unwrap_or_default()).then_some((result, beyond))
    });
    let open: Vec<_> = open.collect();
    let (result, beyond) = open.first()?;
    let text = format!(
        "target `{}`{} is met without {} whose names were too many to be kept apart, and nobody knows \
         whether it is about them: give requests that differ by an id one name (`.name(…)`)",
        result.target,
        others(open.len() - 1),
        counted(*beyond, "request")
    );
    Some(Finding::new(NAMES_HIT, RunWord::Invalid, text))
}

/// How many may belong to what a target is about that was met; `None` where that changes nothing.
fn beyond(snapshot: &Snapshot, result: &TargetResult) -> Option<u64> {
    let (scope, metric) = (result.target.scope(), result.target.metric());
    let of_number = matches!(metric, Metric::Requests | Metric::RequestRate);
    if !result.met || *scope == Scope::All || of_number {
        return None;
    }
    let kind = if scope.is_transaction() { RowKind::Transaction } else { RowKind::Request };
    Some(snapshot.part(|key| key.kind == kind && *key.name == *OTHER_NAMES).requests())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::{Recorder, RecorderLimits, RunFacts, Sample, Verdict, VerdictWord, exit, judge};

    /// A hundred requests of one name and tag, and some more of names beyond the one that is kept.
    fn judged(rule: &str, beyond: usize) -> Verdict {
        let limits = RecorderLimits { names: 1, ..RecorderLimits::default() };
        let mut recorder = Recorder::new(0, limits);
        let tags: Arc<[Arc<str>]> = Arc::from([Arc::from("tts")]);
        let names =
            std::iter::repeat_n("/speak", 100).chain(std::iter::repeat_n("/audio/7", beyond));
        for name in names {
            let row = recorder.row("GET", name, &tags);
            recorder.request_begins();
            recorder.request_ends();
            recorder.success(row, &Sample { last_byte_ns: 20_000_000, ..Sample::default() });
        }
        let interval = recorder.take(10_000_000_000, &[], None);
        let mut snapshot = Snapshot::new(&[], &[], 1);
        snapshot.absorb(0, &interval);
        snapshot.tick(Duration::from_secs(10));
        let facts = RunFacts { interrupted: false, failed_code: 1 };
        judge(&snapshot, &[rule.parse().unwrap()], &[], facts)
    }

    #[test]
    fn a_target_is_not_met_by_requests_of_its_tag_whose_names_were_too_many() {
        let verdict = judged("p95 < 1s on tag tts", 6);
        assert_eq!((verdict.word, verdict.exit_code), (VerdictWord::Invalid, exit::INVALID));
        let found = &verdict.run.findings[0];
        assert_eq!(found.rule, NAMES_HIT);
        let seen =
            "target `p95 < 1s on tag tts` is met without 6 requests whose names were too many";
        assert!(found.text.starts_with(seen), "{}", found.text);

        let word = |rule: &str, beyond| judged(rule, beyond).run.word;
        assert_eq!(word("p95 < 1s on tag tts", 5), RunWord::Valid, "there is room for 5 %");
        assert_eq!(word("avg < 1s on /speak", 1), RunWord::Invalid);
        assert_eq!(word("success == 100% on /speak", 1), RunWord::Invalid);
        assert_eq!(word("success == 100% on /speak", 0), RunWord::Valid);
        assert_eq!(word("p95 < 1s", 50), RunWord::Valid, "all requests are in it");
        assert_eq!(word("requests >= 10 on tag tts", 50), RunWord::Valid, "more are more");
        // What is missed already would be missed with them.
        assert_eq!(judged("p95 < 1ms on tag tts", 50).word, VerdictWord::Fail);
    }
}
