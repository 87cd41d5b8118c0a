//! Audio that an account had made before is served again: said so, paid as any other, and never when it
//! is gone, old, or somebody else's.

use std::{fs, path::PathBuf, sync::Arc};

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Reply, TestApp, User};

/// Files of audio of all accounts.
fn audio_files(app: &TestApp) -> Vec<PathBuf> {
    let accounts = fs::read_dir(app.path().join("users")).unwrap();
    let folders = accounts.map(|account| account.unwrap().path().join("audio"));
    let files = folders.filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let files = files.map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "mp3")).collect()
}

/// Whether it was found, and the file's name.
fn told(reply: &Reply) -> (String, String) {
    let link = reply.json["audio_url"].as_str().unwrap();
    let (path, _) = link.split_once('?').unwrap();
    (reply.header("x-cache").to_owned(), path.rsplit('/').next().unwrap().to_owned())
}

async fn speak(app: &TestApp, user: &User, body: Value) -> Reply {
    app.post_as(user, "/api/synthesize", body).await.expect_status(200)
}

#[tokio::test]
async fn the_same_is_served_again_and_costs_the_same() {
    let app = TestApp::start().await;
    let (user, other) = (app.account("PRO", 10).await, app.account("PRO", 10).await);
    let body = json!({ "text_to_speech": "A café opens. Naïve people drink tea!" });
    let first = speak(&app, &user, body.clone()).await;
    let (cache, file) = told(&first);
    assert_eq!(cache, "MISS");
    let again = speak(&app, &user, body.clone()).await;
    assert_eq!(told(&again), ("HIT".to_owned(), file.clone()));
    for same in ["speech_marks", "duration_seconds", "characters_used", "voice_used"] {
        assert_eq!(again.json[same], first.json[same], "{same}");
    }
    assert_eq!((&again.json["credits_used"], app.balance(&user).await), (&json!(1), 8));
    assert_eq!(app.get("/api/platform-stats").await.json["total_syntheses"], 2);
    assert_eq!(audio_files(&app).len(), 1);
    app.get(again.json["audio_url"].as_str().unwrap()).await.expect_status(200);

    // The map of the text is of the same audio.
    let mapped = app.post_as(&user, "/api/synthesize-with-highlighting", body.clone()).await;
    let mapped = mapped.expect_status(200);
    assert_eq!(told(&mapped), ("HIT".to_owned(), file.clone()));
    assert_eq!(mapped.json["highlighting"]["sentences"].as_array().unwrap().len(), 2);

    // Another text, another voice, another account.
    for (user, body) in [
        (&user, json!({ "text_to_speech": "A café opens. Naïve people drink tea." })),
        (&user, json!({ "text_to_speech": body["text_to_speech"], "voice_id": "Brian" })),
        (&other, body.clone()),
    ] {
        let (cache, another) = told(&speak(&app, user, body).await);
        assert_eq!(cache, "MISS");
        assert_ne!(another, file);
    }
    // It outlives the service.
    let app = TestApp::at(app.stop().await, |_| {}).await;
    assert_eq!(told(&speak(&app, &user, body).await), ("HIT".to_owned(), file));
}

#[tokio::test]
async fn what_is_gone_or_old_or_broken_is_spoken_anew() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let body = json!({ "text_to_speech": "Hello, world." });
    let (_, first) = told(&speak(&app, &user, body.clone()).await);
    fs::remove_file(&audio_files(&app)[0]).unwrap();
    let (cache, second) = told(&speak(&app, &user, body.clone()).await);
    assert_eq!(cache, "MISS");
    assert_ne!(first, second);
    // As old as a link may be: a new one could not live its whole life.
    let hour = std::time::Duration::from_hours(1);
    let old = std::time::SystemTime::now() - hour;
    let file = fs::File::options().write(true).open(&audio_files(&app)[0]).unwrap();
    file.set_modified(old).unwrap();
    let (cache, third) = told(&speak(&app, &user, body.clone()).await);
    assert_eq!(cache, "MISS");
    assert_ne!(second, third);
    // Whoever finds it came after it was noted.
    assert_eq!(told(&speak(&app, &user, body.clone()).await), ("HIT".to_owned(), third));
    // A note that is none.
    let folder = audio_files(&app)[0].parent().unwrap().to_owned();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "json") {
            fs::write(path, "{\"file\":").unwrap();
        }
    }
    assert_eq!(told(&speak(&app, &user, body).await).0, "MISS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_one_is_spoken() {
    let app = Arc::new(TestApp::start().await);
    let user = app.account("PRO", 100).await;
    let text = "The quick brown fox jumps. ".repeat(30);
    let tries: Vec<_> = (0..12)
        .map(|_| {
            let (app, user, text) = (Arc::clone(&app), user.clone(), text.clone());
            tokio::spawn(
                async move { told(&app.synthesize(&user, &text).await.expect_status(200)) },
            )
        })
        .collect();
    let mut answers = Vec::new();
    for one in tries {
        answers.push(one.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|(cache, _)| cache == "MISS").count(), 1, "{answers:?}");
    assert!(answers.iter().all(|(_, file)| *file == answers[0].1), "{answers:?}");
    assert_eq!(audio_files(&app).len(), 1);
    assert_eq!(app.balance(&user).await, 88);
}

#[tokio::test]
async fn a_setting_turns_it_off() {
    let app = TestApp::with(|settings| settings.speech.reuse = false).await;
    let user = app.account("PRO", 10).await;
    let body = json!({ "text_to_speech": "Hello, world." });
    let first = told(&speak(&app, &user, body.clone()).await);
    let second = told(&speak(&app, &user, body).await);
    assert_eq!((first.0.as_str(), second.0.as_str()), ("MISS", "MISS"));
    assert_ne!(first.1, second.1);
    assert_eq!(audio_files(&app).len(), 2);
}

#[tokio::test]
async fn audio_that_is_there_is_heard_whole() {
    let app = TestApp::start().await;
    let user = app.account("PRO", 10).await;
    let body = json!({ "text_to_speech": "Hello, world." });
    speak(&app, &user, body.clone()).await;
    let request = app.request(Method::POST, "/api/synthesize").bearer_auth(&user.token);
    let reply = request.header("accept", "audio/mpeg").json(&body).send().await.unwrap();
    assert_eq!(
        (reply.status().as_u16(), &reply.headers()["x-cache"]),
        (200, &"HIT".parse().unwrap())
    );
    assert_eq!(reply.headers()["content-type"], "audio/mpeg");
    assert_eq!(reply.bytes().await.unwrap(), fs::read(&audio_files(&app)[0]).unwrap());
    assert_eq!(app.balance(&user).await, 8);
}
