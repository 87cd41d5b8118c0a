//! Words that end without a run.

use crate::process::run;
use crate::shop;

crate::tests![
    list_is_locusts,
    a_verbose_list_tells_all_of_each_class,
    the_task_ratio_is_that_of_what_would_run,
    help_and_version_go_to_stdout
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

fn help_and_version_go_to_stdout() {
    for (flag, text) in [("-h", "Tags: critical, read, revenue"), ("-V", "shop-load (katydid 0.")] {
        let ended = run(&mut shop(flag)).expect(0);
        assert!(ended.stdout.contains(text) && ended.stderr.is_empty(), "{ended:?}");
    }
}
