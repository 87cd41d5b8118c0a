//! What a climb comes to, in sentences.

use super::{Knee, KneeStep};
use crate::{counted, format_span};

impl Knee {
    /// What is to be said of the climb, the knee first. Each is a sentence without its full stop.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![self.knee()];
        sentences.extend(self.saturation());
        if self.steps.len() < self.planned {
            sentences.push(format!(
                "the run came to {} of {}",
                self.steps.len(),
                counted(self.planned, "step")
            ));
        }
        sentences
    }

    fn knee(&self) -> String {
        let Some(broken) = self.broken() else { return self.unbroken() };
        let held = match self.held() {
            Some(held) => format!(
                "the last step that held every rule: {}, {:.1} requests/s",
                users(held),
                held.rate()
            ),
            None => match self.steps.first() {
                Some(first) if first.users == broken.users => {
                    format!("it was the first step; the knee is below {}", users(broken))
                }
                _ => "no step below it has the samples to be sure that it held".to_owned(),
            },
        };
        format!("broke at {}: {}; {held}", users(broken), self.order(broken))
    }

    /// `` `failures < 1%` was missed first (2.40%, after 12s), then `p95 < 1s` at 400 users ``
    fn order(&self, broken: &KneeStep) -> String {
        let mut named: Vec<String> = Vec::new();
        let mut text = String::new();
        let from = self.steps.iter().skip_while(|step| step.users < broken.users);
        for step in from {
            for missed in &step.missed {
                let rule = missed.result.target.to_string();
                if named.contains(&rule) {
                    continue;
                }
                let value = missed.result.measured_text();
                text += &match named.len() {
                    0 => format!(
                        "`{rule}` was missed first ({value}, {} into the step)",
                        format_span(std::time::Duration::from_secs(missed.since.as_secs()))
                    ),
                    _ if step.users == broken.users => format!(", then `{rule}` ({value})"),
                    _ => format!(", then `{rule}` at {} ({value})", users(step)),
                };
                named.push(rule);
            }
        }
        text
    }

    fn unbroken(&self) -> String {
        let Some(last) = self.steps.last() else { return String::new() };
        match &last.lacking {
            None => format!("held at {}; the knee is above", users(last)),
            Some(lacking) => format!(
                "no step broke, but at {} `{}` needs {} and had {}: run longer",
                users(last),
                lacking.target,
                counted(lacking.target.needed(), "sample"),
                lacking.samples
            ),
        }
    }

    fn saturation(&self) -> Option<String> {
        let at = self.steps.iter().position(|step| step.saturated)?;
        let (step, before) = (&self.steps[at], &self.steps[at.checked_sub(1)?]);
        Some(format!(
            "throughput stopped growing at {} (saturation): {:.1} successful answers/s, after \
             {:.1}/s with {}",
            users(step),
            step.good_rate(),
            before.good_rate(),
            users(before)
        ))
    }
}

fn users(step: &KneeStep) -> String {
    counted(step.users, "user")
}
