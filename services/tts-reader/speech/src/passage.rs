//! One passage: some words of one sentence, analysed and spoken in one breath.

use std::sync::Arc;

use flite_rs::language::Language;
use flite_rs::pipeline::analyse;
use flite_rs::text::Token;
use flite_rs::voice::{VoiceParams, synthesise_streaming};
use flite_rs::{Engine, Flow, KAL16_VOICE_DATA, Utterance, Voice as Recordings};

use crate::RATE_RANGE;
use crate::resample::Resampler;
use crate::voices::Voice;
use crate::words::Word;

/// Samples per second of the recorded speaker and of everything made from him.
pub(crate) const SAMPLE_RATE: u32 = 16_000;

/// The recorded speaker and the language models.
pub(crate) struct Speaker {
    recordings: Recordings,
    language: Arc<Language>,
}

/// A passage as sound.
#[derive(Debug)]
pub(crate) struct Passage {
    pub(crate) samples: Vec<i16>,
    /// For each word: its first and last sample, or `None` if nothing of it is heard.
    pub(crate) times: Vec<Option<(usize, usize)>>,
}

impl Speaker {
    /// Parses the embedded data.
    pub(crate) fn new() -> Self {
        let recordings =
            Recordings::parse(KAL16_VOICE_DATA).expect("the embedded recordings are whole");
        debug_assert_eq!(recordings.sample_rate, SAMPLE_RATE);
        Self { recordings, language: Engine::new().language() }
    }

    /// How many samples `words` will take at most, without making them; some twenty times as quick
    /// as making and encoding them. The sound ends in the middle of the last segment, a pause.
    pub(crate) fn measure(&self, words: &[Word], manner: &Manner) -> usize {
        let (tokens, _) = tokens(words);
        let utterance = analyse(&self.language, &tokens, &manner.params(&self.recordings));
        let ends =
            utterance.iter_relation("Segment").map(|item| utterance.feature_f32(item, "end"));
        (ends.fold(0.0, f32::max) / manner.tract * SAMPLE_RATE as f32) as usize
    }

    /// Speaks `words` as `manner` says.
    pub(crate) fn speak(&self, words: &[Word], manner: &Manner) -> Passage {
        let (tokens, word_of_token) = tokens(words);
        let params = manner.params(&self.recordings);
        let utterance = analyse(&self.language, &tokens, &params);
        let mut samples = Vec::new();
        synthesise_streaming(&self.recordings, &utterance, &params, &mut |period| {
            samples.extend_from_slice(period);
            Flow::Continue
        });
        let samples = manner.resampler.resample(samples);
        let per_second = f64::from(SAMPLE_RATE) / f64::from(manner.tract);
        let times = word_times(&utterance, &word_of_token, words.len())
            .into_iter()
            .map(|time| {
                let (start, end) = time?;
                let sample = |seconds: f32| (f64::from(seconds) * per_second) as usize;
                let (start, end) = (sample(start), sample(end).min(samples.len()));
                (start < end).then_some((start, end))
            })
            .collect();
        Passage { samples, times }
    }
}

/// How something is said: a voice at a pace.
#[derive(Debug)]
pub(crate) struct Manner {
    tract: f32,
    pitch: f32,
    rate: f32,
    resampler: Resampler,
}

impl Manner {
    /// `rate` is the pace that was asked for; a quick voice does not go beyond the fastest.
    pub(crate) fn new(voice: &Voice, rate: f32) -> Self {
        let preset = voice.preset;
        Self {
            tract: preset.tract_factor(),
            pitch: preset.pitch * voice.shade.pitch,
            rate: (rate * voice.shade.pace).clamp(RATE_RANGE.0, RATE_RANGE.1),
            resampler: Resampler::new(preset.tract),
        }
    }

    /// The pace, 1.0 for normal.
    pub(crate) fn rate(&self) -> f32 {
        self.rate
    }

    /// Slower and lower by the tract factor, which the resampler then makes up for. The recorded
    /// speaker's own stretch stays in.
    fn params(&self, recordings: &Recordings) -> VoiceParams {
        let mut params = recordings.params();
        params.duration_stretch *= self.tract / self.rate;
        params.f0_shift = self.pitch / self.tract;
        params
    }
}

/// The engine's tokens for `words`, and for each token the word it belongs to.
fn tokens(words: &[Word]) -> (Vec<Token>, Vec<usize>) {
    let mut tokens = Vec::with_capacity(words.len());
    let mut word_of_token = Vec::with_capacity(words.len());
    for (index, word) in words.iter().enumerate() {
        for (part, name) in word.spoken.iter().enumerate() {
            let (first, last) = (part == 0, part + 1 == word.spoken.len());
            tokens.push(Token {
                whitespace: if tokens.is_empty() { String::new() } else { " ".to_owned() },
                prepunctuation: if first { word.opening.clone() } else { String::new() },
                name: name.clone(),
                punctuation: if last {
                    closing(word, index + 1 == words.len())
                } else {
                    String::new()
                },
            });
            word_of_token.push(index);
        }
    }
    (tokens, word_of_token)
}

/// The closing punctuation that the engine sees. A full stop inside a passage belongs to an
/// abbreviation ("U.S. Army"), where a pause would be wrong.
fn closing(word: &Word, is_last: bool) -> String {
    if word.closing == "." && !is_last { String::new() } else { word.closing.clone() }
}

/// Start and end of each word in seconds of the utterance, from its segments.
fn word_times(utt: &Utterance, word_of_token: &[usize], words: usize) -> Vec<Option<(f32, f32)>> {
    let mut times: Vec<Option<(f32, f32)>> = vec![None; words];
    // Tokens come in the order they were given; map their items back to positions.
    let token_items: Vec<_> = utt.iter_relation("Token").collect();
    let mut position = 0;
    let mut start = 0.0;
    for segment in utt.iter_relation("Segment") {
        let end = utt.feature_f32(segment, "end");
        let token = utt
            .item_as(segment, "SylStructure")
            .and_then(|item| utt.parent(item))
            .and_then(|syllable| utt.parent(syllable))
            .and_then(|word| utt.item_as(word, "Token"))
            .and_then(|word| utt.parent(word));
        if let Some(token) = token {
            while position + 1 < token_items.len() && token_items[position] != token {
                position += 1;
            }
            let time = &mut times[word_of_token[position]];
            *time = Some((time.map_or(start, |(first, _)| first), end));
        }
        start = end;
    }
    times
}
