//! The ways of letters: a mail server, and none.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tts_reader::{Email, Smtp};

use crate::app::TestApp;

/// A mail server that keeps what it gets, or refuses it.
struct MailServer {
    port: u16,
    /// Everything clients said, a text per connection that ended its letter.
    heard: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    async fn start(takes: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        tokio::spawn({
            let heard = Arc::clone(&heard);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let heard = Arc::clone(&heard);
                    tokio::spawn(async move { converse(stream, takes, &heard).await });
                }
            }
        });
        Self { port, heard }
    }

    async fn hear(&self, count: usize) -> Vec<String> {
        loop {
            let heard = self.heard.lock().unwrap().clone();
            if heard.len() >= count {
                return heard;
            }
            tokio::task::yield_now().await;
        }
    }
}

async fn converse(stream: TcpStream, takes: bool, heard: &Mutex<Vec<String>>) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 mail.test ESMTP\r\n").await.unwrap();
    let (mut said, mut letter) = (String::new(), false);
    while let Ok(Some(line)) = lines.next_line().await {
        said += &format!("{line}\n");
        let answer = match (letter, line.split([' ', ':']).next().unwrap_or_default()) {
            (true, ".") => {
                letter = false;
                heard.lock().unwrap().push(std::mem::take(&mut said));
                "250 taken"
            }
            (true, _) => continue,
            (false, "RCPT") if !takes => {
                heard.lock().unwrap().push(std::mem::take(&mut said));
                "451 try again later"
            }
            (false, "DATA") => {
                letter = true;
                "354 go on"
            }
            (false, _) => "250 fine",
        };
        if writer.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn register(app: &TestApp) {
    let body = json!({ "username": "ann", "email": "ann@example.com", "password": "secret1" });
    app.post("/api/register", body).await.expect_status(200);
}

#[tokio::test]
async fn letters_go_to_the_mail_server() {
    let server = MailServer::start(true).await;
    let app = TestApp::with(|settings| {
        settings.email = Email::Smtp(Smtp::plain("127.0.0.1", server.port));
        settings.email_from = "TTS Reader <no-reply@example.com>".to_owned();
        settings.frontend_url = "https://reader.example".to_owned();
    })
    .await;
    register(&app).await;
    let said = server.hear(1).await.remove(0);
    for part in [
        "MAIL FROM:<no-reply@example.com>",
        "RCPT TO:<ann@example.com>",
        "From: \"TTS Reader\" <no-reply@example.com>",
        "To: ann@example.com",
        "https://reader.example/email-verification?token=",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(app.get("/api/health").await.json["services"]["email"], "healthy");
}

#[tokio::test]
async fn a_mail_server_that_refuses_keeps_nobody_waiting_and_loses_nothing_in_silence() {
    let server = MailServer::start(false).await;
    let app = TestApp::with(|settings| {
        settings.email = Email::Smtp(Smtp::plain("127.0.0.1", server.port));
    })
    .await;
    register(&app).await;
    app.login("ann", "secret1").await;
    server.hear(1).await;
    assert_eq!(app.metric("tts_reader_letters_waiting").await, 1.0);
    assert_eq!(app.metric("tts_reader_letters_sent_total").await, 0.0);
    // The end of the service does not wait for pauses between tries.
    app.stop().await;
    assert_eq!(server.hear(3).await.len(), 3, "tried three times in all");
}

#[tokio::test]
async fn in_load_test_mode_letters_are_counted_and_not_written() {
    let app = TestApp::with(|settings| {
        settings.load_test = true;
        settings.email = Email::Off;
    })
    .await;
    register(&app).await;
    while app.metric("tts_reader_letters_suppressed_total").await < 1.0 {}
    let health = app.get("/api/health").await.json;
    assert_eq!(
        (&health["mode"], &health["services"]["email"]),
        (&json!("load-test"), &json!("off"))
    );
    assert_eq!(app.metric("tts_reader_letters_sent_total").await, 0.0);
    assert!(!app.path().join("outbox").exists());
}
