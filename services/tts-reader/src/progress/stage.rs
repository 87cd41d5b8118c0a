//! What a request is at, in words and as a share of its work.

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Extraction,
    Synthesis,
    /// A page that is read and spoken.
    Both,
}

/// What a request is at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Stage {
    /// The page waits for its turn to be asked for.
    Waiting,
    /// The text waits for its turn to be spoken.
    Queued,
    /// The page is asked for.
    Fetching,
    /// So much of the page is here, `of` so much where the site told.
    Received { bytes: u64, of: Option<u64> },
    /// All of the page is here; its text is looked for.
    Finding,
    /// The text was found, in this way.
    Found { method: &'static str, characters: usize },
    /// Sentences and words of the text are marked.
    Highlighting,
    /// So many sentences of all are spoken.
    Speaking { sentence: usize, of: usize },
    /// The audio is put away and paid for.
    Storing,
}

/// Where speech begins in the work of reading a page and speaking it.
const SPOKEN_FROM: f64 = 0.3;
/// A page of unknown length counts as half received after so many bytes.
const HALF: f64 = 256.0 * 1024.0;

impl Stage {
    /// The share of the work that is done.
    pub(super) fn share(&self, work: Work) -> f64 {
        let (from, to) = match (work, self.is_of_speech()) {
            (Work::Both, true) => (SPOKEN_FROM, 1.0),
            (Work::Both, false) => (0.0, SPOKEN_FROM),
            (Work::Extraction | Work::Synthesis, _) => (0.0, 1.0),
        };
        from + (to - from) * self.share_of_part()
    }

    fn is_of_speech(&self) -> bool {
        matches!(self, Self::Queued | Self::Speaking { .. } | Self::Storing)
    }

    /// Of reading a page, or of speaking.
    fn share_of_part(&self) -> f64 {
        match self {
            Self::Waiting => 0.01,
            Self::Fetching | Self::Queued => 0.02,
            Self::Received { bytes, of } => 0.05 + 0.15 * received(*bytes as f64, *of),
            Self::Finding => 0.2,
            Self::Found { .. } => 0.4,
            Self::Highlighting => 0.6,
            Self::Speaking { sentence, of } => {
                let spoken = (*sentence).min(*of) as f64 / (*of).max(1) as f64;
                0.05 + 0.8 * spoken
            }
            Self::Storing => 0.94,
        }
    }

    /// Whether it ends with this.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            Self::Received { bytes, of } => *of == Some(*bytes),
            Self::Speaking { sentence, of } => sentence == of,
            _ => false,
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::Waiting => "Waiting for the page's turn".to_owned(),
            Self::Queued => "Waiting for the text's turn".to_owned(),
            Self::Fetching => "Fetching the page".to_owned(),
            Self::Received { bytes, of: Some(all) } => {
                format!("Received {bytes} of {all} bytes of the page")
            }
            Self::Received { bytes, of: None } => format!("Received {bytes} bytes of the page"),
            Self::Finding => "Finding the text of the page".to_owned(),
            Self::Found { characters, .. } => format!("Found a text of {characters} characters"),
            Self::Highlighting => "Marking sentences and words".to_owned(),
            Self::Speaking { sentence, of } => format!("Spoke {sentence} of {of} sentences"),
            Self::Storing => "Storing the audio".to_owned(),
        }
    }

    /// How the text was found, once that is known.
    pub(super) fn method(&self) -> Option<&'static str> {
        match self {
            Self::Found { method, .. } => Some(*method),
            _ => None,
        }
    }
}

impl From<tts_reader_extraction::Stage> for Stage {
    fn from(stage: tts_reader_extraction::Stage) -> Self {
        match stage {
            tts_reader_extraction::Stage::Waiting => Self::Waiting,
            tts_reader_extraction::Stage::Fetching => Self::Fetching,
            tts_reader_extraction::Stage::Received { bytes, of } => Self::Received { bytes, of },
        }
    }
}

/// The share of a body that has come. What a site tells of its length need not be true.
fn received(bytes: f64, of: Option<u64>) -> f64 {
    match of {
        Some(all) if all > 0 => (bytes / all as f64).min(1.0),
        _ => bytes / (bytes + HALF),
    }
}

#[cfg(test)]
mod tests {
    use super::{Stage, Work};

    fn page() -> Vec<Stage> {
        vec![
            Stage::Waiting,
            Stage::Fetching,
            Stage::Received { bytes: 0, of: Some(10) },
            Stage::Received { bytes: 7, of: Some(10) },
            Stage::Received { bytes: 10, of: Some(10) },
            Stage::Finding,
            Stage::Found { method: "reader_mode", characters: 7 },
            Stage::Highlighting,
        ]
    }

    fn speech() -> Vec<Stage> {
        let spoken = (0..=3).map(|sentence| Stage::Speaking { sentence, of: 3 });
        [Stage::Queued].into_iter().chain(spoken).chain([Stage::Storing]).collect()
    }

    #[test]
    fn shares_grow_from_stage_to_stage() {
        let both: Vec<Stage> = page().into_iter().chain(speech()).collect();
        for (work, stages) in
            [(Work::Extraction, page()), (Work::Synthesis, speech()), (Work::Both, both)]
        {
            let shares: Vec<f64> = stages.iter().map(|stage| stage.share(work)).collect();
            assert!(shares.is_sorted(), "{work:?}: {shares:?}");
            assert!(shares.iter().all(|share| (0.0..1.0).contains(share)), "{shares:?}");
        }
    }

    #[test]
    fn what_sites_tell_of_lengths_breaks_nothing() {
        let share = |bytes, of| Stage::Received { bytes, of }.share(Work::Extraction);
        assert_eq!(share(100, Some(10)), 0.2);
        assert!(share(100, Some(0)) < share(1 << 40, None) && share(u64::MAX, None) <= 0.2);
        assert!(Stage::Speaking { sentence: 3, of: 0 }.share(Work::Synthesis) < 0.9);
    }
}
