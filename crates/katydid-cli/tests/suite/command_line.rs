//! Words that end without a run.

use crate::process::run;
use crate::shop;

crate::tests![
    list_is_locusts,
    a_verbose_list_tells_all_of_each_class,
    the_task_ratio_is_that_of_what_would_run,
    help_is_short_or_whole,
    the_version_goes_to_stdout,
    settings_are_printed_with_where_they_come_from
];

fn list_is_locusts() {
    let ended = run(&mut shop("--list Shopper")).expect(0);
    let names = "    Shopper\n    Admin\n    Idler\n    Broken\n    Stuck\n";
    assert_eq!(ended.stdout, format!("Available Users:\n{names}"));
    assert_eq!(ended.stderr, "");
}

fn a_verbose_list_tells_all_of_each_class() {
    let ended = run(&mut shop("--list --verbose")).expect(0);
    let shopper = "Available Users:
    Shopper  weight 1, wait constant(0.01)
      Looks and buys.
      browse  weight 3, tags read
      buy     weight 1, tags critical revenue
    Admin  weight 1, wait no_wait()
      audit  weight 1
";
    assert!(ended.stdout.starts_with(shopper), "{}", ended.stdout);
    run(&mut shop("--verbose")).expect(2).says("error: --verbose belongs to --list");
}

fn the_task_ratio_is_that_of_what_would_run() {
    let row = |indent: &str, share: &str, name: &str| {
        format!(" {:<10} {:<50}\n", format!("{indent}{share}"), format!("{indent}{name}"))
    };
    let ended = run(&mut shop("Shopper Admin --show-task-ratio -u 3")).expect(0);
    for line in
        [row("", "50.0", "Shopper"), row("  ", "75.0", "browse"), row("  ", "37.5", "browse")]
    {
        assert!(ended.stdout.contains(&line), "{line}: {}", ended.stdout);
    }
    let ended = run(&mut shop("Shopper --tags read --show-task-ratio-json")).expect(0);
    let json: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(json["total"]["Shopper"]["tasks"]["browse"]["ratio"], 1.0);
    assert_eq!(ended.stderr, "");
    run(&mut shop("Shoper --show-task-ratio")).expect(2).says("did you mean `Shopper`?");
}

/// The texts as people see them; `shop-load -h > tests/suite/help/short.txt` after a change.
fn help_is_short_or_whole() {
    for (flag, expected) in
        [("-h", include_str!("help/short.txt")), ("--help", include_str!("help/long.txt"))]
    {
        let ended = run(shop(flag).env("COLUMNS", "100")).expect(0);
        assert_eq!(ended.stderr, "");
        for (line, (is, should)) in ended.stdout.lines().zip(expected.lines()).enumerate() {
            assert_eq!(is, should, "{flag}, line {}", line + 1);
        }
        assert_eq!(ended.stdout, expected, "{flag}");
    }
    let narrow = run(shop("-h").env("COLUMNS", "80")).expect(0).stdout;
    assert!(narrow.lines().count() <= 55, "more than a tall screen:\n{narrow}");
}

fn the_version_goes_to_stdout() {
    let ended = run(&mut shop("-V")).expect(0);
    assert!(ended.stdout.starts_with("shop-load (katydid 0.") && ended.stderr.is_empty());
}

fn settings_are_printed_with_where_they_come_from() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("locust.conf"), "host = http://h\nspawn-rate = 3\n").unwrap();
    let mut command = shop("--scenario smoke -u 7 --print-settings");
    let ended = run(command.current_dir(&folder).env("LOCUST_CSV", "x")).expect(0);
    let settings: Vec<Vec<&str>> =
        ended.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    for expected in [
        vec!["host", "http://h", "locust.conf:1"],
        vec!["users", "7", "flag"],
        vec!["spawn-rate", "3", "locust.conf:2"],
        vec!["run-time", "1s", "scenario", "smoke"],
        vec!["csv", "x", "environment", "LOCUST_CSV"],
        vec!["aisle", "ok", "default"],
    ] {
        assert!(settings.contains(&expected), "{expected:?} is not in:\n{}", ended.stdout);
    }
}
