//! A double of AWS on a loopback port. It lets nobody in whose signature it does not come to itself, from
//! what it received and by code of its own; it keeps Polly's and Textract's limits, and throttles and
//! breaks when it is told to.

mod signature;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, request::Parts};
use axum::response::{IntoResponse, Response};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use tts_reader_aws::{Config, Credentials};

pub(crate) const KEY: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const REGION: &str = "eu-central-1";
/// Samples for each character that is spoken.
pub(crate) const PER_CHARACTER: usize = 100;

/// What the double does instead of what is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    Throttle,
    Break,
    /// Answers after that time.
    Sleep(Duration),
    Nonsense,
}

#[derive(Debug, Default)]
struct Seen {
    /// For the next requests, one each.
    faults: Vec<Fault>,
    requests: Vec<Value>,
    refused: Vec<String>,
}

/// A running double.
#[derive(Debug, Clone)]
pub(crate) struct Double {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Double {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let double = Self { address, seen: Arc::default() };
        let app = Router::new().fallback(answer).with_state(double.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        double
    }

    /// How the double is reached by somebody it knows, who does not wait long.
    pub(crate) fn config(&self) -> Config {
        self.config_of(Credentials::new(KEY, SECRET))
    }

    pub(crate) fn config_of(&self, who: Credentials) -> Config {
        let mut config = Config::new(REGION, who);
        config.endpoint = Some(format!("http://{}", self.address));
        config.patience.pause = Duration::from_millis(1);
        config
    }

    /// Faults of the next requests, the first one first.
    pub(crate) fn will(&self, faults: impl IntoIterator<Item = Fault>) {
        self.seen.lock().unwrap().faults.extend(faults);
    }

    /// The bodies of requests that were let in, and what they asked beside them.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.seen.lock().unwrap().requests.clone()
    }

    /// Why requests were not let in.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.seen.lock().unwrap().refused.clone()
    }
}

async fn answer(State(double): State<Double>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 64 << 20).await.unwrap();
    let service = if head.uri.path() == "/" { "textract" } else { "polly" };
    if let Err(why) = signature::check(&head, &body, service) {
        double.seen.lock().unwrap().refused.push(why.clone());
        // As AWS does, with the request in it.
        let told =
            format!("{why}\n\nThe canonical string should have been 'x-amz-security-token:hush'");
        return error(403, "InvalidSignatureException", &told);
    }
    let fault = {
        let mut seen = double.seen.lock().unwrap();
        let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
        seen.requests.push(json!({ "uri": head.uri.to_string(), "body": asked }));
        (!seen.faults.is_empty()).then(|| seen.faults.remove(0))
    };
    match fault {
        Some(Fault::Throttle) if service == "textract" => throttled_by_body(),
        Some(Fault::Throttle) => error(400, "ThrottlingException", "Rate exceeded"),
        Some(Fault::Break) => error(500, "ServiceFailureException", "An unknown condition"),
        Some(Fault::Nonsense) => "<html>a captive portal</html>".into_response(),
        Some(Fault::Sleep(time)) => {
            tokio::time::sleep(time).await;
            served(&head, &body)
        }
        None => served(&head, &body),
    }
}

fn served(head: &Parts, body: &Bytes) -> Response {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    match (head.method.as_str(), head.uri.path()) {
        ("GET", "/v1/voices") => voices(&head.uri),
        ("POST", "/v1/speech") => speech(&asked),
        ("POST", "/") => textract(&head.headers, &asked),
        _ => error(404, "UnknownOperationException", ""),
    }
}

