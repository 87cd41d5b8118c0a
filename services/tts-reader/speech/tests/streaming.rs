//! Speech part by part: the same as in one piece, as soon as it is there, and never all of it.

mod common;

use std::time::Duration;

use common::{ENGINE, check_these_marks, decode_open, lag, samples, wav};
use tts_reader_speech::{
    AudioFormat, MAX_CHARACTERS, MarkKind, Speaking, SpeechMark, SpeechRequest, SpokenPart,
};

/// Eight sentences; the last is longer than one breath.
const TEXT: &str = "Chapter one\n\nThe rain had stopped. \"Shall we go?\" she asked. It was 7:30, and Dr. \
    Brown was late! Nobody cared… They walked — slowly, of course — to the river; the path was wet. \
    Then home. On the way they met the miller and the baker and the smith and the teacher and the \
    old man from the mill and his dog and the boy with the red hat and the girl with the blue shoes \
    and the woman who sold them bread and apples and cheese, and all of them were going to the fair \
    in the town behind the hills where the music never stops and the lights are never out.";

fn parts(text: &str, format: AudioFormat) -> (Vec<SpokenPart>, Vec<u8>, Duration) {
    let mut speaking =
        ENGINE.speak(&SpeechRequest::new(text, "Amy").format(format)).expect("a text");
    let parts = speaking.by_ref().collect::<Result<Vec<_>, _>>().expect("parts");
    let ended = speaking.finish();
    (parts, ended.head, ended.duration)
}

fn joined(parts: &[SpokenPart]) -> Vec<u8> {
    parts.iter().flat_map(|part| part.audio.iter().copied()).collect()
}

#[test]
fn the_parts_and_the_head_are_the_whole_file() {
    for format in [AudioFormat::Mp3, AudioFormat::Wav] {
        let whole = ENGINE.synthesize(&SpeechRequest::new(TEXT, "Amy").format(format)).unwrap();
        let (parts, head, duration) = parts(TEXT, format);
        let mut file = joined(&parts);
        file[..head.len()].copy_from_slice(&head);
        assert!(file == whole.audio, "{format}");
        let marks: Vec<_> = parts.iter().flat_map(|part| part.marks.clone()).collect();
        assert_eq!(marks, whole.marks);
        assert_eq!(duration, whole.duration);
        assert_eq!(parts.last().unwrap().until, duration);
    }
}

#[test]
fn each_sentence_comes_with_its_audio_and_its_marks() {
    let speaking = ENGINE.speak(&SpeechRequest::new(TEXT, "Amy")).unwrap();
    assert_eq!(speaking.sentences(), 8);
    let mut from = Duration::ZERO;
    for part in speaking {
        let part = part.unwrap();
        // A part's frames end within a frame, 36 ms, of what it says, delays included.
        let bytes = (part.until.as_secs_f64() - from.as_secs_f64()) * 6_000.0;
        assert!((part.audio.len() as f64 - bytes).abs() < 900.0, "{part:?}");
        for mark in &part.marks {
            let length = part.until.as_millis() as u64;
            assert!(mark.end_ms <= length, "{mark:?} ends after {length} ms");
        }
        let sentences = part.marks.iter().filter(|mark| mark.kind == MarkKind::Sentence).count();
        if part.sentence < 8 {
            assert_eq!(sentences, 1, "{part:?}");
            assert!(part.marks[0].time_ms >= from.as_millis() as u64, "{part:?}");
        }
        from = part.until;
    }
}

#[test]
fn a_sentence_of_several_breaths_has_its_marks_with_the_last() {
    let (parts, _, _) = parts(TEXT, AudioFormat::Wav);
    let last: Vec<_> = parts.iter().filter(|part| part.sentence == 8).collect();
    assert!(last.len() > 1);
    let (end, before) = last.split_last().unwrap();
    assert!(before.iter().all(|part| part.marks.is_empty() && !part.audio.is_empty()));
    assert_eq!(end.marks[0].kind, MarkKind::Sentence);
    assert!(end.marks[0].value.starts_with("On the way") && end.marks[0].value.ends_with("out."));
}

/// A player that hears the stream while it grows never sees the true head.
#[test]
fn the_open_stream_plays_and_lies_on_the_samples() {
    let original = samples(&wav(TEXT, "Amy"));
    let (mp3, head, _) = parts(TEXT, AudioFormat::Mp3);
    let open = joined(&mp3);
    assert!(open[..head.len()] != head[..], "the head of a stream claims no length");
    let played = decode_open(&open);
    assert!(lag(&original, &played) <= 1, "it is late by {}", lag(&original, &played));
    // What the encoder adds at the end stays, since nobody knows yet where that is.
    assert!((original.len()..original.len() + 1_200).contains(&played.len()), "{}", played.len());

    let (wav, _, _) = parts(TEXT, AudioFormat::Wav);
    assert_eq!(decode_open(&joined(&wav)), original);
}

