//! Polly and Textract over HTTP, before a double that checks who asks and what.

#![expect(clippy::unwrap_used, reason = "a test ends where it does not go on")]

mod double;

use std::time::{Duration, Instant};

use double::{Double, Fault, KEY, PER_CHARACTER, SECRET};
use tts_reader_aws::{
    AwsError, Credentials, Engine, Layout, Mark, MarkKind, Polly, Request, Textract,
};

const HELLO: Request<'_> =
    Request { text: "Çava 😀 mill", voice_id: "Joanna", engine: Engine::Neural };
const PAGE: &[u8] = b"%PDF-1.7 a page";

fn polly(double: &Double) -> Polly {
    Polly::new(double.config()).unwrap()
}

#[tokio::test]
async fn a_text_is_spoken_and_marked_by_two_signed_calls() {
    let double = Double::start().await;
    let polly = polly(&double);
    let audio = polly.audio(HELLO).await.unwrap();
    assert_eq!(audio.len(), 11 * PER_CHARACTER);
    assert_eq!(audio[..3], [0, 1, 2]);
    let marks = polly.marks(HELLO).await.unwrap();
    let mark = |kind, start_byte, end_byte| Mark {
        time_ms: start_byte as u64 * 10,
        kind,
        start_byte,
        end_byte,
    };
    let word = MarkKind::Word;
    let words = [mark(word, 0, 5), mark(word, 6, 10), mark(word, 11, 15)];
    assert_eq!((&marks[0], &marks[1..]), (&mark(MarkKind::Sentence, 0, 15), &words[..]));
    let requests = double.requests();
    let asked = &requests[0]["body"];
    assert_eq!((&asked["Engine"], &asked["TextType"]), (&"neural".into(), &"text".into()));
    assert_eq!(double.refused(), [""; 0]);
}

#[tokio::test]
async fn the_list_of_voices_is_read_to_its_last_page() {
    let double = Double::start().await;
    let voices = polly(&double).voices().await.unwrap();
    let ids: Vec<_> = voices.iter().map(|voice| voice.id.as_str()).collect();
    assert_eq!(ids, ["Joanna", "Ruth"]);
    assert_eq!(voices[1].supported_engines, ["neural"]);
    assert_eq!(double.requests().len(), 2);
}

#[tokio::test]
async fn whoever_is_not_known_is_not_let_in_and_nothing_of_a_secret_is_told() {
    let double = Double::start().await;
    for (who, words) in [
        (Credentials::new(KEY, "another secret"), "does not match the signature you provided."),
        (Credentials::new("AKIDSTRANGER", SECRET), "token included in the request is invalid."),
    ] {
        let strange = Polly::new(double.config_of(who)).unwrap();
        let error = strange.audio(HELLO).await.unwrap_err();
        assert!(
            matches!(&error, AwsError::Refused { code, .. } if code == "InvalidSignatureException")
        );
        let told = format!("{error} {error:?}");
        assert!(told.contains(words) && !told.contains("hush"), "{told}");
        assert!(!told.contains("another secret") && !error.may_pass(), "{told}");
        assert!(error.is_of_the_keys(), "{told}");
    }
    assert_eq!((double.refused().len(), double.requests().len()), (2, 0));
    // The token of temporary keys is sent, and signed.
    let keys = Credentials::new(KEY, SECRET).with_token(Some("a session's token".to_owned()));
    Polly::new(double.config_of(keys)).unwrap().audio(HELLO).await.unwrap();
}

#[tokio::test]
async fn three_thousand_characters_go_and_more_are_not_even_sent() {
    let double = Double::start().await;
    let polly = polly(&double);
    let mut text = "ö".repeat(3_000);
    let audio = polly.audio(Request { text: &text, ..HELLO }).await.unwrap();
    assert_eq!(audio.len(), 3_000 * PER_CHARACTER);
    text.push('ö');
    let error = polly.marks(Request { text: &text, ..HELLO }).await.unwrap_err();
    let told = "Polly: mark the words: 3001 characters are more than the 3000 of one call";
    assert_eq!(error.to_string(), told);
    assert_eq!(double.requests().len(), 1);
}

