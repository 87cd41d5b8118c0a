//! Every route of the service, grouped by who calls it.
//!
//! Routes that take a [`Caller`](crate::auth::Caller) are private; that type is the only gate.

use std::sync::Arc;

use axum::{
    Router,
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};

use crate::{
    app::App,
    middleware,
    routes::{
        accounts, admin, billing, dev, extraction, fallback, preferences, speech, system,
        test_accounts,
    },
};

type Routes = Router<Arc<App>>;

/// The whole service.
pub(crate) fn build(app: &Arc<App>) -> Router {
    let routes = Routes::new();
    let routes = for_everybody(routes);
    let routes = for_accounts(routes);
    let routes = for_administrators(routes);
    let routes = if app.settings.dev { for_load_tests(routes) } else { routes };
    routes
        .fallback(fallback::not_found)
        .method_not_allowed_fallback(fallback::method_not_allowed)
        .layer(middleware::panics())
        .layer(middleware::cors(&app.settings))
        .layer(from_fn_with_state(Arc::clone(app), middleware::observe))
        .with_state(Arc::clone(app))
}

fn for_everybody(routes: Routes) -> Routes {
    let routes = routes.route("/", get(system::root));
    let routes = both(routes, "/api/health", get(system::health));
    let routes = both(routes, "/api/enterprise/status", get(system::enterprise_status));
    let routes = both(routes, "/api/platform-stats", get(system::platform_stats));
    let routes = both(routes, "/metrics", get(system::metrics));
    let routes = both(routes, "/api/register", post(accounts::register));
    let routes = both(routes, "/api/login", post(accounts::login));
    let routes = both(routes, "/api/token", post(accounts::login));
    let routes = both(routes, "/api/refresh", post(accounts::refresh));
    let routes = both(routes, "/api/verify-email", get(accounts::verify_email));
    let routes = both(routes, "/api/resend-verification", post(accounts::resend_verification));
    let routes = both(routes, "/api/password-reset", post(accounts::ask_for_reset));
    let routes = both(routes, "/api/password-reset/confirm", post(accounts::reset_password));
    let routes = both(routes, "/api/pricing-tiers", get(billing::pricing_tiers));
    let routes = both(routes, "/api/credit-packages", get(billing::credit_packages));
    // Opened by Stripe's signature.
    let routes = both(routes, "/api/stripe_webhook", post(billing::webhook));
    // Opened by the signature in the link, so that an <audio> element can play it.
    routes.route("/audio/{user_id}/{file}", get(speech::audio))
}

fn for_accounts(routes: Routes) -> Routes {
    let user = get(accounts::user).delete(accounts::delete_user);
    let routes = both(routes, "/api/user", user);
    let routes = both(routes, "/api/user/analytics", get(accounts::analytics));
    let routes = both(routes, "/api/logout", post(accounts::logout));
    let wishes = get(preferences::read).post(preferences::write);
    let routes = both(routes, "/api/preferences", wishes);
    let routes = both(routes, "/api/usage", get(accounts::usage));
    let routes = both(routes, "/api/credit-balance", get(billing::credit_balance));
    let routes = both(routes, "/api/create-credit-checkout", post(billing::buy_credits));
    let routes = both(routes, "/api/create-checkout-session", post(billing::subscribe));
    let routes = both(routes, "/api/create-billing-portal-session", post(billing::portal));
    let routes = both(routes, "/api/voices", get(speech::voices));
    let routes = both(routes, "/api/synthesize", post(speech::synthesize));
    let aloud = post(speech::extract_and_synthesize);
    let routes = both(routes, "/api/extract-and-synthesize", aloud);
    let routes = both(routes, "/api/extract", post(extraction::extract));
    let routes = both(routes, "/api/extract/enhanced", post(extraction::enhanced));
    let routes = both(routes, "/api/extract/preview", post(extraction::preview));
    both(routes, "/api/extract/methods", get(extraction::methods))
}

fn for_administrators(routes: Routes) -> Routes {
    let routes = both(routes, "/api/admin/users", get(admin::users));
    let routes = both(routes, "/api/admin/users/{username}/credits", get(admin::credits));
    both(routes, "/api/admin/payment-events", get(admin::payment_events))
}

/// Only with `--dev` or `LOAD_TEST_MODE`; otherwise these paths are 404 like any other.
fn for_load_tests(routes: Routes) -> Routes {
    let routes = both(routes, "/api/dev/accounts", post(dev::create_account));
    let routes = both(routes, "/api/dev/credits", post(dev::add_credits));
    let till = get(billing::mock_checkout).post(billing::pay_mock_checkout);
    let routes = both(routes, "/api/dev/checkout/{checkout}", till);
    let batches = get(test_accounts::list).post(test_accounts::create);
    let routes = both(routes, "/api/dev/test-accounts", batches);
    both(routes, "/api/dev/test-accounts/change", post(test_accounts::change))
}

/// Serves a route with and without a slash at the end, without a redirect.
fn both(routes: Routes, path: &'static str, to: MethodRouter<Arc<App>>) -> Routes {
    routes.route(path, to.clone()).route(&format!("{path}/"), to)
}
