//! What readers do. Every task is right, but for the mistake that the reader makes.

use katydid::prelude::*;
use serde::Deserialize;

use crate::mistake::Mistake;
use crate::reader::Reader;

/// Speech of texts.
pub(crate) struct Speech;

#[derive(Deserialize)]
struct Spoken {
    audio_url: String,
    characters_used: usize,
    voice_used: String,
}

#[flow]
impl Speech {
    #[task(tags("critical", "revenue"))]
    async fn synthesize(reader: &mut Reader, api: &mut Session) -> TaskResult {
        if !reader.is_ready(api).await? {
            return Ok(());
        }
        let words = if reader.makes(Mistake::OneText) { 5 } else { api.random(1..=400) };
        let text = "word ".repeat(words);
        let wrong = reader.makes(Mistake::WrongFields)
            || (reader.makes(Mistake::ThirdFails) && api.chance(0.35));
        let body = if wrong {
            json!({ "text": text, "voice": "Joanna" })
        } else {
            json!({ "text_to_speech": text, "voice_id": "Joanna" })
        };
        let reply = api.post("/api/synthesize").json(&body).send().await?;
        if reader.makes(Mistake::ExcusedErrors) && reply.status() == 402 {
            reply.succeed();
            return Ok(());
        }
        let reply = reply.expect_status(200)?;
        let spoken: Spoken = reply.json()?;
        reply
            .check("the text was spoken", |_| {
                spoken.characters_used == text.len() && !spoken.audio_url.is_empty()
            })?
            .check("it is the voice asked for", |_| spoken.voice_used == "Joanna")?;
        Ok(())
    }
}

/// Texts of pages.
pub(crate) struct Extraction;

#[derive(Deserialize)]
struct Extracted {
    text: String,
    characters_used: usize,
    extraction_method: String,
}

/// What the old load test took the answer for.
#[derive(Deserialize)]
struct Content {
    content: String,
}

#[flow]
impl Extraction {
    #[task(tags("critical"))]
    async fn basic(reader: &mut Reader, api: &mut Session) -> TaskResult {
        if !reader.is_ready(api).await? {
            return Ok(());
        }
        let path = if reader.makes(Mistake::Slash) { "/api/extract/" } else { "/api/extract" };
        let body = json!({ "url": page(api) });
        let reply = api.post(path).json(&body).send().await?.expect_status(200)?;
        if reader.makes(Mistake::NoSuchField) {
            let read: Content = reply.json()?;
            reply.check("there is text", |_| !read.content.is_empty())?;
            return Ok(());
        }
        let page: Extracted = reply.json()?;
        reply.check("there is text, and it was counted", |_| {
            !page.text.is_empty() && page.characters_used == page.text.len()
        })?;
        Ok(())
    }

    #[task]
    async fn enhanced(reader: &mut Reader, api: &mut Session) -> TaskResult {
        if !reader.is_ready(api).await? {
            return Ok(());
        }
        let url = page(api);
        let body = if reader.makes(Mistake::IgnoredLimit) {
            json!({ "url": url, "maxLength": 50 })
        } else {
            json!({ "url": url, "max_length": 50 })
        };
        let reply = api.post("/api/extract/enhanced").json(&body).send().await?;
        let reply = reply.expect_status(200)?;
        if reader.makes(Mistake::IgnoredLimit) {
            return Ok(());
        }
        let page: Extracted = reply.json()?;
        reply
            .check("the limit holds", |_| page.text.len() <= 50)?
            .check("it is the method asked for", |_| page.extraction_method == "enhanced")?;
        Ok(())
    }
}

fn page(api: &mut Session) -> String {
    format!("https://example.org/{}", api.random(1..=1_000))
}

/// Preferences and credits.
pub(crate) struct Settings;

#[derive(Deserialize)]
struct Preferences {
    voice_id: String,
    engine: String,
}

#[derive(Deserialize)]
struct Balance {
    username: String,
    credit_balance: u64,
}

#[flow]
impl Settings {
    #[task]
    async fn preferences(reader: &mut Reader, api: &mut Session) -> TaskResult {
        if !reader.is_ready(api).await? {
            return Ok(());
        }
        let voice = *api.choose(&["Ivy", "Justin", "Kendra"]);
        let ignored = reader.makes(Mistake::IgnoredPreferences);
        let body = if ignored {
            json!({ "preferred_voice": voice, "preferred_engine": "neural" })
        } else {
            json!({ "voice_id": voice, "engine": "neural" })
        };
        let reply = api.post("/api/preferences").json(&body).send().await?.expect_status(200)?;
        if ignored {
            return Ok(());
        }
        let kept: Preferences = reply.json()?;
        reply.check("they were kept", |_| kept.voice_id == voice && kept.engine == "neural")?;
        Ok(())
    }

    #[task]
    async fn balance(reader: &mut Reader, api: &mut Session) -> TaskResult {
        if !reader.is_ready(api).await? {
            return Ok(());
        }
        let reply = api.get("/api/credit-balance").send().await?.expect_status(200)?;
        let balance: Balance = reply.json()?;
        reply.check("it is the reader's own", |_| {
            balance.username == reader.name() && balance.credit_balance > 0
        })?;
        Ok(())
    }
}

/// Articles by their numbers.
pub(crate) struct Reading;

#[derive(Deserialize)]
struct Article {
    id: u32,
    title: String,
}

#[flow]
impl Reading {
    #[task]
    async fn article(reader: &mut Reader, api: &mut Session) -> TaskResult {
        if !reader.is_ready(api).await? {
            return Ok(());
        }
        let id = if reader.makes(Mistake::OneArticle) { 7 } else { api.random(1..=400) };
        let named = reader.makes(Mistake::NameForEachId);
        let request = api.get(format!("/api/articles/{id}"));
        let request = if named { request } else { request.name("/api/articles/{id}") };
        let reply = request.send().await?.expect_status(200)?;
        let article: Article = reply.json()?;
        reply.check("it is the one asked for", |_| {
            article.id == id && article.title.ends_with(&id.to_string())
        })?;
        Ok(())
    }
}

/// New accounts: registered, then tried.
pub(crate) struct Joining;

#[flow(sequential, tags("auth"))]
impl Joining {
    #[task]
    async fn register(reader: &mut Reader, api: &mut Session) -> TaskResult {
        reader.register(api).await
    }

    #[task]
    async fn login(reader: &mut Reader, api: &mut Session) -> TaskResult {
        reader.try_account(api).await
    }
}

/// The same in any order, as the old load test had it.
pub(crate) struct JoiningInAnyOrder;

#[flow(name = "Joining", tags("auth"))]
impl JoiningInAnyOrder {
    #[task]
    async fn register(reader: &mut Reader, api: &mut Session) -> TaskResult {
        reader.register(api).await
    }

    #[task]
    async fn login(reader: &mut Reader, api: &mut Session) -> TaskResult {
        reader.try_account(api).await
    }
}
