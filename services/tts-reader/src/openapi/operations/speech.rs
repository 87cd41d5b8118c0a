//! Voices, synthesis, and the audio it leaves.

use serde_json::{Value, json};

use super::{
    accounts::{engine, voice},
    progress::{followed, named},
};
use crate::openapi::{
    operation::{Operation, Tag},
    schema::{
        Field, about, answer, body, count, has, integer, lenient, link, list, matching, may,
        number, one_of, or_null, shared, text, text_of, time, truth,
    },
    shared::seconds,
};

/// An address of a page, as bodies give it.
pub(super) fn url() -> Value {
    about(matching(text_of(0, 2_048), "^https?://"), "A public page: HTML or plain text.")
}

pub(crate) fn voices() -> Operation {
    let entry = answer([
        has("id", text()),
        has("name", text()),
        has("gender", one_of(["Female", "Male"])),
        has("language", text()),
        has("language_code", text()),
        has("engine", one_of(["standard"])),
        has("tts_optimized", truth()),
        has("supports_speech_marks", truth()),
        has("description", about(text(), "What is really heard.")),
    ]);
    Operation::by_account(Tag::Speech, "voices", "The voices that can be had")
        .about(
            "Those of the standard engine. The engine of this program has one kind of voice: asked for \
             `neural` it speaks with the same one, and `engine_used` says standard. Of Amazon Polly, \
             those that it has, once it was asked.",
        )
        .answers(
            list(entry),
            json!([{
                "id": "Nicole", "name": "Nicole", "gender": "Female",
                "language": "Australian English", "language_code": "en-AU", "engine": "standard",
                "tts_optimized": true, "supports_speech_marks": true,
                "description": "local preset alto (American English); neural is the same voice",
            }]),
        )
}

pub(crate) fn synthesize() -> Operation {
    let mut fields = asked();
    fields.push(may(
        "stream",
        about(
            or_null(truth()),
            "Whether to answer with the audio while it is spoken. Left out, `Accept: audio/mpeg` says so.",
        ),
    ));
    followed(speaks("synthesize", "Speak a text"))
        .about(
            "One credit for every started thousand characters, charged when the audio is there. Asked for \
             audio, the answer begins with the first sentence and ends when the whole is kept and \
             paid for; if that fails in the middle the connection breaks off before the end and \
             nothing is charged. The marks of what was heard, and its link, are the answer to the \
             same request with the same Idempotency-Key.",
        )
        .takes(&body(fields), &json!({
            "text_to_speech": "Hello, world.", "voice_id": "Joanna", "engine": "standard",
        }))
        .answers(answer(spoken()), spoken_example())
        .or_gives(200, "The audio, while it is spoken.", "audio/mpeg")
        .header(200, "X-Usage-Warning", false)
        .refuses(422, NOTHING.0, NOTHING.1)
}

pub(crate) fn synthesize_with_highlighting() -> Operation {
    let place = || {
        [
            has("start", about(count(), "The first character of it in the text, from 0.")),
            has("end", about(count(), "The character after its last.")),
            has("start_byte", about(count(), "The same in bytes of UTF-8.")),
            has("end_byte", count()),
            has("time", about(count(), "Milliseconds from the start of the audio.")),
            has("end_time", count()),
        ]
    };
    let word = answer([has("value", text())].into_iter().chain(place()));
    let sentence = [has("text", text()), has("words", list(word))];
    let sentence = answer(sentence.into_iter().chain(place()));
    let map = answer([has("sentences", list(sentence))]);
    let mut fields = spoken();
    fields.push(has("highlighting", about(map, "The text by its sentences and words.")));
    let mut example = spoken_example();
    example["highlighting"] = json!({ "sentences": [{
        "text": "Hello, world.", "start": 0, "end": 13, "start_byte": 0, "end_byte": 13,
        "time": 0, "end_time": 910,
        "words": [
            { "value": "Hello", "start": 0, "end": 5, "start_byte": 0, "end_byte": 5,
              "time": 0, "end_time": 318 },
            { "value": "world", "start": 7, "end": 12, "start_byte": 7, "end_byte": 12,
              "time": 318, "end_time": 910 },
        ],
    }] });
    followed(speaks("synthesize_with_highlighting", "Speak a text and map it"))
        .about("As /api/synthesize, with each sentence and word: where it is in the text, and when it is heard.")
        .takes(&body(asked()), &json!({ "text_to_speech": "Hello, world." }))
        .answers(answer(fields), example)
        .header(200, "X-Usage-Warning", false)
        .refuses(422, NOTHING.0, NOTHING.1)
}

