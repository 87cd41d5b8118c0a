//! Text to speech: what the service is for.

use katydid::{Session, TaskResult, flow};
use serde_json::json;

use crate::answers::{self, ArticleSpeech, Mark, Speech, Voice};
use crate::reader::Reader;

/// Voices that users choose from.
pub(super) const VOICES: [&str; 8] =
    ["Joanna", "Matthew", "Ivy", "Justin", "Kendra", "Kevin", "Kimberly", "Salli"];
/// Most characters of an article that are spoken.
pub(crate) const LONGEST_ARTICLE: usize = 500;
/// Milliseconds by which the last mark may lie behind the end of the audio.
const MARK_TOLERANCE: f64 = 100.0;
/// The transaction of somebody who listens to an article.
const JOURNEY: &str = "listen to an article";

/// Synthesis and voices.
#[derive(Debug)]
pub struct Synthesis;

#[flow]
impl Synthesis {
    /// The core revenue path.
    #[task(weight = 15, tags("tts", "critical", "revenue"))]
    async fn synthesize(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let text = reader.text(session);
        let voice = *session.choose(&VOICES);
        let body = json!({ "text_to_speech": text, "voice_id": voice, "engine": "standard" });
        // Unknown until the answer is there: a lost one leaves open what was spent.
        let known = reader.balance.take();
        let reply = session.post("/api/synthesize").json(&body).send().await?.expect_status(200)?;
        let (reply, speech) = answers::read::<Speech>(reply)?;
        session.spend(text.len() as u64);
        reply
            .check("characters_used counts the text", |_| speech.characters_used == text.len())?
            .check("a credit per started 1,000 characters", |_| {
                speech.credits_used == cost(text.len())
            })?
            .check("the balance went down by exactly the cost", |_| {
                known.is_none_or(|known| speech.credit_balance == known - speech.credits_used)
            })?
            .check("it is the voice asked for", |_| {
                speech.voice_used == voice && speech.engine_used == "standard"
            })?
            .check("speech marks follow the text and the audio", |_| {
                marks_follow(&speech.speech_marks, &text, speech.duration_seconds)
            })?;
        reader.balance = Some(speech.credit_balance);
        if reader.wants_to_listen(session) {
            reader.listen(session, &speech.audio_url, speech.duration_seconds).await?;
        }
        Ok(())
    }

    /// An article's beginning, spoken. Who wants to listen waits for the whole of it: login when
    /// it is due, extraction and synthesis, the audio.
    #[task(weight = 8, tags("tts", "combined"))]
    async fn extract_and_synthesize(reader: &mut Reader, session: &mut Session) -> TaskResult {
        if !reader.wants_to_listen(session) {
            read_aloud(reader, session).await?;
            return Ok(());
        }
        session
            .transaction(JOURNEY, async |session| {
                let speech = read_aloud(reader, session).await?;
                reader.listen(session, &speech.audio_url, speech.duration).await?;
                Ok(())
            })
            .await
    }

    #[task(weight = 2, tags("tts"))]
    async fn voices(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let reply = session.get("/api/voices").send().await?.expect_status(200)?;
        let (reply, voices) = answers::read::<Vec<Voice>>(reply)?;
        reply
            .check("the voices that users choose from are there", |_| {
                VOICES.iter().all(|id| voices.iter().any(|voice| voice.id == *id))
            })?
            .check("they are sorted by language and name", |_| {
                voices.is_sorted_by_key(|voice| (&voice.language_code, &voice.name))
            })?
            .check("each has a gender and speech marks", |_| {
                voices.iter().all(|voice| !voice.gender.is_empty() && voice.supports_speech_marks)
            })?;
        Ok(())
    }
}

