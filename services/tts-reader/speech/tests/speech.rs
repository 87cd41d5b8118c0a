//! What every speech keeps: determinism, marks, files that decode.

mod common;

use common::{ENGINE, check_marks, decode, lag, samples, values, wav};
use tts_reader_speech::{AudioFormat, MarkKind, NOTICES, SpeechEngine, SpeechRequest};

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
        // One that does not is late by what we say.
        let untrimmed = decode(&speech.audio, false);
        let late = lag(&original, &untrimmed);
        let said = AudioFormat::Mp3.untrimmed_delay().as_secs_f64() * 16_000.0;
        assert!((late as f64 - said).abs() <= 1.0, "{voice} is {late} samples late, not {said}");
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