/// Between two parts it is silent, for as long as a speaker pauses, and nothing jumps.
#[test]
fn parts_join_without_gap_or_click() {
    for voice in ["Amy", "Brian", "Ivy"] {
        let samples = samples(&wav(TEXT, voice));
        let speaking = ENGINE.speak(&SpeechRequest::new(TEXT, voice)).unwrap();
        let joins: Vec<usize> = speaking
            .map(|part| (part.unwrap().until.as_secs_f64() * 16_000.0).round() as usize)
            .collect();
        for &join in &joins[..joins.len() - 1] {
            let around = &samples[join - 64..join + 64];
            let loudest = around.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            assert!(loudest < 0.004, "{voice}: sound up to {loudest} at {join}");
            let is_quiet = |sample: &&f32| sample.abs() < 0.004;
            let before = samples[..join].iter().rev().take_while(is_quiet).count();
            let after = samples[join..].iter().take_while(is_quiet).count();
            let pause = (before + after) as f32 / 16_000.0;
            assert!((0.05..0.7).contains(&pause), "{voice}: {pause} s of silence at {join}");
        }
    }
}

#[test]
fn a_reading_may_move_between_threads_and_stop() {
    let owned: Speaking<'static> = {
        let text = TEXT.to_owned();
        ENGINE.speak(&SpeechRequest::new(&text, "Amy")).unwrap().into_owned()
    };
    let (mut owned, first) = std::thread::spawn(move || {
        let mut owned = owned;
        let first = owned.next().unwrap().unwrap();
        (owned, first)
    })
    .join()
    .unwrap();
    let (parts, head, _) = parts(TEXT, AudioFormat::Mp3);
    assert!(first == parts[0] && owned.next().unwrap().unwrap() == parts[1]);
    assert!(owned.encoding() > Duration::ZERO);
    // Stopped here: what is known is what was given out, under the head that it has already.
    let ended = owned.finish();
    assert_eq!(ended.duration, parts[1].until);
    assert!(ended.head != head && ended.head[..] == parts[0].audio[..ended.head.len()]);
}

/// What 100,000 characters take, and that the marks of the last are as right as those of the first.
#[test]
fn a_hundred_thousand_characters_in_bounded_parts() {
    let mut text = String::new();
    for number in 1.. {
        let next = format!(
            "Sentence {number} of Zoë’s report — nothing new 😀 on the eastern front, she said. "
        );
        if text.chars().count() + next.chars().count() > MAX_CHARACTERS - 20 {
            break;
        }
        text.push_str(&next);
    }
    let last = "That is all for now.";
    text.push_str(last);

    let request = SpeechRequest::new(&text, "Joanna").rate(1.5);
    let mut speaking = ENGINE.speak(&request).unwrap();
    let (mut marks, mut bytes, mut from) = (Vec::new(), 0, Duration::ZERO);
    let mut before = Duration::ZERO;
    for part in speaking.by_ref() {
        let part = part.unwrap();
        assert!(part.audio.len() < 100_000, "{} bytes at once", part.audio.len());
        bytes += part.audio.len();
        marks.extend(part.marks);
        (before, from) = (from, part.until);
    }
    let ended = speaking.finish();
    check_these_marks(&text, &marks, ended.duration.as_millis() as u64);
    // Frames of 216 bytes and 36 ms: the tag's, and those of the audio with what filters add.
    assert_eq!(bytes % 216, 0);
    let samples = (ended.duration.as_secs_f64() * 16_000.0).round() as usize;
    assert_eq!(bytes / 216, (samples + 1_057).div_ceil(576) + 1);

    // The last sentence is spoken as it is alone, only later.
    let alone = ENGINE.synthesize(&SpeechRequest::new(last, "Joanna").rate(1.5)).unwrap();
    let start = before.as_secs_f64() * 1_000.0;
    let end: Vec<&SpeechMark> = marks.iter().rev().take(alone.marks.len()).rev().collect();
    for (late, early) in end.iter().zip(&alone.marks) {
        assert_eq!(late.value, early.value);
        for (late, early) in [(late.time_ms, early.time_ms), (late.end_ms, early.end_ms)] {
            let off = late as f64 - start - early as f64;
            assert!(off.abs() <= 1.01, "{late} ms is {off} ms off");
        }
    }
}
