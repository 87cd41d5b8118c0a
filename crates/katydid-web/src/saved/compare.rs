//! Two saved runs side by side, by the same functions as `compare` on the command line.

use std::sync::Arc;

use axum::http::StatusCode;
use katydid_core::compare::{
    About, Caveat, FailWhen, Run as Measured, Settings, Window, compare as hold_side_by_side,
};
use katydid_report::compare::{Compares, Comparison, json, page};

use super::Shelf;
use crate::api::ApiError;
use crate::board::Run;

/// A run of a side.
struct Side {
    measured: Measured,
    about: About,
    told: Compares,
}

impl Shelf {
    /// What differs between two runs, and how sure that is: as a page, or for machines.
    pub(crate) fn compare(
        &self,
        [base, new]: [&str; 2],
        allow_invalid: bool,
        for_machines: bool,
    ) -> Result<Vec<u8>, ApiError> {
        let base = side(base, &self.open(base)?)?;
        let new = side(new, &self.open(new)?)?;
        let mut caveats =
            Caveat::of(std::slice::from_ref(&base.about), std::slice::from_ref(&new.about));
        if base.told.label == new.told.label {
            let label = &base.told.label;
            let text = format!("{label} is on both sides: a run does not differ from itself");
            caveats.push(Caveat::note(text));
        }
        let refuses: Vec<&str> =
            caveats.iter().filter(|it| it.refuses).map(|it| it.text.as_str()).collect();
        if !refuses.is_empty() && !allow_invalid {
            let why = refuses.join("; ");
            let text = format!("{why}; allow_invalid=true compares all the same");
            return Err(ApiError::new(StatusCode::CONFLICT, "untrusted", text));
        }
        let rules = (&[][..], FailWhen::default());
        let compared =
            hold_side_by_side(&[base.measured], &[new.measured], rules, Settings::default());
        let (base, new) = ([base.told], [new.told]);
        let comparison =
            Comparison { compared: &compared, base: &base, new: &new, caveats: &caveats };
        Ok(if for_machines { json(&comparison).into_bytes() } else { page(&comparison) })
    }
}

fn side(name: &str, run: &Arc<Run>) -> Result<Side, ApiError> {
    let (measured, cut) = Measured::of(run.snapshot.history(), Window::Steady);
    let sentence = cut.sentence(Window::Steady);
    if cut.kept.is_zero() {
        let text = format!("{name}: {sentence}");
        return Err(ApiError::new(StatusCode::CONFLICT, "nothing-to-compare", text));
    }
    let about = About {
        label: name.to_owned(),
        facts: run.header.facts(),
        word: run.verdict.run.word,
        kept: cut.kept,
    };
    Ok(Side { measured, about, told: Compares { label: name.to_owned(), cut: sentence } })
}
