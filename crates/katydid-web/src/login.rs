//! Logging in and out, with plain forms that need no script.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use url::form_urlencoded;

use crate::app::App;
use crate::router::peer;
use crate::security::Entered;

const PAGE: &str = include_str!("../assets/login.html");
/// Where the page has its sentence.
const PLACE: &str = "<!-- told -->";

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/login", get(form).post(log_in)).route("/logout", post(log_out))
}

/// The form, or the way to the page where nobody must log in.
async fn form(State(app): State<App>, headers: HeaderMap) -> Response {
    if app.gate.visitor(&headers).is_some() {
        return (StatusCode::FOUND, [(header::LOCATION, app.gate.address_of(""))]).into_response();
    }
    page(StatusCode::OK, "")
}

async fn log_in(State(app): State<App>, who: ConnectInfo<SocketAddr>, body: Bytes) -> Response {
    let field = |wanted: &str| {
        let mut pairs = form_urlencoded::parse(&body);
        pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let (name, password) = (field("username"), field("password"));
    let (name, password) = (name.unwrap_or_default(), password.unwrap_or_default());
    match app.gate.log_in(peer(&who), &name, &password).await {
        Entered::Welcome(cookie) => with_cookie(Redirect::to(&app.gate.address_of("")), &cookie),
        Entered::Wrong => page(StatusCode::UNAUTHORIZED, "Name or password is wrong."),
        Entered::Slower(wait) => {
            let seconds = wait.as_secs() + 1;
            let text = format!("Too many attempts. Try again in {seconds} s.");
            let mut response = page(StatusCode::TOO_MANY_REQUESTS, &text);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            response
        }
        Entered::Broken(fault) => {
            let text = format!("This machine gives no random numbers ({}).", fault.kind());
            page(StatusCode::INTERNAL_SERVER_ERROR, &text)
        }
    }
}

async fn log_out(State(app): State<App>, headers: HeaderMap) -> Response {
    let cookie = app.gate.log_out(&headers);
    with_cookie(Redirect::to(&app.gate.address_of("login")), &cookie)
}

fn with_cookie(to: Redirect, cookie: &str) -> Response {
    let mut response = to.into_response();
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The page with a sentence of ours.
fn page(status: StatusCode, told: &str) -> Response {
    let told = match told {
        "" => String::new(),
        told => format!("<p role=\"alert\">{told}</p>"),
    };
    let html = PAGE.replace(PLACE, &told);
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}
