//! What the tests share: one engine, decoders, and the checks that hold for every speech.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod acoustics;

use std::io::Cursor;
use std::sync::LazyLock;

use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use tts_reader_speech::{AudioFormat, MarkKind, Speech, SpeechEngine, SpeechMark, SpeechRequest};

pub(crate) static ENGINE: LazyLock<SpeechEngine> = LazyLock::new(SpeechEngine::new);

/// Speaks as WAV, which shows the samples as they are.
pub(crate) fn wav(text: &str, voice: &str) -> Speech {
    let request = SpeechRequest::new(text, voice).format(AudioFormat::Wav);
    ENGINE.synthesize(&request).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// The samples of a WAV answer, at full scale 1.0.
pub(crate) fn samples(speech: &Speech) -> Vec<f32> {
    assert_eq!(speech.format, AudioFormat::Wav);
    decode(&speech.audio, true)
}

/// Decodes a whole file with an independent decoder; every packet must decode.
///
/// `gapless` says whether the decoder reads the delay tag, as players do.
pub(crate) fn decode(file: &[u8], gapless: bool) -> Vec<f32> {
    decode_to_the_end(file, gapless, false)
}

/// Decodes what was streamed, whose head does not tell the length.
pub(crate) fn decode_open(stream: &[u8]) -> Vec<f32> {
    decode_to_the_end(stream, true, true)
}

fn decode_to_the_end(file: &[u8], gapless: bool, is_open: bool) -> Vec<f32> {
    let source = MediaSourceStream::new(
        Box::new(Cursor::new(file.to_vec())),
        MediaSourceStreamOptions::default(),
    );
    let mut format = symphonia::default::get_probe()
        .probe(&Hint::new(), source, FormatOptions::default(), MetadataOptions::default())
        .expect("a known format");
    let track = format.default_track(TrackType::Audio).expect("an audio track");
    let params = track.codec_params.as_ref().and_then(|params| params.audio()).expect("params");
    assert_eq!(params.sample_rate, Some(16_000));
    assert!(params.channels.as_ref().is_some_and(|channels| channels.count() == 1), "mono");
    let options = AudioDecoderOptions::default().gapless(gapless);
    let mut decoder =
        symphonia::default::get_codecs().make_audio_decoder(params, &options).expect("a decoder");
    let mut all = Vec::new();
    let mut packet_samples: Vec<f32> = Vec::new();
    loop {
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            // So this decoder ends what does not say where it ends.
            Err(Error::IoError(error))
                if is_open && error.kind() == std::io::ErrorKind::UnexpectedEof =>
            {
                break;
            }
            Err(error) => panic!("a packet that is not whole: {error}"),
        };
        let buffer = decoder.decode(&packet).expect("a packet that decodes");
        buffer.copy_to_vec_interleaved(&mut packet_samples);
        all.extend_from_slice(&packet_samples);
    }
    all
}

/// Samples by which `late` lags behind `original`, found by correlation of their first second.
pub(crate) fn lag(original: &[f32], late: &[f32]) -> usize {
    let likeness = |lag: usize| -> f32 {
        original.iter().take(16_000).zip(&late[lag..]).map(|(a, b)| a * b).sum()
    };
    (0..2_000).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).expect("some lag")
}

/// What holds for the marks of every speech.
pub(crate) fn check_marks(text: &str, speech: &Speech) {
    check_these_marks(text, &speech.marks, speech.duration.as_millis() as u64);
}

/// The same for marks alone, of audio of so many milliseconds.
pub(crate) fn check_these_marks(text: &str, marks: &[SpeechMark], length: u64) {
    let characters: Vec<char> = text.chars().collect();
    let mut heard = 0;
    let mut read = 0;
    let mut sentence: Option<(usize, usize, u64, u64)> = None;
    for mark in marks {
        assert_eq!(mark.value, text[mark.start_byte..mark.end_byte], "byte offsets of {mark:?}");
        let slice: String = characters[mark.start..mark.end].iter().collect();
        assert_eq!(mark.value, slice, "character offsets of {mark:?}");
        assert!(!mark.value.is_empty(), "{mark:?}");
        assert!(mark.time_ms < mark.end_ms, "{mark:?} takes time");
        assert!(mark.end_ms <= length, "{mark:?} ends within {length} ms");
        match mark.kind {
            MarkKind::Sentence => {
                assert!(mark.time_ms >= heard && mark.start_byte >= read, "{mark:?} in order");
                sentence = Some((mark.start_byte, mark.end_byte, mark.time_ms, mark.end_ms));
            }
            MarkKind::Word => {
                assert!(mark.time_ms >= heard && mark.start_byte >= read, "{mark:?} in order");
                (heard, read) = (mark.end_ms, mark.end_byte);
                let (start, end, from, to) = sentence.expect("a word follows its sentence");
                assert!(start <= mark.start_byte && mark.end_byte <= end, "{mark:?} inside");
                assert!(from <= mark.time_ms && mark.end_ms <= to, "{mark:?} within its time");
            }
        }
    }
}

/// The values of the marks of one kind.
pub(crate) fn values(speech: &Speech, kind: MarkKind) -> Vec<&str> {
    speech.marks.iter().filter(|mark| mark.kind == kind).map(|mark| mark.value.as_str()).collect()
}
