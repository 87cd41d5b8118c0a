//! What a service was not built or set up with: 501, which says what is missing, and nothing is
//! charged.

use serde_json::json;

use crate::{
    app::{TestApp, article},
    site::Site,
};

/// It may be kept, so that what is left behind would be seen.
const HTML: &str = "200 OK\r\ncontent-type: text/html\r\ncache-control: max-age=600";
const PDF: &str = "200 OK\r\ncontent-type: application/pdf\r\ncache-control: max-age=600";
const READING: [&str; 5] = [
    "/api/extract",
    "/api/extract/enhanced",
    "/api/extract/preview",
    "/api/extract/with-speech-marks",
    "/api/extract-and-synthesize",
];

/// A service that can start itself for documents.
async fn service() -> TestApp {
    TestApp::with(|settings| {
        settings.pdf_reader = Some(env!("CARGO_BIN_EXE_tts-reader").into());
    })
    .await
}

fn stored(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/extraction/tests/stored");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

/// Asks every route that reads for a page that takes what is missing; the answer says so in these
/// words.
async fn lacks(app: &TestApp, site: &Site, missing: &str, words: &str) {
    let user = app.account("PRO", 10).await;
    let before = app.get_as(&user, "/api/user").await.json;
    for path in READING {
        let body = json!({ "url": site.url, "extractionMethod": "textract" });
        let reply = app.post_as(&user, path, body).await.expect_status(501);
        let told = (&reply.json["error_code"], &reply.json["missing"]);
        assert_eq!(told, (&json!("NOT_IMPLEMENTED"), &json!(missing)), "{path}");
        assert!(reply.detail().contains(words), "{path}: {}", reply.json);
    }
    // Trying it was asked for, and was done.
    let tried = app.post_as(&user, "/api/extract/test", json!({ "url": site.url })).await;
    let tried = tried.expect_status(200).json;
    assert!(tried["error"].as_str().unwrap().contains(words), "{tried}");
    let after = app.get_as(&user, "/api/user").await.json;
    for name in ["credit_balance", "remaining_chars"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(site.asked(), 1, "what will not change is known");
}

#[tokio::test]
async fn a_page_that_only_its_scripts_would_show_takes_a_browser() {
    let shell = stored("shell.html");
    let site = Site::fixed(HTML, shell).await;
    lacks(&service().await, &site, "browser", "send the text as `content`").await;
}

#[tokio::test]
async fn a_document_of_pictures_takes_textract() {
    let app = service().await;
    let site = Site::fixed(PDF, stored("picture.pdf")).await;
    lacks(&app, &site, "textract", "for which this service lacks").await;
    let user = app.account("PRO", 10).await;
    let verify = app.get_as(&user, "/api/extract/textract/verify").await.expect_status(200).json;
    let why = verify["textract"]["error"].as_str().unwrap();
    assert!(why.starts_with("not configured: this service lacks "), "{why}");
}

#[tokio::test]
async fn a_document_takes_a_program_that_can_start_itself() {
    let app = TestApp::start().await;
    let site = Site::fixed(PDF, stored("news.pdf")).await;
    lacks(&app, &site, "pdf", "`tts-reader serve` reads them").await;
    let user = app.account("PRO", 10).await;
    let status = app.get_as(&user, "/api/extract/textract/status").await.expect_status(200).json;
    assert!(!status["extraction_methods"].as_array().unwrap().contains(&json!("pdf_text")));
}

/// Today's clients ask for Textract with every page, and never got it.
#[tokio::test]
async fn a_wish_for_textract_is_no_reason_to_refuse_a_page() {
    let app = service().await;
    let user = app.account("PRO", 10).await;
    let site = Site::fixed(HTML, article(20)).await;
    let wishes =
        json!({ "url": site.url, "extractionMethod": "textract", "prefer_textract": true });
    for path in READING {
        let reply = app.post_as(&user, path, wishes.clone()).await.expect_status(200).json;
        let method = reply.get("extraction_method").unwrap_or(&reply["method"]);
        assert_eq!(method, "dom_semantic", "{path}");
    }
}
