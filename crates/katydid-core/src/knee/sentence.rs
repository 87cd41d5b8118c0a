//! What a climb comes to, in sentences.

use super::{Knee, KneeStep};
use crate::format_span;

impl Knee {
    /// What is to be said of the climb, the knee first. Each is a sentence without its full stop.
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences = vec![self.knee()];
        sentences.extend(self.saturation());
        if self.steps.len() < self.planned {
            sentences.push(format!(
                "the run came to {} of {} steps",
                self.steps.len(),
                self.planned
            ));
        }
        sentences
    }

    fn knee(&self) -> String {
        let Some(broken) = self.broken() else { return self.unbroken() };
        let held = match self.held() {
            Some(held) => format!(
                "the last step that held every rule: {} users, {:.1} requests/s",
                held.users,
                held.rate()
            ),
            None => match self.steps.first() {
                Some(first) if first.users == broken.users => {
                    format!("it was the first step; the knee is below {} users", broken.users)
                }
                _ => "no step below it has the samples to be sure that it held".to_owned(),
            },
        };
        format!("broke at {} users: {}; {held}", broken.users, self.order(broken))
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
                    _ => format!(", then `{rule}` at {} users ({value})", step.users),
                };
                named.push(rule);
            }
        }
        text
    }

    fn unbroken(&self) -> String {
        let Some(last) = self.steps.last() else { return String::new() };
        match &last.lacking {
            None => format!("held at {} users; the knee is above", last.users),
            Some(lacking) => format!(
                "no step broke, but at {} users `{}` needs {} samples and had {}: run longer",
                last.users,
                lacking.target,
                lacking.target.needed(),
                lacking.samples
            ),
        }
    }

    fn saturation(&self) -> Option<String> {
        let at = self.steps.iter().position(|step| step.saturated)?;
        let (step, before) = (&self.steps[at], &self.steps[at.checked_sub(1)?]);
        Some(format!(
            "throughput stopped growing at {} users (saturation): {:.1} successful answers/s, after \
             {:.1}/s with {} users",
            step.users,
            step.good_rate(),
            before.good_rate(),
            before.users
        ))
    }
}