/// Has a page extracted and spoken.
async fn read_aloud(reader: &mut Reader, session: &mut Session) -> TaskResult<ArticleSpeech> {
    reader.stay_logged_in(session).await?;
    let page = reader.page(session)?;
    let voice = *session.choose(&VOICES);
    let body = json!({
        "url": page.url, "voice_id": voice, "engine": "standard", "maxLength": LONGEST_ARTICLE,
    });
    let known = reader.balance.take();
    let reply = session.post("/api/extract-and-synthesize").json(&body).send().await?;
    let (reply, speech) = answers::read::<ArticleSpeech>(reply.expect_status(200)?)?;
    let characters = speech.text.chars().count();
    session.spend(characters as u64);
    let cost = cost(characters);
    let expected = known.map(|known| known - cost);
    reply
        .check("the text is the article's beginning", |_| page.begins_with(&speech.text))?
        .check("maxLength bounds the text", |_| characters <= LONGEST_ARTICLE)?
        .check("characters_used counts the text", |_| speech.characters_used == characters)?
        .check("a credit per started 1,000 characters", |_| {
            speech.credits_used.is_none_or(|used| used == cost)
        })?
        .check("the balance went down by exactly the cost", |_| {
            match (speech.credit_balance, expected) {
                (Some(balance), Some(expected)) => balance == expected,
                _ => true,
            }
        })?
        .check("it is the voice asked for", |_| speech.voice_used == voice)?
        .check("speech marks follow the text and the audio", |_| {
            marks_follow(&speech.speech_marks, &speech.text, speech.duration)
        })?;
    reader.balance = speech.credit_balance.or(expected);
    Ok(speech)
}

/// Credits for a text.
fn cost(characters: usize) -> i64 {
    characters.div_ceil(1_000) as i64
}

/// Whether marks are of this text and of audio of this length: in the order of time, within the
/// audio, each where it says in the text, and as many words as people count, more or less.
fn marks_follow(marks: &[Mark], text: &str, seconds: f64) -> bool {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    // Offsets count characters here and bytes at Amazon; only non-ASCII text shows the difference.
    let by_characters = |mark: &Mark| text.get(*places.get(mark.start)?..*places.get(mark.end)?);
    let by_bytes = |mark: &Mark| text.get(mark.start..mark.end);
    let placed = |mark: &Mark| {
        let value = Some(mark.value.as_str());
        by_characters(mark) == value || by_bytes(mark) == value
    };
    let end = seconds * 1_000.0 + MARK_TOLERANCE;
    let words = marks.iter().filter(|mark| mark.r#type == "word").count();
    let sentences = marks.iter().filter(|mark| mark.r#type == "sentence").count();
    sentences > 0
        && words * 2 >= text.split_whitespace().count()
        && marks.is_sorted_by_key(|mark| mark.time)
        && marks.iter().all(|mark| (mark.time as f64) <= end && placed(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kind: &str, time: u64, start: usize, value: &str) -> Mark {
        let end = start + value.chars().count();
        Mark { time, r#type: kind.to_owned(), start, end, value: value.to_owned() }
    }

    fn marks() -> Vec<Mark> {
        vec![
            mark("sentence", 0, 0, "A café opens."),
            mark("word", 0, 0, "A"),
            mark("word", 200, 2, "café"),
            mark("word", 500, 7, "opens"),
        ]
    }

    #[test]
    fn marks_must_be_of_this_text_and_this_audio() {
        let follow = |marks: Vec<Mark>| marks_follow(&marks, "A café opens.", 0.9);
        assert!(follow(marks()));
        assert!(!follow(vec![]), "none");
        assert!(!follow(marks().split_off(1)), "no sentence");
        let late = mark("word", 1_100, 7, "opens");
        assert!(!follow(marks().into_iter().chain([late]).collect()), "after the end");
        let back = mark("word", 100, 7, "opens");
        assert!(!follow(marks().into_iter().chain([back]).collect()), "back in time");
        // As the old mock had it: every word at offset 0.
        assert!(!follow(marks().into_iter().chain([mark("word", 600, 0, "opens")]).collect()));
    }
}
