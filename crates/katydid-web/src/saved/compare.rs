//! Two saved runs side by side, by the same functions as `compare` on the command line.

use axum::http::StatusCode;
use katydid_core::compare::{Caveat, FailWhen, Settings, Window, compare as hold_side_by_side};
use katydid_report::compare::{Comparison, Side, json, page};

use super::Shelf;
use crate::api::ApiError;
use crate::board::Run;

impl Shelf {
    /// What differs between two runs, and how sure that is: as a page, or for machines.
    pub(crate) fn compare(
        &self,
        [base, new]: [&str; 2],
        allow_invalid: bool,
        for_machines: bool,
    ) -> Result<Vec<u8>, ApiError> {
        let base = side(base, &*self.open(base)?)?;
        let new = side(new, &*self.open(new)?)?;
        let mut caveats =
            Caveat::of(std::slice::from_ref(&base.about), std::slice::from_ref(&new.about));
        if base.told.label == new.told.label {
            caveats.push(Caveat::twice(&base.told.label));
        }
        if let Some(why) = Caveat::refusal(&caveats).filter(|_| !allow_invalid) {
            let text = format!("{why}; allow_invalid=true compares all the same");
            return Err(ApiError::new(StatusCode::CONFLICT, "untrusted", text));
        }
        let rules = (&[][..], FailWhen::default());
        let compared = hold_side_by_side(&[base.run], &[new.run], rules, Settings::default());
        let (base, new) = ([base.told], [new.told]);
        let comparison =
            Comparison { compared: &compared, base: &base, new: &new, caveats: &caveats };
        Ok(if for_machines { json(&comparison).into_bytes() } else { page(&comparison) })
    }
}

fn side(name: &str, run: &Run) -> Result<Side, ApiError> {
    let (facts, word) = (run.header.facts(), run.verdict.run.word);
    Side::of(name, &run.snapshot, facts, word, Window::Steady)
        .map_err(|text| ApiError::new(StatusCode::CONFLICT, "nothing-to-compare", text))
}
