//! What stands for Amazon Polly in a load test: as slow as it, and with its quota, for no money.
//!
//! The time of a call is the contract's: a hundredth of its characters times 0.05 to 0.2 seconds, once
//! for the audio and once for its marks. Nobody works meanwhile and no thread is held. The same request
//! takes the same time and says the same. Calls beyond the quota are refused as Polly refuses them.

mod clip;
mod quota;

use std::time::Duration;

use tts_reader_speech::{MarkKind, Span, Voice, spans};

use self::{clip::Clip, quota::Quota};
use super::{
    engine::{Doing, Engine},
    random::Random,
    remote::{Call, CallError, Remote, RemoteMark, Sound},
};

/// Characters of one call, as Polly has it.
const LONGEST: usize = 3_000;
/// Seconds for a hundred characters.
const PACE: (f64, f64) = (0.05, 0.2);
/// What the contract's list says of voices: these are standard only, all others neural, too.
const STANDARD_ONLY: [&str; 3] = ["Aditi", "Geraint", "Raveena"];
/// Milliseconds of a word.
const WORD: (u64, u64) = (200, 500);

/// Stands for Amazon Polly.
#[derive(Debug)]
pub(crate) struct LoadTestSpeech {
    quota: Quota,
    clip: Clip,
}

impl LoadTestSpeech {
    /// Takes so many calls in any second.
    pub(crate) fn new(quota: u32) -> Self {
        Self { quota: Quota::new(quota), clip: Clip::new() }
    }

    async fn wait(&self, call: &Call, purpose: &str) -> Result<(), CallError> {
        if !self.quota.take() {
            return Err(CallError::Throttled { after: None });
        }
        let hundreds = call.text.chars().count() as f64 / 100.0;
        let seconds = hundreds * call.random(purpose).between(PACE.0, PACE.1);
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
        Ok(())
    }
}

impl Remote for LoadTestSpeech {
    fn name(&self) -> &'static str {
        "load-test"
    }

    fn longest(&self) -> usize {
        LONGEST
    }

    fn speaks(&self, asked: Engine) -> Engine {
        asked
    }

    fn offers(&self, voice: &Voice, engine: Engine) -> bool {
        engine == Engine::Standard || !STANDARD_ONLY.contains(&voice.id)
    }

    fn audio<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Sound, CallError>> {
        Box::pin(async move {
            self.wait(call, "audio").await?;
            let length: Duration = timed(call).map(|(_, length)| length).sum();
            // Also where there is no word, as between two rows of stars, time goes by.
            let (frames, duration) = self.clip.of_length(length.max(Duration::from_millis(WORD.0)));
            Ok(Sound::Mp3 { frames, duration })
        })
    }

    fn marks<'a>(&'a self, call: &'a Call) -> Doing<'a, Result<Vec<RemoteMark>, CallError>> {
        Box::pin(async move {
            self.wait(call, "marks").await?;
            let mut time = Duration::ZERO;
            let mark = |(span, length): (Span, Duration)| {
                let time_ms = time.as_millis() as u64;
                time += length;
                RemoteMark {
                    time_ms,
                    kind: span.kind,
                    start_byte: span.start_byte,
                    end_byte: span.end_byte,
                }
            };
            Ok(timed(call).map(mark).collect())
        })
    }
}

/// The sentences and words of a chunk, as the map of a text has them, and how long each word takes;
/// a sentence begins with its first word.
fn timed(call: &Call) -> impl Iterator<Item = (Span, Duration)> {
    // The same for audio and marks, and whichever try it is.
    let mut random = Call { attempt: 0, ..call.clone() }.random("words");
    spans(&call.text).into_iter().map(move |span| match span.kind {
        MarkKind::Word => (span, length(&mut random)),
        MarkKind::Sentence => (span, Duration::ZERO),
    })
}

fn length(random: &mut Random) -> Duration {
    Duration::from_millis(WORD.0 + random.below(WORD.1 - WORD.0 + 1))
}

#[cfg(test)]
mod tests;
