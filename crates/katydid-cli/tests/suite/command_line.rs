//! Words that end without a run.

use crate::process::run;
use crate::shop;

crate::tests![list_is_locusts, help_and_version_go_to_stdout, wrong_words_exit_2];

fn list_is_locusts() {
    let ended = run(&mut shop("--list Shopper")).expect(0);
    let names = "    Shopper\n    Admin\n    Idler\n    Broken\n    Stuck\n";
    assert_eq!(ended.stdout, format!("Available Users:\n{names}"));
    assert_eq!(ended.stderr, "");
}

fn help_and_version_go_to_stdout() {
    for (flag, text) in [("-h", "Tags: critical, read, revenue"), ("-V", "shop-load (katydid 0.")] {
        let ended = run(&mut shop(flag)).expect(0);
        assert!(ended.stdout.contains(text) && ended.stderr.is_empty(), "{ended:?}");
    }
}

fn wrong_words_exit_2() {
    for (words, text) in [
        (
            "--headless -H http://h --tags critcal",
            "error: unknown tag `critcal` in --tags; did you",
        ),
        ("-u 3", "error: the live page comes with a later version; run `shop-load --embedded --h"),
        ("--headless", "error: no host for Shopper; name it with -H URL, or start the suite's own"),
        ("--scenario smok --embedded", "error: unknown scenario `smok`; did you mean `smoke`?"),
        ("--headless -u x", "error: invalid value 'x' for '--users <N>'"),
    ] {
        let ended = run(&mut shop(words)).expect(2).says(text);
        assert_eq!(ended.stdout, "");
    }
}
