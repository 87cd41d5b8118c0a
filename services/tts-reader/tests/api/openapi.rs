//! `/openapi.json` and `/docs`. That answers are as the document tells them is held by `contract.rs`, for
//! every request of every test.

use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::{
    app::{Reply, TestApp},
    contract::{DOCUMENT, check, faults},
};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

async fn served(dev: bool) -> String {
    let app = TestApp::with(|settings| settings.dev = dev).await;
    reqwest::get(format!("{}/openapi.json", app.url)).await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn the_document_is_what_is_written_down() {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    let text = served(true).await;
    settings.bind(|| insta::assert_snapshot!("openapi", text));
}

#[tokio::test]
async fn routes_for_load_tests_are_told_only_where_they_are_served() {
    let normal: Value = serde_json::from_str(&served(false).await).unwrap();
    let mut expected = DOCUMENT.clone();
    let is_dev = |path: &str| path.starts_with("/api/dev/");
    expected["paths"].as_object_mut().unwrap().retain(|path, _| !is_dev(path));
    expected["tags"].as_array_mut().unwrap().retain(|tag| tag["name"] != "Load tests");
    assert_eq!(normal, expected);
    let app = TestApp::with(|settings| settings.dev = false).await;
    for path in paths().keys().filter(|path| is_dev(path)) {
        app.get(path).await.expect_status(404);
    }
}

#[tokio::test]
async fn every_path_has_the_methods_that_are_told_and_no_other() {
    let app = TestApp::start().await;
    let mut count = 0;
    for (path, item) in paths() {
        for method in METHODS {
            let told = item.get(method);
            let reply = ask(&app, method, path).await;
            assert_eq!(reply.status == 405, told.is_none(), "{method} {path}: {}", reply.json);
            let Some(told) = told else { continue };
            count += 1;
            let refused = (reply.status, reply.header("www-authenticate")) == (401, "Bearer");
            assert_eq!(refused, told.get("security").is_some(), "{method} {path}: {}", reply.json);
            assert!(item["operationId"].is_null() && told["operationId"].is_string());
        }
    }
    assert!(count > 45, "only {count} routes");
}

/// Without a token and without a body. What is variable in a path is made up.
async fn ask(app: &TestApp, method: &str, path: &str) -> Reply {
    let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
    app.send(app.request(method, &path.replace(['{', '}'], ""))).await
}

#[test]
fn every_example_fits_its_schema() {
    let mut count = 0;
    let mut check = |what: &str, content: &Value| {
        let Some(schema) = content.get("schema") else { return };
        let several = content["examples"].as_object().into_iter().flatten();
        let examples = several.map(|(_, one)| &one["value"]).chain(content.get("example"));
        for example in examples {
            let wrong = faults(schema, example);
            assert!(wrong.is_empty(), "{what}: {example:#}\n{wrong:#?}");
            count += 1;
        }
    };
    for (path, item) in paths() {
        for (method, operation) in item.as_object().unwrap() {
            check(
                &format!("{method} {path}"),
                &operation["requestBody"]["content"]["application/json"],
            );
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let what = format!("{method} {path} {status}");
                check(&what, &answer["content"]["application/json"]);
            }
        }
    }
    assert!(count > 250, "only {count} examples");
}

#[test]
fn no_two_routes_have_one_name() {
    let names: Vec<&str> = paths()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let mut different = names.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), names.len());
}

#[tokio::test]
async fn the_page_is_whole_and_asks_nobody_else() {
    let app = TestApp::start().await;
    let page = app.get("/docs").await.expect_status(200);
    let html = page.json.as_str().unwrap();
    for file in ["/docs/page.css", "/docs/page.js", "/docs/icon.svg", "/openapi.json"] {
        assert!(html.contains(&format!("\"{file}\"")), "{file}");
        app.get(file).await.expect_status(200);
    }
    let script = app.get("/docs/page.js").await.json;
    assert!(!script.as_str().unwrap().contains("innerHTML"));
    for text in [html, script.as_str().unwrap()] {
        assert!(!text.contains("http:") && !text.contains("https:"), "an address of somebody else");
    }
    // The name of the original's second page.
    assert_eq!(app.get("/redoc").await.json, page.json);
    assert!(page.header("content-security-policy").contains("script-src 'self'"));
}

#[tokio::test]
async fn a_path_that_is_no_text_is_refused_in_the_form_of_every_refusal() {
    let app = TestApp::start().await;
    for path in ["/audio/%FF/x.mp3?expires=1&signature=x", "/api/dev/checkout/%FF"] {
        assert_eq!(app.get(path).await.expect_status(404).json, json!({ "detail": "Not Found" }));
    }
}

/// An answer as nobody should give it.
fn refusal(status: u16, kind: &str) -> Reply {
    let headers = [("content-type".parse().unwrap(), kind.parse().unwrap())];
    Reply { status, headers: headers.into_iter().collect(), json: json!({ "detail": "no" }) }
}

#[test]
#[should_panic(expected = "POST /api/login answered 418, which is not told")]
fn a_status_that_is_not_told_is_noticed() {
    check(&Method::POST, "/api/login", &refusal(418, "application/json"));
}

#[test]
#[should_panic(expected = "POST /api/login/: 422 as text/plain")]
fn a_kind_that_is_not_told_is_noticed() {
    check(&Method::POST, "/api/login/", &refusal(422, "text/plain"));
}

#[test]
#[should_panic(expected = "is not of type")]
fn a_shape_that_is_not_told_is_noticed() {
    check(&Method::POST, "/api/login", &refusal(422, "application/json; charset=utf-8"));
}

#[test]
#[should_panic(expected = "POST /api/login: 503 has no Retry-After")]
fn a_header_that_is_missing_is_noticed() {
    check(&Method::POST, "/api/login", &refusal(503, "application/json"));
}

#[test]
#[should_panic(expected = "GET /api/nothing answered 200, which is not told")]
fn a_path_that_is_not_told_is_noticed() {
    check(&Method::GET, "/api/nothing", &refusal(200, "application/json"));
}

fn paths() -> &'static Map<String, Value> {
    DOCUMENT["paths"].as_object().unwrap()
}
