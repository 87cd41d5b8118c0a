//! A toy of the TTS Reader service, on loopback: it answers the right requests as the real one does,
//! and the wrong ones too.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Json, Redirect};
use axum::routing::{get, post};
use serde_json::{Value, json};

/// A token ends after this time. Short, so that a show sees it end.
pub const TOKEN_LIFE: Duration = Duration::from_millis(2_500);
/// What an account has in the beginning.
const CREDITS: u64 = 1_000_000;

/// What the service knows.
#[derive(Debug, Default)]
struct World {
    /// Passwords of those who have registered, by name.
    registered: HashMap<String, String>,
    /// Name and end of each token.
    tokens: HashMap<String, (String, Instant)>,
    spent: HashMap<String, u64>,
}

type Shared = State<Arc<Mutex<World>>>;
type Refusal = (StatusCode, Json<Value>);
type Answer = Result<Json<Value>, Refusal>;

/// Starts the service on `address` and returns where it listens. It runs until the process ends.
///
/// # Errors
/// When the address is taken, or no thread can be started.
pub fn start(address: SocketAddr) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("toy-service".to_owned()).spawn(move || {
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, routes()).await
        })
    })?;
    Ok(address)
}

fn routes() -> Router {
    let enhanced = post(|state: Shared, headers: HeaderMap, body: Json<Value>| async move {
        extract(&state, &headers, &body.0, "enhanced")
    });
    let basic = post(|state: Shared, headers: HeaderMap, body: Json<Value>| async move {
        extract(&state, &headers, &body.0, "basic")
    });
    let slash = || async { Redirect::temporary("/api/extract") };
    Router::new()
        .route("/api/health", get(|| async { Json(json!({ "status": "healthy" })) }))
        .route("/api/register", post(register))
        .route("/api/login", post(login))
        .route("/api/synthesize", post(synthesize))
        .route("/api/extract", basic)
        .route("/api/extract/", post(slash))
        .route("/api/extract/enhanced", enhanced)
        .route("/api/preferences", post(preferences))
        .route("/api/credit-balance", get(balance))
        .route("/api/articles/{id}", get(article))
        .with_state(Arc::default())
}

async fn register(State(world): Shared, Json(body): Json<Value>) -> Answer {
    let (name, password) = (field(&body, "username")?, field(&body, "password")?);
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    if world.registered.contains_key(name) {
        return Err(refuse(StatusCode::BAD_REQUEST, "Username already registered"));
    }
    world.registered.insert(name.to_owned(), password.to_owned());
    Ok(Json(json!({ "username": name })))
}

async fn login(State(world): Shared, Json(body): Json<Value>) -> Answer {
    let (name, password) = (field(&body, "username")?, field(&body, "password")?);
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    // The accounts that were made for the test.
    let prepared = name.starts_with("reader-") || name.starts_with("poor-");
    let known = prepared && password == "secret";
    if !known && world.registered.get(name).is_none_or(|own| own != password) {
        return Err(refuse(StatusCode::UNAUTHORIZED, "Incorrect username or password"));
    }
    let token = format!("token-{}", world.tokens.len());
    world.tokens.insert(token.clone(), (name.to_owned(), Instant::now() + TOKEN_LIFE));
    Ok(Json(json!({ "access_token": token, "token_type": "bearer" })))
}

async fn synthesize(state: Shared, headers: HeaderMap, Json(body): Json<Value>) -> Answer {
    let name = owner(&state, &headers)?;
    let (text, voice) = (field(&body, "text_to_speech")?, field(&body, "voice_id")?);
    let mut world = state.lock().unwrap_or_else(PoisonError::into_inner);
    let spent = world.spent.entry(name.clone()).or_default();
    if name.starts_with("poor-") || *spent >= CREDITS {
        let text = "Insufficient credits. Need 1 credits, have 0 credits.";
        return Err(refuse(StatusCode::PAYMENT_REQUIRED, text));
    }
    *spent += 1;
    Ok(Json(json!({
        "audio_url": format!("/audio/{}.mp3", text.len()),
        "characters_used": text.len(),
        "voice_used": voice,
    })))
}

/// Fields that are not known are ignored, as by the real one.
fn extract(state: &Shared, headers: &HeaderMap, body: &Value, method: &str) -> Answer {
    owner(state, headers)?;
    let text = format!("The page {} in many words. ", field(body, "url")?).repeat(20);
    let most = body["max_length"].as_u64().map_or(text.len(), |most| most as usize);
    let text = &text[..text.len().min(most)];
    Ok(Json(json!({
        "text": text, "characters_used": text.len(), "extraction_method": method,
    })))
}

async fn preferences(state: Shared, headers: HeaderMap, Json(body): Json<Value>) -> Answer {
    owner(&state, &headers)?;
    let or = |key: &str, default: &str| body[key].as_str().unwrap_or(default).to_owned();
    Ok(Json(json!({ "voice_id": or("voice_id", "Joanna"), "engine": or("engine", "standard") })))
}

async fn balance(state: Shared, headers: HeaderMap) -> Answer {
    let name = owner(&state, &headers)?;
    let world = state.lock().unwrap_or_else(PoisonError::into_inner);
    let spent = world.spent.get(&name).copied().unwrap_or_default();
    Ok(Json(json!({ "username": name, "credit_balance": CREDITS - spent })))
}

async fn article(state: Shared, headers: HeaderMap, Path(id): Path<u32>) -> Answer {
    owner(&state, &headers)?;
    Ok(Json(json!({ "id": id, "title": format!("Article {id}") })))
}

/// Whose token it is.
fn owner(state: &Shared, headers: &HeaderMap) -> Result<String, Refusal> {
    let header = headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let world = state.lock().unwrap_or_else(PoisonError::into_inner);
    match world.tokens.get(token) {
        Some((name, end)) if Instant::now() < *end => Ok(name.clone()),
        _ => Err(refuse(StatusCode::UNAUTHORIZED, "Could not validate credentials")),
    }
}

/// A field that a request must have.
fn field<'b>(body: &'b Value, key: &str) -> Result<&'b str, Refusal> {
    body[key].as_str().ok_or_else(|| {
        let detail = json!([{ "type": "missing", "loc": ["body", key], "msg": "Field required" }]);
        (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "detail": detail })))
    })
}

fn refuse(status: StatusCode, detail: &str) -> Refusal {
    (status, Json(json!({ "detail": detail })))
}
