//! What every speech keeps: determinism, marks, files that decode, voices that differ.

mod common;

use common::{ENGINE, check_marks, decode, lag, pitch, samples, values, wav};
use tts_reader_speech::{
    AudioFormat, MarkKind, NOTICES, SpeechEngine, SpeechRequest, find_voice, presets, voices,
};

const TEXT: &str = "The weather is nice today. We went to the market, bought some bread and apples, \
                    and walked home along the river. Did Mr. Brown call? He said 3.5 miles is fine!";

#[test]
fn four_threads_and_a_second_engine_give_the_same_bytes() {
    let request = SpeechRequest::new(TEXT, "Amy");
    let first = ENGINE.synthesize(&request).unwrap();
    let shared = ENGINE.clone();
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..4).map(|_| scope.spawn(|| shared.synthesize(&request).unwrap())).collect();
        for thread in threads {
            assert!(thread.join().unwrap() == first, "another thread, other bytes");
        }
    });
    assert!(SpeechEngine::new().synthesize(&request).unwrap() == first);
}

#[test]
fn marks_cover_every_word_and_every_sentence() {
    let speech = wav(TEXT, "Joanna");
    check_marks(TEXT, &speech);
    assert_eq!(
        values(&speech, MarkKind::Sentence),
        [
            "The weather is nice today.",
            "We went to the market, bought some bread and apples, and walked home along the river.",
            "Did Mr. Brown call?",
            "He said 3.5 miles is fine!",
        ]
    );
    let words = values(&speech, MarkKind::Word);
    let expected: Vec<&str> =
        TEXT.split_whitespace().map(|word| word.trim_matches(['.', ',', '?', '!'])).collect();
    assert_eq!(words, expected);
}

/// A mark lies where the sound is: silence before the first word and between the sentences, sound
/// inside every word.
#[test]
fn words_are_where_the_sound_is() {
    let speech = wav(TEXT, "Matthew");
    let samples = samples(&speech);
    let loudness = |from_ms: u64, to_ms: u64| {
        let part = &samples[from_ms as usize * 16..(to_ms as usize * 16).min(samples.len())];
        (part.iter().map(|x| x * x).sum::<f32>() / part.len() as f32).sqrt()
    };
    let words: Vec<_> = speech.marks.iter().filter(|mark| mark.kind == MarkKind::Word).collect();
    assert!(loudness(0, words[0].time_ms - 10) < 0.002, "sound before the first word");
    for word in &words {
        assert!(loudness(word.time_ms, word.end_ms) > 0.015, "no sound in {word:?}");
    }
    for pair in words.windows(2).filter(|pair| pair[0].end_ms + 200 < pair[1].time_ms) {
        let middle = pair[0].end_ms.midpoint(pair[1].time_ms);
        assert!(loudness(middle - 50, middle + 50) < 0.008, "sound between {pair:?}");
    }
}

#[test]
fn the_mp3_decodes_completely_and_lies_on_the_samples() {
    for voice in ["Matthew", "Joanna", "Ivy"] {
        let original = samples(&wav(TEXT, voice));
        let speech = ENGINE.synthesize(&SpeechRequest::new(TEXT, voice)).unwrap();
        let seconds = speech.duration.as_secs_f64();
        assert!((original.len() as f64 / 16_000.0 - seconds).abs() < 0.001);
        let kilobits = speech.audio.len() as f64 * 8.0 / 1000.0 / seconds;
        assert!((47.0..50.0).contains(&kilobits), "{kilobits} kbit/s");

        // A player that reads the tag hears exactly the samples.
        let played = decode(&speech.audio, true);
        assert_eq!(played.len(), original.len(), "{voice}");
        assert!(lag(&original, &played) <= 1, "{voice}");
        // One that does not is late by less than a tenth of a second.
        let untrimmed = decode(&speech.audio, false);
        let late = lag(&original, &untrimmed);
        assert!(late < 1_600, "{voice} is {late} samples late");
        assert!(untrimmed.len() < original.len() + 1_600 + 576, "{voice}: {}", untrimmed.len());
    }
}

#[test]
fn the_wav_has_a_right_header() {
    let speech = wav("Hello there.", "Brian");
    assert_eq!(&speech.audio[..4], b"RIFF");
    let declared = u32::from_le_bytes(speech.audio[4..8].try_into().unwrap()) as usize;
    assert_eq!(declared + 8, speech.audio.len());
    let length = (speech.audio.len() - 44) as f64 / 32_000.0;
    assert!((speech.duration.as_secs_f64() - length).abs() < 1e-6);
}

#[test]
fn the_six_presets_sound_different() {
    let text = "We were away a year ago, and you know how lonely we all were.";
    let heard: Vec<(&str, f32, f32)> = presets()
        .iter()
        .map(|preset| {
            let voice = voices().iter().find(|voice| voice.preset == preset).expect("in use");
            let pitch = pitch(&samples(&wav(text, voice.id)));
            (preset.name, preset.pitch, pitch)
        })
        .collect();
    assert_eq!(heard.len(), 6);
    let (_, _, natural) = heard.iter().find(|(name, ..)| *name == "baritone").unwrap();
    for (name, factor, pitch) in &heard {
        let measured = pitch / natural;
        assert!((measured / factor - 1.0).abs() < 0.12, "{name}: x{measured:.2}, want x{factor}");
    }
    for pair in heard.windows(2) {
        assert!(pair[1].2 > pair[0].2 * 1.1, "{pair:?} are hardly different");
    }
}

#[test]
fn presets_keep_the_pace_and_rate_changes_it() {
    let seconds = |voice, rate| {
        let request = SpeechRequest::new(TEXT, voice).rate(rate);
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
    let key = |voice: &&tts_reader_speech::Voice| (voice.language_code, voice.name);
    assert!(voices().iter().is_sorted_by_key(|voice| key(&voice)));
    let joanna = find_voice("Joanna").unwrap();
    assert_eq!((joanna.gender, joanna.language_code), ("Female", "en-US"));
    for voice in voices() {
        assert_eq!(
            voice.description(),
            format!("local preset {} (American English)", voice.preset.name)
        );
    }
    let used: std::collections::HashSet<_> = voices().iter().map(|v| v.preset.name).collect();
    assert_eq!(used.len(), presets().len());
}

#[test]
fn formats_say_their_media_type() {
    assert_eq!(AudioFormat::default().media_type(), "audio/mpeg");
    assert_eq!(AudioFormat::Wav.extension(), "wav");
}

#[test]
fn the_notices_name_the_owners_of_the_data() {
    for part in
        ["Carnegie Mellon University", "University of Edinburgh", "Apache License", "rusty_mp3"]
    {
        assert!(NOTICES.contains(part), "{part}");
    }
}
