//! What the engine of load tests says: real speech, the same few words for as long as it takes.

use std::time::Duration;

use axum::body::Bytes;
use tts_reader_speech::{SpeechEngine, SpeechRequest};

/// Said again and again, so that nobody takes it for the text.
const WORDS: &str = "This is a load test.";
/// Bytes and time of a frame of MP3 with 48 kbit/s at 16 kHz.
const FRAME_BYTES: usize = 216;
const FRAME: Duration = Duration::from_millis(36);

/// Some seconds of MP3, whose frames can be played again and again.
#[derive(Debug)]
pub(super) struct Clip {
    /// The first of them needs none before it; the file's tag is left out.
    frames: Vec<u8>,
}

impl Clip {
    pub(super) fn new() -> Self {
        let speech = SpeechEngine::new().synthesize(&SpeechRequest::new(WORDS, "Joanna"));
        let audio = speech.expect("an English sentence can be spoken").audio;
        let frames = audio.get(FRAME_BYTES..).unwrap_or_default().to_vec();
        Self { frames }
    }

    /// Frames for at least that long, and how long they are.
    pub(super) fn of_length(&self, length: Duration) -> (Bytes, Duration) {
        let count = length.as_micros().div_ceil(FRAME.as_micros()) as usize;
        let mut bytes = Vec::with_capacity(count * FRAME_BYTES);
        while bytes.len() < count * FRAME_BYTES {
            let missing = count * FRAME_BYTES - bytes.len();
            bytes.extend_from_slice(&self.frames[..missing.min(self.frames.len())]);
        }
        (bytes.into(), FRAME * count as u32)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Clip, FRAME_BYTES};

    #[test]
    fn a_clip_is_whole_frames() {
        let clip = Clip::new();
        assert!(clip.frames.len() > 20 * FRAME_BYTES);
        for frame in clip.frames.chunks(FRAME_BYTES) {
            // MPEG-2 layer III, 48 kbit/s, 16 kHz, no padding, mono.
            assert_eq!(frame[..3], [0xff, 0xf3, 0x68], "{:x?}", &frame[..4]);
            assert_eq!((frame[3] >> 6, frame.len()), (3, FRAME_BYTES));
        }
        // The first frame of each round must not need bits of one before it.
        assert_eq!(clip.frames[4], 0);
        let (bytes, length) = clip.of_length(Duration::from_millis(3_601));
        assert_eq!((bytes.len(), length), (101 * FRAME_BYTES, Duration::from_millis(3_636)));
    }
}