fn voices(uri: &Uri) -> Response {
    let voice = |id: &str, engines: &[&str]| {
        json!({
            "Id": id, "Name": id, "Gender": "Female", "LanguageCode": "en-US",
            "LanguageName": "US English", "SupportedEngines": engines,
            "AdditionalLanguageCodes": [],
        })
    };
    let page = match uri.query() {
        None => {
            json!({ "Voices": [voice("Joanna", &["standard", "neural"])], "NextToken": "a/b+c=" })
        }
        Some("NextToken=a%2Fb%2Bc%3D") => json!({ "Voices": [voice("Ruth", &["neural"])] }),
        Some(_) => return error(400, "InvalidNextTokenException", "The NextToken is invalid."),
    };
    axum::Json(page).into_response()
}

fn speech(asked: &Value) -> Response {
    let text = asked["Text"].as_str().unwrap_or_default();
    if text.chars().count() > 3_000 {
        return error(400, "TextLengthExceededException", "Maximum text length has been exceeded");
    }
    if asked["VoiceId"] != "Joanna" {
        return error(400, "ValidationException", "1 validation error detected: no such voice");
    }
    match (asked["OutputFormat"].as_str(), asked["SampleRate"].as_str()) {
        (Some("pcm"), Some("16000")) => {
            let samples = (0..text.chars().count() * PER_CHARACTER).map(|at| at as i16);
            let bytes: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
            ([("content-type", "audio/pcm")], bytes).into_response()
        }
        (Some("json"), None) if asked["SpeechMarkTypes"] == json!(["sentence", "word"]) => {
            ([("content-type", "application/x-json-stream")], marks(text)).into_response()
        }
        other => error(400, "ValidationException", &format!("no such form: {other:?}")),
    }
}

/// A word for each row of letters, 10 ms a byte.
fn marks(text: &str) -> String {
    let mark = |kind: &str, start: usize, end: usize| {
        let value = &text[start..end];
        let mark = json!({
            "time": start * 10, "type": kind, "start": start, "end": end, "value": value,
        });
        format!("{mark}\n")
    };
    let mut lines = mark("sentence", 0, text.len());
    let mut start = 0;
    for word in text.split(' ') {
        lines.push_str(&mark("word", start, start + word.len()));
        start += word.len() + 1;
    }
    lines
}

fn textract(headers: &HeaderMap, asked: &Value) -> Response {
    let header = |name: &str| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let document = asked["Document"]["Bytes"].as_str().map(|it| BASE64_STANDARD.decode(it));
    let Some(Ok(document)) = document else {
        return textract_error("InvalidParameterException", "no document");
    };
    if header("x-amz-target") != "Textract.AnalyzeDocument"
        || header("content-type") != "application/x-amz-json-1.1"
        || asked["FeatureTypes"] != json!(["LAYOUT"])
    {
        return textract_error("InvalidParameterException", "not the call of the double");
    }
    if document.ends_with(b"encrypted") {
        return textract_error(
            "UnsupportedDocumentException",
            "Request has unsupported document format",
        );
    }
    let lines = [("1", "The mill"), ("2", "stood still.")];
    let lines = lines.map(|(id, text)| json!({ "Id": id, "BlockType": "LINE", "Text": text }));
    let title = json!({
        "Id": "t", "BlockType": "LAYOUT_TITLE",
        "Relationships": [{ "Type": "CHILD", "Ids": ["1", "2"] }],
    });
    let blocks = json!([title, lines[1], lines[0]]);
    axum::Json(json!({ "DocumentMetadata": { "Pages": 1 }, "Blocks": blocks })).into_response()
}

fn throttled_by_body() -> Response {
    textract_error("ProvisionedThroughputExceededException", "Provisioned rate exceeded")
}

/// Textract names errors in the body, Polly in a header.
fn textract_error(code: &str, message: &str) -> Response {
    let body = json!({ "__type": format!("com.amazonaws.textract#{code}"), "Message": message });
    (StatusCode::BAD_REQUEST, axum::Json(body)).into_response()
}

fn error(status: u16, code: &str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap();
    let kind = format!("{code}:http://internal.amazon.com/coral/com.amazonaws.polly/");
    (status, [("x-amzn-errortype", kind)], axum::Json(json!({ "message": message })))
        .into_response()
}
