//! Every route of the service, grouped by who calls it, each with how the OpenAPI document tells it:
//! the router and `/openapi.json` are made of this one table.
//!
//! Routes that take a [`Caller`](crate::auth::Caller) are private; that type is the only gate.

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state};

use crate::{
    app::App,
    middleware,
    openapi::operations as told,
    route::Route,
    routes::{
        accounts, admin, billing, dev, docs, extraction, fallback, preferences, speech, system,
        test_accounts,
    },
};

/// The whole service.
pub(crate) fn build(app: &Arc<App>) -> Router {
    table(app.settings.dev)
        .into_iter()
        .fold(Router::new(), |router, route| route.serve(router))
        .fallback(fallback::not_found)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .layer(middleware::panics())
        .layer(middleware::cors(&app.settings))
        .layer(from_fn_with_state(Arc::clone(app), middleware::observe))
        .with_state(Arc::clone(app))
}

/// What is served; with `dev` also what load tests need, otherwise these paths are 404 like any other.
pub(crate) fn table(dev: bool) -> Vec<Route> {
    let mut routes = for_everybody();
    routes.extend(for_accounts());
    routes.extend(for_administrators());
    if dev {
        routes.extend(for_load_tests());
    }
    routes
}

fn for_everybody() -> Vec<Route> {
    vec![
        Route::get("/", system::root, told::system::root()).exactly(),
        Route::get("/openapi.json", docs::document, told::docs::document()).exactly(),
        Route::get("/docs", docs::page, told::docs::page()),
        Route::get("/redoc", docs::page, told::docs::other_page()),
        Route::get("/docs/icon.svg", docs::icon, told::docs::icon()).exactly(),
        Route::get("/docs/page.css", docs::style, told::docs::style()).exactly(),
        Route::get("/docs/page.js", docs::script, told::docs::script()).exactly(),
        Route::get("/api/health", system::health, told::system::health()),
        Route::get(
            "/api/enterprise/status",
            system::enterprise_status,
            told::system::enterprise_status(),
        ),
        Route::get("/api/platform-stats", system::platform_stats, told::system::platform_stats()),
        Route::get("/metrics", system::metrics, told::system::metrics()),
        Route::post("/api/register", accounts::register, told::signing_in::register()),
        Route::post("/api/login", accounts::login, told::signing_in::login()),
        Route::post("/api/token", accounts::login, told::signing_in::token()),
        Route::post("/api/refresh", accounts::refresh, told::signing_in::refresh()),
        Route::get("/api/verify-email", accounts::verify_email, told::signing_in::verify_email()),
        Route::post(
            "/api/resend-verification",
            accounts::resend_verification,
            told::signing_in::resend_verification(),
        ),
        Route::post(
            "/api/password-reset",
            accounts::ask_for_reset,
            told::signing_in::ask_for_reset(),
        ),
        Route::post(
            "/api/password-reset/confirm",
            accounts::reset_password,
            told::signing_in::reset_password(),
        ),
        Route::get("/api/pricing-tiers", billing::pricing_tiers, told::billing::pricing_tiers()),
        Route::get(
            "/api/credit-packages",
            billing::credit_packages,
            told::billing::credit_packages(),
        ),
        // Opened by Stripe's signature.
        Route::post("/api/stripe_webhook", billing::webhook, told::billing::webhook()),
        // Opened by the signature in the link, so that an <audio> element can play it.
        Route::get("/audio/{user_id}/{file}", speech::audio, told::speech::audio()).exactly(),
    ]
}

