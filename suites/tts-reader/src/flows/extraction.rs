//! Text of web pages.

use katydid::{Session, TaskResult, flow};
use serde_json::json;

use crate::answers::{self, Extracted, Methods, Preview};
use crate::reader::Reader;

/// Extracting articles.
#[derive(Debug)]
pub struct Extraction;

#[flow]
impl Extraction {
    #[task(weight = 10, tags("extraction", "critical"))]
    async fn basic(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let page = reader.page(session)?;
        let request = session.post("/api/extract").name("/api/extract/[basic]");
        let reply = request.json(&json!({ "url": page.url })).send().await?.expect_status(200)?;
        let (reply, found) = answers::read::<Extracted>(reply)?;
        reply
            .check("the text is the article's, whole and alone", |_| page.is_read_by(&found.text))?
            .check("characters_used counts the text", |_| {
                found.characters_used == found.text.chars().count()
            })?
            .check("the method is named", |_| !found.extraction_method.is_empty())?;
        Ok(())
    }

    #[task(weight = 5, tags("extraction", "enhanced"))]
    async fn enhanced(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let page = reader.page(session)?;
        let body = json!({ "url": page.url, "prefer_textract": true, "include_metadata": true });
        let reply =
            session.post("/api/extract/enhanced").json(&body).send().await?.expect_status(200)?;
        let (reply, found) = answers::read::<Extracted>(reply)?;
        reply
            .check("the text is the article's, whole and alone", |_| page.is_read_by(&found.text))?
            .check("characters_used counts the text", |_| {
                found.characters_used == found.text.chars().count()
            })?
            .check("word_count counts the words", |_| {
                found.word_count == Some(found.text.split_whitespace().count())
            })?
            .check("the target read the page itself", |_| {
                found.success == Some(true)
                    && found.content_source.as_deref() == Some("backend_extracted")
            })?;
        Ok(())
    }

    #[task(weight = 3, tags("extraction"))]
    async fn preview(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let page = reader.page(session)?;
        let request = session.post("/api/extract/preview").json(&json!({ "url": page.url }));
        let reply = request.send().await?.expect_status(200)?;
        let (reply, found) = answers::read::<Preview>(reply)?;
        reply
            .check("the preview is the article's beginning", |_| page.begins_with(&found.preview))?
            .check("the whole text is longer than its preview", |_| {
                found.preview.chars().count() <= 503
                    && page.can_have(found.estimated_length, found.word_count)
            })?
            .check("words and confidence are told", |_| {
                found.word_count > 0 && (0.0..=1.0).contains(&found.confidence)
            })?;
        Ok(())
    }

    #[task(weight = 1, tags("extraction"))]
    async fn methods(reader: &mut Reader, session: &mut Session) -> TaskResult {
        reader.stay_logged_in(session).await?;
        let reply = session.get("/api/extract/methods").send().await?.expect_status(200)?;
        let (reply, list) = answers::read::<Methods>(reply)?;
        reply
            .check("the four methods are described", |_| {
                ["textract", "dom_semantic", "dom_heuristic", "reader_mode"].iter().all(|id| {
                    list.methods.iter().any(|way| way.id == *id && !way.description.is_empty())
                })
            })?
            .check("the strategy is named", |_| !list.default_strategy.is_empty())?;
        Ok(())
    }
}
