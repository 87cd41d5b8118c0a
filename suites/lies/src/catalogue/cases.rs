//! The list itself.

use super::{Case, Host};

/// What most cases have in common.
const CASE: Case = Case {
    number: 0,
    name: "",
    mistake: "",
    words: "",
    host: Host::Typed,
    says: "",
    exit: 0,
    locust: Ok(""),
};

/// Every mistake, in the order of their numbers.
pub const CASES: &[Case] = &[
    Case {
        number: 1,
        name: "flows-never-left",
        mistake: "flows are never left: weights count once for each user",
        says: "stuck-in-flow: no user has ever left the flow that it entered first",
        ..CASE
    },
    Case {
        number: 2,
        name: "token-in-one-persona",
        mistake: "only one persona has a token, tasks of the other return silently",
        says: "Visitor executed tasks and sent no request",
        exit: 3,
        ..CASE
    },
    Case {
        number: 3,
        name: "token-thrown-away",
        mistake: "the login's token goes nowhere",
        says: "tasks were executed and sent no request: Listener/Speech/synthesize",
        exit: 3,
        ..CASE
    },
    Case {
        number: 4,
        name: "silent-return",
        mistake: "tasks return silently: no request at all",
        says: "no request was completed, so nothing was measured",
        exit: 3,
        ..CASE
    },
    Case {
        number: 5,
        name: "wrong-order",
        mistake: "login before registration, the same name again and again",
        says: "HTTP 400 instead of 200: {\"detail\":\"Username already registered\"}",
        exit: 1,
        ..CASE
    },
    Case {
        number: 6,
        name: "one-account",
        mistake: "one account for all users",
        says: "shared-account: several users log in as one and the same account",
        ..CASE
    },
    Case {
        number: 7,
        name: "token-never-renewed",
        mistake: "a 401 in mid-run is never handled",
        words: "--headless -u 30 -r 100 -t 6s",
        says: "late-unauthorized: logins were accepted and are refused since",
        exit: 1,
        locust: Ok("--headless -u 30 -r 100 -t 6s"),
        ..CASE
    },
    Case {
        number: 8,
        name: "wrong-fields",
        mistake: "`text`, `voice` instead of `text_to_speech`, `voice_id`: 422 every time",
        says: "wrong-request: every request was refused from the first on: POST /api/synthesize",
        exit: 1,
        ..CASE
    },
    Case {
        number: 9,
        name: "ignored-preferences",
        mistake: "preferences under wrong names: 200, and nothing is changed",
        says: "unchecked-answers: of answers to what is sent no task reads more than the status",
        ..CASE
    },
    Case {
        number: 10,
        name: "ignored-limit",
        mistake: "`maxLength` is ignored, the whole page is read",
        says: "unchecked-answers: of answers to what is sent no task reads more than the status",
        ..CASE
    },
    Case {
        number: 11,
        name: "slash",
        mistake: "a slash too many: each call is a 307 and the real request",
        says: "redirects: requests are redirected, so each is two and its time both: POST \
               /api/extract/",
        ..CASE
    },
    Case {
        number: 12,
        name: "no-such-field",
        mistake: "a field is read that no answer has",
        says: "the body is not the expected JSON: missing field `content`",
        exit: 1,
        ..CASE
    },
    Case {
        number: 13,
        name: "excused-errors",
        mistake: "a branch for 402 calls it a success",
        says: "excused-errors: answers of status 400 and above are counted as successes",
        ..CASE
    },
    Case {
        number: 14,
        name: "name-for-each-id",
        mistake: "`name` is missing: a row for each id",
        says: "many-names: names differ only by an id, so each is measured apart",
        ..CASE
    },
    Case {
        number: 16,
        name: "default-host",
        mistake: "the host comes from a forgotten file and is somebody's server",
        host: Host::File,
        says: "default-host: nobody typed the host http://0.0.0.0:",
        ..CASE
    },
    Case {
        number: 17,
        name: "scenario-first",
        mistake: "the scenario as a bare word before the options",
        words: "smoke --headless",
        says: "smoke is a scenario: write --scenario smoke",
        exit: 2,
        locust: Ok("smoke --headless -t 1s"),
        ..CASE
    },
    Case {
        number: 17,
        name: "options-first",
        mistake: "options before or after the scenario (either is right)",
        words: "-u 4 --scenario smoke -r 50",
        says: "VERDICT: PASS",
        locust: Err("has no scenarios; the script around it failed"),
        ..CASE
    },
    Case {
        number: 18,
        name: "tags-with-comma",
        mistake: "`--tags critical,revenue` as one tag (it is two)",
        words: "--headless -u 30 -r 100 -t 3s --tags critical,revenue",
        says: "Listener Speech synthesize",
        locust: Ok("--headless -u 30 -r 100 -t 3s --tags critical,revenue"),
        ..CASE
    },
    Case {
        number: 18,
        name: "tag-of-nothing",
        mistake: "a tag that no task has",
        words: "--headless -u 30 -r 100 -t 3s --tags critcal",
        says: "unknown tag `critcal` in --tags; did you mean `critical`?",
        exit: 2,
        locust: Ok("--headless -u 30 -r 100 -t 3s --tags critcal"),
        ..CASE
    },
    Case {
        number: 19,
        name: "file-names",
        mistake: "reports are not called what the guide promises (here they are)",
        words: "--headless -u 5 -r 50 -t 1s --csv load_test_stats",
        says: "Reports: load_test_stats.csv load_test_stats_history.csv load_test_stats_failures.csv",
        locust: Ok("--headless -u 5 -r 50 -t 1s --csv load_test_stats"),
        ..CASE
    },
    Case {
        number: 20,
        name: "production",
        mistake: "production without a question",
        words: "--scenario gate -H production",
        host: Host::Own,
        says: "is the plan's host `production`, where people work; load a staging system",
        exit: 2,
        locust: Ok("--headless -u 5 -r 50 -t 1s"),
    },
    Case {
        number: 21,
        name: "spike-by-hand",
        mistake: "the spike is manual (it is a scenario)",
        words: "--scenario spike",
        says: "VERDICT: PASS",
        locust: Err("by hand in the web page"),
        ..CASE
    },
    Case {
        number: 21,
        name: "reports-before-they-exist",
        mistake: "reports are listed before they exist (they are listed when written)",
        words: "--scenario endurance",
        says: "Reports: load_test_runs/",
        locust: Err("the script around it listed them"),
        ..CASE
    },
    Case {
        number: 22,
        name: "no-credits",
        mistake: "accounts that cannot pay",
        says: "the accounts have run out of credits",
        exit: 1,
        ..CASE
    },
    Case {
        number: 33,
        name: "third-fails",
        mistake: "35 % of the syntheses fail, and the run has passed",
        words: "--scenario gate",
        says: "target `failures < 1%` missed:",
        exit: 99,
        ..CASE
    },
    Case {
        name: "no-think-time",
        mistake: "users do not think",
        says: "no-think-time: users of Listener, Visitor do not wait between tasks",
        ..CASE
    },
    Case {
        name: "shorter-than-ramp",
        mistake: "the run ends before its last user has started",
        words: "--headless -u 30 -r 10 -t 2s",
        says: "shorter-than-ramp: starting 30 users at 10 per second takes 3.0 s and the run ends \
               after 2.0 s",
        locust: Ok("--headless -u 30 -r 10 -t 2s"),
        ..CASE
    },
    Case {
        name: "few-samples",
        mistake: "too few requests for a p99",
        words: "--headless -u 2 -r 50 -t 1s --silence=same-machine=toy",
        says: "few-samples: by waits and users this run comes to at most about",
        locust: Ok("--headless -u 2 -r 50 -t 1s"),
        ..CASE
    },
    Case {
        name: "same-machine",
        mistake: "load and target on one machine",
        words: "--headless -u 5 -r 50 -t 1s --silence=few-samples=short",
        says: "same-machine: the load and its target (http://127.0.0.1:",
        locust: Ok("--headless -u 5 -r 50 -t 1s"),
        ..CASE
    },
    Case {
        name: "one-article",
        mistake: "all requests for one address: a cache is measured",
        says: "all-one-url: all requests ask for one and the same address: GET /api/articles/{id}",
        ..CASE
    },
    Case {
        name: "one-text",
        mistake: "all requests with one body: a cache is measured",
        says: "all-one-payload: all requests send one and the same body: POST /api/synthesize",
        ..CASE
    },
    Case {
        name: "own-shape",
        mistake: "the suite's shape gives way to an arrival rate",
        words: "--headless --arrival-rate 200/s -t 1s",
        says: "--arrival-rate takes the place of the suite's shape",
        locust: Err("has no arrival rate"),
        ..CASE
    },
];

/// The numbers that are no mistakes of a load test, and why.
pub const ELSEWHERE: &[(&str, &str)] = &[
    (
        "15",
        "a script of single requests (`e2e_tests.py`); `tts-load --scenario smoke` with its checks \
            takes its place",
    ),
    ("23–27", "a script that makes accounts; `tts-load accounts` takes its place"),
    ("28, 29, 31", "the backend's mock mode"),
    (
        "30",
        "the backend's mock mode; that pages of third parties are fetched under load is avoided by \
            `tts-load`'s own article site",
    ),
    ("32", "a defect of the backend, which any load test reports as failures of that name"),
];
