//! Saved runs through a real socket.

mod client;
mod made_up;

use std::path::Path;

use client::Site;

/// Saves a made-up run of so many seconds; without its end if it is torn.
fn save(runs: &Path, name: &str, seconds: u64, torn: bool) {
    let folder = runs.join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    made_up::save(&folder.join(katydid_store::FILE_NAME), seconds, torn);
}

#[test]
fn runs_are_listed_opened_and_compared() {
    let runs = tempfile::tempdir().expect("a folder");
    save(runs.path(), "2026-11-23-0238-first", 40, false);
    save(runs.path(), "2026-11-23-0338-second", 40, false);
    save(runs.path(), "2026-11-23-0438-torn", 5, true);
    std::fs::write(runs.path().join("2026-11-23-0238-first/run.txt"), "Started").expect("a file");
    let site = Site::over(runs.path());
    let list = site.get("/api/v1/runs").json();
    let names: Vec<&str> = list["runs"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|run| run["name"].as_str())
        .collect();
    let newest = ["2026-11-23-0438-torn", "2026-11-23-0338-second", "2026-11-23-0238-first"];
    assert_eq!(names, newest);
    assert_eq!(list["runs"][0]["whole"], false);
    assert_eq!(list["runs"][0]["requests"], serde_json::Value::Null);
    assert_eq!(
        (&list["runs"][2]["whole"], &list["runs"][2]["length"]),
        (&true.into(), &40.0.into())
    );

    let first = "/api/v1/runs/2026-11-23-0238-first";
    let snapshot = site.get(first).json();
    assert_eq!((&snapshot["run"], &snapshot["elapsed"]), (&0.into(), &40.0.into()));
    let torn = site.get("/api/v1/runs/2026-11-23-0438-torn").json();
    assert_eq!(torn["verdict"]["word"], "INVALID");
    let report = site.get(&format!("{first}/report"));
    assert!(report.header("content-security-policy").is_some_and(|it| it.starts_with("sandbox ")));
    assert!(report.text().starts_with("<!doctype html>"));

    let files = site.get(&format!("{first}/files")).json();
    let files: Vec<&str> = files["files"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|file| file["name"].as_str())
        .collect();
    let all =
        ["report.html", "requests.csv", "failures.csv", "exceptions.csv", "run.ktd", "run.txt"];
    assert_eq!(files, all);
    for name in files {
        let file = site.get(&format!("{first}/files/{name}"));
        assert_eq!(file.status, 200, "{name}");
        let kept = file.header("content-disposition").expect("a name");
        assert_eq!(kept, format!("attachment;filename={name}"));
    }
    assert_eq!(site.get(&format!("{first}/files/run.txt")).text(), "Started");
    let wrong = site.get(&format!("{first}/files/run.text")).error();
    assert!(wrong.ends_with("the run has no file `run.text`; did you mean `run.txt`?"), "{wrong}");

    let pair = "base=2026-11-23-0238-first&with=2026-11-23-0338-second&allow_invalid=true";
    let compared = site.get(&format!("/api/v1/compare?{pair}&form=json"));
    assert_eq!(compared.status, 200, "{}", compared.text());
    assert_eq!(compared.json()["different"], false);
    let page = site.get(&format!("/api/v1/compare?{pair}"));
    assert!(page.text().starts_with("<!doctype html>"));
    let unknown = site.get("/api/v1/runs/2026-11-23-0238-frist").error();
    assert!(unknown.contains("did you mean `2026-11-23-0238-first`?"), "{unknown}");
    let odd = site.get(&format!("/api/v1/compare?{pair}&form=pdf")).error();
    assert!(odd.starts_with("400 wrong (form): `pdf` is no form"), "{odd}");
}

#[test]
fn each_file_of_a_run_is_called_by_what_it_is() {
    let runs = tempfile::tempdir().expect("a folder");
    save(runs.path(), "one", 3, false);
    let left = [
        "run.txt",
        "load_test_stats_stats.csv",
        "load_test_stats_stats_history.csv",
        "load_test_stats_failures.csv",
        "load_test_stats_exceptions.csv",
        "backend.log",
        "created.jsonl",
    ];
    for name in left {
        std::fs::write(runs.path().join("one").join(name), "x").expect("a file");
    }
    let site = Site::over(runs.path());
    let files = site.get("/api/v1/runs/one/files").json();
    let files = files["files"].as_array().expect("a list").clone();
    let titles: std::collections::BTreeSet<&str> =
        files.iter().filter_map(|file| file["title"].as_str()).collect();
    assert_eq!(titles.len(), files.len(), "{files:?}");
    // What a suite has left has no other name than its own.
    assert!(titles.contains("created.jsonl") && titles.contains("The run second by second"));
}

#[test]
fn links_out_of_the_folder_of_a_run_are_no_files() {
    let runs = tempfile::tempdir().expect("a folder");
    save(runs.path(), "one", 3, false);
    let secret = runs.path().join("secret.txt");
    std::fs::write(&secret, "hush").expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&secret, runs.path().join("one/link.txt")).expect("a link");
    let site = Site::over(runs.path());
    assert!(!site.get("/api/v1/runs/one/files").text().contains("link.txt"));
    assert_eq!(site.get("/api/v1/runs/one/files/link.txt").status, 404);
}
