//! The voice and the engine somebody likes, and what they have used.

use katydid::{Session, TaskResult, flow};
use serde_json::json;

use super::synthesis::VOICES;
use crate::answers::{self, Preferences as Wishes, Usage};
use crate::reader::Reader;

/// Preferences and usage.
#[derive(Debug)]
pub struct Preferences;

#[flow]
impl Preferences {
    #[task(weight = 5, tags("preferences"))]
    async fn get_preferences(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        read_back(reader, session, "/api/preferences").await
    }

    /// Changes the voice to another one and reads it back.
    #[task(weight = 3, tags("preferences"))]
    async fn update_preferences(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let mut voice = *session.choose(&VOICES);
        if reader.preferences.take().is_some_and(|wishes| wishes.voice_id == voice) {
            let at = VOICES.iter().position(|other| *other == voice).unwrap_or(0);
            voice = VOICES[(at + 1) % VOICES.len()];
        }
        let body = json!({ "voice_id": voice, "engine": "standard" });
        let reply =
            session.post("/api/preferences").json(&body).send().await?.expect_status(200)?;
        let (reply, wishes) = answers::read::<Wishes>(reply)?;
        reply.check("the preferences are those asked for", |_| {
            wishes.voice_id == voice && wishes.engine == "standard"
        })?;
        reader.preferences = Some(wishes);
        read_back(reader, session, "/api/preferences[read back]").await
    }

    #[task(weight = 4, tags("usage"))]
    async fn usage(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let reply = session.get("/api/usage").send().await?.expect_status(200)?;
        let (reply, usage) = answers::read::<Usage>(reply)?;
        reply
            .check("it is the user's own usage", |_| {
                usage.username == reader.account().username && usage.is_active
            })?
            .check("used_chars is what is gone of total_chars", |_| {
                usage.used_chars == (usage.total_chars - usage.remaining_chars).max(0)
            })?;
        Ok(())
    }
}

/// Reads the preferences; they must be those that were set last.
async fn read_back(reader: &mut Reader, session: &mut Session, name: &'static str) -> TaskResult {
    let reply = session.get("/api/preferences").name(name).send().await?.expect_status(200)?;
    let (reply, wishes) = answers::read::<Wishes>(reply)?;
    let known = reader.preferences.take();
    reply
        .check("they are the user's own", |_| {
            wishes.username.as_ref() == Some(&reader.account().username)
        })?
        .check("the preferences set last are still set", |_| {
            known.is_none_or(|known| {
                known.voice_id == wishes.voice_id && known.engine == wishes.engine
            })
        })?;
    reader.preferences = Some(wishes);
    Ok(())
}