#[tokio::test]
async fn a_call_to_speak_is_tried_once_and_says_what_came_of_it() {
    let double = Double::start().await;
    let mut config = double.config();
    config.patience.one = Duration::from_millis(200);
    let polly = Polly::new(config).unwrap();
    for (fault, told, passes) in [
        (
            Fault::Throttle,
            "Polly: speak: AWS asks for fewer requests (ThrottlingException); tries: 1",
            true,
        ),
        (Fault::Break, "Polly: speak: status 500 (ServiceFailureException)", true),
        (Fault::Sleep(Duration::from_secs(9)), "Polly: speak: no answer within 0.2 s", true),
    ] {
        double.will([fault]);
        let error = polly.audio(HELLO).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), error.may_pass()), (told, passes));
    }
    double.will([Fault::Nonsense]);
    let error = polly.marks(HELLO).await.unwrap_err();
    assert!(error.to_string().starts_with("Polly: mark the words: the answer makes no sense"));
    let stranger = Request { voice_id: "Nobody", ..HELLO };
    let error = polly.audio(stranger).await.unwrap_err();
    let told = "Polly: speak: AWS refuses (ValidationException): 1 validation error detected: no such voice";
    assert_eq!(error.to_string(), told);
    assert!(!error.is_of_the_keys());
    assert_eq!(double.requests().len(), 5);
    polly.audio(HELLO).await.unwrap();
}

#[tokio::test]
async fn other_calls_are_tried_again_but_not_for_ever() {
    let double = Double::start().await;
    let polly = polly(&double);
    double.will([Fault::Throttle, Fault::Break, Fault::Throttle]);
    assert_eq!(polly.voices().await.unwrap().len(), 2);
    assert_eq!(double.requests().len(), 5);

    double.will([Fault::Throttle; 5]);
    let error = polly.voices().await.unwrap_err();
    let told =
        "Polly: list the voices: AWS asks for fewer requests (ThrottlingException); tries: 5";
    assert_eq!(error.to_string(), told);
    assert_eq!(double.requests().len(), 10);
}

#[tokio::test]
async fn all_tries_together_have_their_time() {
    let double = Double::start().await;
    let mut config = double.config();
    config.patience.all = Duration::from_millis(300);
    config.patience.pause = Duration::from_hours(1);
    double.will([Fault::Throttle; 2]);
    let start = Instant::now();
    let error = Textract::new(config).unwrap().read(PAGE).await.unwrap_err();
    assert_eq!(error.to_string(), "Textract: read the document: no answer within 0.3 s");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(double.requests().len(), 1);
}

#[tokio::test]
async fn a_page_is_read_in_the_order_of_its_layout() {
    let double = Double::start().await;
    let textract = Textract::new(double.config()).unwrap();
    double.will([Fault::Throttle]);
    let page = textract.read(PAGE).await.unwrap();
    assert_eq!((page.pages, page.text().as_str()), (1, "The mill stood still."));
    assert!(page.lines.iter().all(|line| line.layout == Layout::Title));
    assert_eq!(double.requests().len(), 2);

    let error = textract.read(b"%PDF-1.7 encrypted").await.unwrap_err();
    let told = "Textract: read the document: AWS refuses (UnsupportedDocumentException): \
                Request has unsupported document format";
    assert_eq!(error.to_string(), told);
    textract.read(b"a text").await.unwrap_err();
    assert_eq!(double.requests().len(), 3, "what Textract does not read is not sent");
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let double = Double::start().await;
    let mut config = double.config();
    // A port on which nobody listens.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config.endpoint = Some(format!("http://{gone}"));
    let error = Polly::new(config).unwrap().audio(HELLO).await.unwrap_err();
    assert!(error.may_pass(), "{error}");
    let told = error.to_string().to_lowercase();
    assert!(told.starts_with("polly: speak: ") && told.contains("refused"), "{told}");
}
