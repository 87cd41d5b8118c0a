//! The voices: which there are, and that they differ as they say.

mod common;

use std::collections::HashSet;

use common::acoustics::{formant_scale, pitch};
use common::{ENGINE, samples, wav};
use tts_reader_speech::{Shade, SpeechRequest, Voice, find_voice, presets, voices};

/// All voiced, so that pitch and resonances can be measured everywhere.
const VOICED: &str = "We were away a year ago, and you know how lonely we all were.";

/// What is measured of a voice.
struct Heard {
    voice: &'static Voice,
    /// Median pitch in Hz.
    pitch: f32,
    /// Resonances relative to the recorded speaker's.
    scale: f32,
    /// Length of the sentence in seconds.
    seconds: f32,
}

fn hear(voice: &'static Voice, natural: &[f32]) -> Heard {
    let samples = samples(&wav(VOICED, voice.id));
    let scale = formant_scale(natural, &samples);
    Heard { voice, pitch: pitch(&samples), scale, seconds: samples.len() as f32 / 16_000.0 }
}

#[expect(clippy::print_stdout, reason = "the table of a failed test, and of --nocapture")]
fn all() -> Vec<Heard> {
    let natural = samples(&wav(VOICED, "Matthew"));
    let mut heard: Vec<Heard> = voices().iter().map(|voice| hear(voice, &natural)).collect();
    heard.sort_by(|a, b| a.scale.total_cmp(&b.scale));
    for Heard { voice, pitch, scale, seconds } in &heard {
        println!(
            "{:<9} {:<9} {pitch:5.0} Hz  x{scale:.2}  {seconds:.2} s",
            voice.id, voice.preset.name
        );
    }
    heard
}

fn ratio(a: f32, b: f32) -> f32 {
    a.max(b) / a.min(b)
}

/// Six clusters: two voices of different presets are apart by more than a twentieth in pitch and by
/// more than three percent in size; of one preset they have one size.
#[test]
fn the_voices_are_six_speakers_to_the_ear() {
    let heard = all();
    for (index, a) in heard.iter().enumerate() {
        for b in &heard[..index] {
            let (pitch, scale) = (ratio(a.pitch, b.pitch), ratio(a.scale, b.scale));
            let both =
                format!("{} and {}: pitch x{pitch:.2}, size x{scale:.2}", a.voice.id, b.voice.id);
            if a.voice.preset == b.voice.preset {
                assert!(scale < 1.025 && pitch < 1.15, "{both}");
            } else {
                assert!(scale > 1.03 && pitch > 1.05, "{both}");
            }
        }
    }
}

#[test]
fn no_two_voices_are_the_same() {
    let heard = all();
    for (index, a) in heard.iter().enumerate() {
        for b in &heard[..index] {
            let (pitch, pace) = (ratio(a.pitch, b.pitch), ratio(a.seconds, b.seconds));
            let differ = pitch > 1.025 || pace > 1.04 || a.voice.preset != b.voice.preset;
            assert!(
                differ,
                "{} and {}: pitch x{pitch:.3}, pace x{pace:.3}",
                a.voice.id, b.voice.id
            );
        }
    }
}

#[test]
fn pitch_and_size_are_those_of_the_preset() {
    let natural = samples(&wav(VOICED, "Matthew"));
    let natural_pitch = pitch(&natural);
    for preset in presets() {
        let plain = |voice: &&Voice| voice.preset == preset && voice.shade == Shade::NONE;
        let voice = voices().iter().find(plain).expect("one voice is the preset itself");
        let heard = hear(voice, &natural);
        let measured = heard.pitch / natural_pitch;
        assert!((measured / preset.pitch - 1.0).abs() < 0.12, "{}: x{measured:.2}", preset.name);
        let off = ratio(heard.scale, preset.tract_factor());
        assert!(off < 1.03, "{}: resonances x{:.2}", preset.name, heard.scale);
    }
}

#[test]
fn presets_keep_the_pace_and_rate_changes_it() {
    let seconds = |voice, rate| {
        let request = SpeechRequest::new(VOICED, voice).rate(rate);
        ENGINE.synthesize(&request).unwrap().duration.as_secs_f64()
    };
    let natural = seconds("Matthew", 1.0);
    for voice in ["Brian", "Joanna", "Ivy"] {
        let ratio = seconds(voice, 1.0) / natural;
        assert!((ratio - 1.0).abs() < 0.05, "{voice}: {ratio}");
    }
    assert!((seconds("Joanna", 1.5) * 1.5 / natural - 1.0).abs() < 0.1);
    assert!((seconds("Joanna", 0.5) * 0.5 / natural - 1.0).abs() < 0.1);
}

#[test]
fn the_voice_list_is_the_documented_one_and_says_what_it_is() {
    assert_eq!(voices().len(), 23);
    let key = |voice: &&Voice| (voice.language_code, voice.name);
    assert!(voices().iter().is_sorted_by_key(|voice| key(&voice)));
    let joanna = find_voice("Joanna").unwrap();
    assert_eq!((joanna.gender, joanna.language_code), ("Female", "en-US"));
    for voice in voices() {
        let description = voice.description();
        assert!(description.starts_with(&format!("local preset {}", voice.preset.name)));
        assert!(description.ends_with(" (American English)"), "{description}");
    }
    assert_eq!(joanna.description(), "local preset alto (American English)");
    let kendra = find_voice("Kendra").unwrap();
    assert_eq!(kendra.description(), "local preset alto, lower, quicker (American English)");
    let used: HashSet<_> = voices().iter().map(|v| v.preset.name).collect();
    assert_eq!(used.len(), presets().len());
}