fn for_accounts() -> Vec<Route> {
    vec![
        Route::get("/api/user", accounts::user, told::accounts::user()),
        Route::delete("/api/user", accounts::delete_user, told::accounts::delete_user()),
        Route::get("/api/user/analytics", accounts::analytics, told::accounts::analytics()),
        Route::post("/api/logout", accounts::logout, told::signing_in::logout()),
        Route::get("/api/preferences", preferences::read, told::accounts::preferences()),
        Route::post("/api/preferences", preferences::write, told::accounts::set_preferences()),
        Route::get("/api/usage", accounts::usage, told::accounts::usage()),
        Route::get("/api/credit-balance", billing::credit_balance, told::billing::credit_balance()),
        Route::post(
            "/api/create-credit-checkout",
            billing::buy_credits,
            told::billing::buy_credits(),
        ),
        Route::post("/api/create-checkout-session", billing::subscribe, told::billing::subscribe()),
        Route::post("/api/create-billing-portal-session", billing::portal, told::billing::portal()),
        Route::get("/api/voices", speech::voices, told::speech::voices()),
        Route::post("/api/synthesize", speech::synthesize, told::speech::synthesize()),
        Route::post(
            "/api/synthesize-with-highlighting",
            speech::synthesize_with_highlighting,
            told::speech::synthesize_with_highlighting(),
        ),
        Route::post(
            "/api/extract-and-synthesize",
            speech::extract_and_synthesize,
            told::speech::extract_and_synthesize(),
        ),
        Route::post("/api/extract", extraction::extract, told::extraction::extract()),
        Route::post("/api/extract/enhanced", extraction::enhanced, told::extraction::enhanced()),
        Route::post("/api/extract/preview", extraction::preview, told::extraction::preview()),
        Route::post(
            "/api/extract/with-speech-marks",
            extraction::with_speech_marks,
            told::extraction::with_speech_marks(),
        ),
        Route::post("/api/extract/test", extraction::test, told::extraction::test()),
        Route::get("/api/extract/methods", extraction::methods, told::extraction::methods()),
        Route::get("/api/extract/progress/{id}", extraction::progress, told::progress::progress()),
        // Its token may come later, over the WebSocket.
        Route::get("/api/extract/ws/{id}", extraction::follow, told::progress::follow()),
        Route::get("/api/extract/analytics", extraction::analytics, told::extraction::analytics()),
        Route::get("/api/extract/textract/status", extraction::status, told::extraction::status()),
        Route::get("/api/extract/textract/verify", extraction::verify, told::extraction::verify()),
    ]
}

fn for_administrators() -> Vec<Route> {
    vec![
        Route::get("/api/admin/health", admin::health, told::admin::health()),
        Route::get("/api/admin/users", admin::users, told::admin::users()),
        Route::get("/api/admin/users/{username}/credits", admin::credits, told::admin::credits()),
        Route::get(
            "/api/admin/payment-events",
            admin::payment_events,
            told::admin::payment_events(),
        ),
        Route::get(
            "/api/admin/security-audit",
            admin::security_audit,
            told::admin::security_audit(),
        ),
        Route::get(
            "/api/admin/audit-user/{username}",
            admin::audit_user,
            told::admin::audit_user(),
        ),
        Route::delete(
            "/api/admin/purge-fraudulent-user/{username}",
            admin::purge_user,
            told::admin::purge_user(),
        ),
        Route::get("/api/admin/analytics/overview", admin::overview, told::admin::overview()),
    ]
}

/// Only with `--dev` or `LOAD_TEST_MODE`.
fn for_load_tests() -> Vec<Route> {
    const TILL: &str = "/api/dev/checkout/{checkout}";
    const BATCHES: &str = "/api/dev/test-accounts";
    vec![
        Route::post("/api/dev/accounts", dev::create_account, told::dev::create_account()),
        Route::post("/api/dev/credits", dev::add_credits, told::dev::add_credits()),
        Route::get(TILL, billing::mock_checkout, told::dev::mock_checkout()),
        Route::post(TILL, billing::pay_mock_checkout, told::dev::pay_mock_checkout()),
        Route::get(BATCHES, test_accounts::list, told::dev::list_batch()),
        Route::post(BATCHES, test_accounts::create, told::dev::create_batch()),
        Route::post(
            "/api/dev/test-accounts/change",
            test_accounts::change,
            told::dev::change_batch(),
        ),
    ]
}