/// What a synthesis is asked for.
fn asked() -> Vec<Field> {
    vec![
        has("text_to_speech", text_of(1, 100_000)),
        may("voice_id", about(or_null(voice()), "Else the account's own.")),
        may("engine", about(or_null(engine()), ENGINE)),
        may("extraction_id", named()),
    ]
}

/// What it answers.
fn spoken() -> Vec<Field> {
    vec![
        has("audio_url", about(link(), "Signed; works for an hour.")),
        has("speech_marks", list(shared("Mark"))),
        has("characters_used", count()),
        has("remaining_chars", integer()),
        has("duration_seconds", number()),
        has("voice_used", text()),
        has("engine_used", about(engine(), "The one that spoke.")),
        has("credit_balance", count()),
        has("credits_used", count()),
        has("monthly_usage", about(count(), "Characters of this month.")),
        has("monthly_cap", about(count(), "What the tier is meant for; 0: no speech.")),
        has("usage_percentage", number()),
        has("usage_reset_date", time()),
        has("tier", one_of(["free", "light", "premium", "pro"])),
        has("is_near_limit", truth()),
    ]
}

fn spoken_example() -> Value {
    json!({
        "audio_url": AUDIO, "speech_marks": marks(), "characters_used": 13,
        "remaining_chars": 83_267, "duration_seconds": 1.0, "voice_used": "Joanna",
        "engine_used": "standard", "credit_balance": 99_999, "credits_used": 1,
        "monthly_usage": 13, "monthly_cap": 10_000_000, "usage_percentage": 0.00013,
        "usage_reset_date": "2026-11-01T00:00:00.000000+00:00", "tier": "pro",
        "is_near_limit": false,
    })
}

/// Why a text is refused, and in which words.
const NOTHING: (&str, &str) = (
    "Nothing in the text can be spoken.",
    "nothing in this text can be spoken: the voices read English, so it needs at least one Latin \
     letter, digit or symbol such as & or %",
);

pub(crate) fn extract_and_synthesize() -> Operation {
    let fields = body([
        has("url", url()),
        may("voice_id", about(or_null(voice()), "Else `voice`, else the account's own.")),
        may("voice", or_null(voice())),
        may("engine", about(or_null(engine()), ENGINE)),
        may(
            "maxLength",
            about(
                or_null(lenient(1, 100_000, "[1-9][0-9]{0,4}|100000")),
                "Most characters; cut between words.",
            ),
        ),
        may("extraction_id", named()),
    ]);
    let spoken = answer([
        has("text", text()),
        has("speech_marks", list(shared("Mark"))),
        has("audio_url", about(link(), "Signed; works for an hour.")),
        has("duration", seconds()),
        has("characters_used", count()),
        has("remaining_chars", integer()),
        has("extraction_method", super::extraction::method()),
        has("voice_used", text()),
        has("engine_used", about(engine(), "The one that spoke.")),
        has("credits_used", count()),
        has("credit_balance", count()),
    ]);
    let told = speaks("extract_and_synthesize", "Speak a page").takes(
        &fields,
        &json!({
            "url": "https://example.com/article", "voice_id": "Matthew", "maxLength": 500,
        }),
    );
    followed(super::extraction::reads(told)).answers(
        spoken,
        json!({
            "text": "Hello, world.", "speech_marks": marks(), "audio_url": AUDIO, "duration": 1.0,
            "characters_used": 13, "remaining_chars": 88_904, "extraction_method": "reader_mode",
            "voice_used": "Matthew", "engine_used": "standard", "credits_used": 1,
            "credit_balance": 99_999,
        }),
    )
}

