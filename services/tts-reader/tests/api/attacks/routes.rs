//! Every route of the service: the paths from the router's source, the methods from the service.

use std::collections::BTreeSet;

use reqwest::Method;

use super::{BOSS, addressed, service, told};
use crate::app::TestApp;

/// What anybody may call. Everything else must be closed: a new route is, or is named here.
const OPEN: [&str; 23] = [
    "/",
    "/openapi.json",
    "/docs",
    "/redoc",
    "/docs/icon.svg",
    "/docs/page.css",
    "/docs/page.js",
    "/api/health",
    "/api/enterprise/status",
    "/api/platform-stats",
    "/metrics",
    "/api/register",
    "/api/login",
    "/api/token",
    "/api/refresh",
    "/api/verify-email",
    "/api/resend-verification",
    "/api/password-reset",
    "/api/password-reset/confirm",
    "/api/pricing-tiers",
    "/api/credit-packages",
    // Opened by a signature.
    "/api/stripe_webhook",
    "/audio/{user_id}/{file}",
];

/// A method of a path.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) method: Method,
    /// With its parameters in braces.
    pub(super) path: String,
}

impl Route {
    pub(super) fn is_open(&self) -> bool {
        OPEN.contains(&self.path.as_str())
    }

    /// Served with `--dev` only.
    pub(super) fn is_for_tests(&self) -> bool {
        self.path.starts_with("/api/dev/")
    }

    pub(super) fn is_for_administrators(&self) -> bool {
        self.path.starts_with("/api/admin/")
    }

    pub(super) fn has_id(&self) -> bool {
        self.path.contains('{')
    }

    /// The path with that in the place of each parameter.
    pub(super) fn with(&self, value: &str) -> String {
        fill(&self.path, value)
    }
}

fn fill(path: &str, value: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { value } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Every text of the router's source that is a path.
fn paths() -> BTreeSet<String> {
    let source = include_str!("../../../src/router.rs");
    source
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter(|text| text.starts_with('/'))
        .map(str::to_owned)
        .collect()
}

/// All of them, those for tests too.
pub(super) async fn all(app: &TestApp) -> Vec<Route> {
    let mut routes = Vec::new();
    for path in paths() {
        let nonsense = Method::from_bytes(b"BREW").unwrap();
        let request = app.request(nonsense, &fill(&path, "somebody"));
        let reply = app.ask(request.build().unwrap()).await;
        assert_eq!(reply.status, 405, "{path} is in the router and not served");
        for method in reply.header("allow").split(',').filter(|method| *method != "HEAD") {
            let method = method.trim().parse().unwrap();
            routes.push(Route { method, path: path.clone() });
        }
    }
    assert!(routes.len() >= 40, "{routes:?}");
    for path in OPEN {
        assert!(routes.iter().any(|route| route.path == path), "{path} is no route any more");
    }
    routes
}

#[tokio::test]
async fn routes_for_load_tests_are_not_there_without_dev() {
    let dev = service().await;
    let app = TestApp::with(|settings| settings.dev = false).await;
    let routes = all(&dev).await;
    let routes: Vec<&Route> = routes.iter().filter(|route| route.is_for_tests()).collect();
    for route in &routes {
        let request = app.request(route.method.clone(), &route.with("somebody"));
        let reply = app.send(request).await.expect_status(404);
        assert_eq!(reply.detail(), "Not Found");
    }
    told("routes for load tests, on a service without --dev", routes.len(), "404");
}

#[tokio::test]
async fn administrators_routes_are_closed_to_everybody_else() {
    let app = service().await;
    let pretenders = [
        ("an account", addressed(&app, "ann", "ann@bank.com", true).await),
        ("the address, not verified", addressed(&app, "boss_1", BOSS, false).await),
        ("an address near it", addressed(&app, "boss_2", "boss+@bank.com", true).await),
    ];
    let routes = all(&app).await;
    let routes: Vec<&Route> = routes.iter().filter(|it| it.is_for_administrators()).collect();
    assert!(!routes.is_empty());
    for route in &routes {
        for (why, user) in &pretenders {
            for id in [user.username.as_str(), "ann"] {
                let request = app.request(route.method.clone(), &route.with(id));
                let reply = app.send(request.bearer_auth(&user.token)).await;
                let seen = (reply.status, reply.detail());
                assert_eq!(seen, (403, "Admin access required"), "{why}: {route:?}");
            }
        }
    }
    told("routes for administrators, by other accounts", routes.len() * 6, "403");
}

#[tokio::test]
async fn an_address_that_only_becomes_an_administrators_in_lower_case_opens_nothing() {
    let app = service().await;
    // The sign of kelvin: another letter, and another domain, but its lower case is a plain k.
    let user = addressed(&app, "kelvin", "boss@ban\u{212a}.com", true).await;
    app.get_as(&user, "/api/admin/users").await.expect_status(403);
    let boss = addressed(&app, "boss", "Boss@Bank.com", true).await;
    app.get_as(&boss, "/api/admin/users").await.expect_status(200);
    told("an administrator's address with a letter that only looks so", 1, "403");
}
