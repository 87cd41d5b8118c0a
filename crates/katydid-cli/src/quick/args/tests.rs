use katydid_core::exit;

use super::*;

fn resolve(words: &str) -> Result<Plan, CliError> {
    let words = ["katydid"].into_iter().chain(words.split(' ').filter(|word| !word.is_empty()));
    Plan::resolve(&QuickArgs::read(words)?)
}

#[test]
fn wrong_words_are_refused_with_the_next_step() {
    let cases = [
        ("", "required arguments were not provided"),
        ("h:80", "write http://h:80 or https://h:80"),
        ("ftp://h", "ftp is neither http nor https"),
        ("http://u:geheim@h", "user name or password"),
        ("http://h -u 0", "must be 1 or more"),
        ("http://h -n 0", "must be 1 or more"),
        ("http://h -r -3", "must be a number above 0"),
        ("http://h -t soon", "is not a length of time"),
        ("http://h -m G(T", "invalid value 'G(T' for '--method <METHOD>'"),
        ("http://h -H nocolon", "write it as 'Name: value'"),
        ("http://h -H a:1 -H A:2", "-H a is given twice"),
        ("http://h --header a:é -d x", "plain ASCII"),
        ("http://h http://i", "unexpected argument 'http://i'"),
    ];
    for (words, expected) in cases {
        let error = resolve(words).expect_err(words);
        assert_eq!(error.exit_code(), exit::USAGE);
        assert!(error.to_string().contains(expected), "{words}:\n{error}");
    }
}

#[test]
fn an_address_is_taken_apart() {
    let plan = resolve("https://h:8443/a/b?x=1#part").unwrap();
    assert_eq!(plan.run.host.as_deref(), Some("https://h:8443"));
    assert_eq!((plan.request.path.as_str(), plan.request.method.as_str()), ("/a/b?x=1", "GET"));
    assert_eq!((plan.run.users, plan.run.run_time), (USERS, Some(RUN_TIME)));
    assert_eq!(resolve("http://h").unwrap().request.path, "/");
}

#[test]
fn a_number_of_requests_needs_no_time_and_no_idle_users() {
    let plan = resolve("http://h -n 7 -u 50").unwrap();
    assert_eq!((plan.run.users, plan.run.run_time), (7, None));
    let plan = resolve("http://h -n 7 -t 3s").unwrap();
    assert_eq!(plan.run.run_time, Some(Duration::from_secs(3)));
}

#[test]
fn a_body_posts_a_form_unless_said_otherwise() {
    let plan = resolve("http://h -d a=1").unwrap();
    assert_eq!(plan.request.method, "POST");
    let form = "application/x-www-form-urlencoded".to_owned();
    assert_eq!(plan.request.body, Some((b"a=1".to_vec(), form)));
    let plan = resolve("http://h -d {} -m PUT -H content-type:application/json -H x:y").unwrap();
    assert_eq!(plan.request.method, "PUT");
    assert_eq!(plan.request.body, Some((b"{}".to_vec(), "application/json".to_owned())));
    assert_eq!(plan.request.headers, [("x".to_owned(), "y".to_owned())]);
}