const ENGINE: &str = "Else the account's own, where its tier has it; else standard. The engine of this \
                      program speaks both with the same voice.";

/// What every paid synthesis can end with.
fn speaks(id: &'static str, summary: &'static str) -> Operation {
    let denied = answer([has(
        "detail",
        answer([
            has("error", text()),
            has("message", text()),
            has("current_tier", one_of(["free", "light", "premium", "pro"])),
            has("upgrade_required", truth()),
        ]),
    )]);
    Operation::by_account(Tag::Speech, id, summary)
        .keyed()
        .header(200, "X-Cache", false)
        .refuses(
            400,
            "Neural voices are off (NEURAL_VOICES_ENABLED).",
            "Neural voices are not yet available. Coming soon for Pro users!",
        )
        .refuses(
            400,
            "There is no such voice.",
            "there is no voice `Johanna`; did you mean `Joanna`? The voice list has all ids",
        )
        .refuses(
            400,
            "The engine elsewhere has the voice not, or not of that kind.",
            "the speech engine `polly` has no standard voice `Olivia`; name the other engine, or another \
             voice of /api/voices",
        )
        .refuses(
            402,
            "The account has too few credits.",
            "Insufficient credits. Need 2 credits, have 1 credits.",
        )
        .gives(
            403,
            "Neural voices need the Pro tier.",
            denied,
            json!({ "detail": {
            "error": "Feature not available in your tier",
            "message": "Neural voices need the Pro tier; use the standard engine or upgrade.",
            "current_tier": "light", "upgrade_required": true,
        } }),
        )
        .fails(
            "The synthesis failed; nothing was charged.",
            "An error occurred during text synthesis",
        )
        .busy("Too many syntheses are waiting, or the engine is throttled.", "Speech synthesis")
        .busy("The account has too many syntheses waiting.", "Speech synthesis for this account")
        .refuses(
            503,
            "The engine is elsewhere and does not answer.",
            "The speech engine cannot be reached; try again in 15 seconds",
        )
}

pub(crate) fn audio() -> Operation {
    const KIND: Option<&str> = Some("audio/mpeg");
    Operation::fixed(Tag::Speech, "audio", "The audio of a synthesis")
        .about(
            "Opened by the signature in the link, so that an <audio> element can play it. Ranges \
                work, so players can seek.",
        )
        .path("user_id", &text(), "Whose it is.")
        .path("file", &text(), "Its name.")
        .query("expires", &text(), "Until when the link works, in seconds since 1970.")
        .query("signature", &text(), "Made by the service.")
        .optional_header("Range", &text(), "For example bytes=0-1023.")
        .gives_other(200, "The whole file.", KIND)
        .gives_other(206, "The part that was asked for.", KIND)
        .gives_other(304, "It is as it was (If-Modified-Since).", None)
        .refuses(
            403,
            "The link is made up, changed or too old.",
            "This link is not valid or has expired",
        )
        .refuses(404, "The audio was removed.", "Not Found")
        .gives_other(412, "It has changed (If-Unmodified-Since).", None)
        .gives_other(416, "The file has no such part.", None)
}

const AUDIO: &str = "http://127.0.0.1:5000/audio/fd6f78bf-2b2a-4f0e-8d3c-2f8a2f3d9a11/\
                     0b7c6f1e-7f0d-4f4b-9d4e-0a8b1c2d3e4f.mp3?expires=1795402848&signature=5e0d";

fn marks() -> Value {
    json!([
        { "time": 0, "type": "word", "start": 0, "end": 5, "value": "Hello" },
        { "time": 318, "type": "word", "start": 7, "end": 12, "value": "world" },
    ])
}
