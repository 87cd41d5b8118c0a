//! First words that are no run.

use crate::process::run;
use crate::shop;

crate::tests![
    the_suites_own_command_gets_its_words_as_they_are,
    help_lists_the_commands,
    a_mistyped_command_finds_its_name,
    completions_know_classes_tags_and_scenarios,
    bash_completes_classes_tags_and_commands,
    schemas_are_printed,
    the_man_page_has_every_flag,
    a_command_comes_first,
    init_writes_a_commented_file_and_never_over_another,
];

fn the_suites_own_command_gets_its_words_as_they_are() {
    let ended = run(&mut shop("shelves --help -u Shopper")).expect(4);
    assert_eq!(ended.stdout, "shelves [\"--help\", \"-u\", \"Shopper\"]\n");
    assert_eq!(ended.stderr, "");
}

fn help_lists_the_commands() {
    let ended = run(&mut shop("--help")).expect(0);
    for line in ["completions", "man", "plan", "schema", "shelves      Fill the shelves"] {
        assert!(ended.stdout.contains(&format!("\n  {line}")), "{line}: {}", ended.stdout);
    }
}

fn a_mistyped_command_finds_its_name() {
    for (word, text) in [
        ("complitions", "error: unknown user class `complitions`; did you mean `completions`?"),
        ("shelfs", "error: unknown user class `shelfs`; did you mean `shelves`?"),
        ("Shoper", "error: unknown user class `Shoper`; did you mean `Shopper`?"),
        ("qqq", "error: unknown user class `qqq`; known are: Shopper, Admin, Idler, Broken, Stuck"),
    ] {
        run(&mut shop(word)).expect(2).says(text);
    }
}

fn completions_know_classes_tags_and_scenarios() {
    for shell in ["bash", "zsh", "fish"] {
        let ended = run(&mut shop(&format!("completions {shell}"))).expect(0);
        for word in ["Shopper", "revenue", "smoke", "spawn-rate", "shelves", "completions"] {
            assert!(ended.stdout.contains(word), "{shell} lacks {word}");
        }
        assert_eq!(ended.stderr, "");
    }
    run(&mut shop("completions")).expect(2).says("<SHELL>");
    run(&mut shop("completions tcl")).expect(2).says("invalid value 'tcl'");
}

fn bash_completes_classes_tags_and_commands() {
    let script = run(&mut shop("completions bash")).expect(0).stdout;
    let ask = "
        ask() {
            COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
            words=($(complete -p shop-load))
            \"${words[-2]}\" shop-load \"${COMP_WORDS[-1]}\" \"${COMP_WORDS[-2]}\"
            echo \"$*: ${COMPREPLY[*]}\"
        }
        ask shop-load Shop
        ask shop-load --tags re
        ask shop-load --scenario sm
        ask shop-load completions z
        ask shop-load --web-l";
    let mut bash = std::process::Command::new("bash");
    let ended = run(bash.args(["-c", &(script + ask)])).expect(0);
    let answers = "shop-load Shop: Shopper\nshop-load --tags re: read revenue\n\
                   shop-load --scenario sm: smoke\nshop-load completions z: zsh\n\
                   shop-load --web-l: --web-login\n";
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), (answers, ""));
}

fn the_man_page_has_every_flag() {
    let page = run(&mut shop("man")).expect(0).stdout;
    for part in [".TH shop-load 1", "Load test of a shop.", "spawn\\-rate", "Shopper", "shelves"] {
        assert!(page.contains(part), "{part}: {page}");
    }
}

fn a_command_comes_first() {
    let told =
        |name: &str| format!("error: {name} is a command and comes first: `shop-load {name}`");
    run(&mut shop("-u 3 completions bash")).expect(2).says(&told("completions"));
    run(&mut shop("Shopper man")).expect(2).says(&told("man"));
    run(&mut shop("--headless shelves")).expect(2).says(&told("shelves"));
}

fn init_writes_a_commented_file_and_never_over_another() {
    let folder = tempfile::tempdir().unwrap();
    let init = || run(shop("init").current_dir(&folder));
    let ended =
        init().expect(0).says("Wrote locust.conf. Look at `host` in it, then run: shop-load ");
    assert_eq!(ended.stdout, "");
    let path = folder.path().join("locust.conf");
    let text = std::fs::read_to_string(&path).unwrap();
    let keys: Vec<&str> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(
        keys,
        [
            "host = http://localhost:5000",
            "csv = load_test_stats",
            "html = load_test_report.html",
            "loglevel = INFO",
        ]
    );
    assert!(text.contains("Tags: critical, read, revenue\n"), "{text}");
    let print = |name: &str| {
        let ended = run(shop("--print-settings --config").arg(name).current_dir(&folder)).expect(0);
        assert_eq!(ended.stderr, "");
        ended.stdout
    };
    assert!(print("locust.conf").contains("http://localhost:5000"));
    // What is only shown must be right too.
    let shown = |line: &str| match line.strip_prefix("# ") {
        Some(key) if key.contains(" = ") => format!("{}\n", key.replace("[a, b]", "[read]")),
        _ => format!("{line}\n"),
    };
    let all: String = text.lines().map(shown).collect();
    std::fs::write(folder.path().join("all.conf"), all.replace("[c]", "[critical]")).unwrap();
    let printed = print("all.conf");
    assert!(printed.matches("all.conf:").count() >= 12, "{printed}");
    std::fs::write(&path, "mine").unwrap();
    init().expect(2).says("error: locust.conf is there already and stays as it is");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    run(shop("init here").current_dir(&folder)).expect(2).says("unexpected argument 'here'");
}

fn schemas_are_printed() {
    let schema = run(&mut shop("schema summary")).expect(0).stdout;
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    assert_eq!(schema["title"], "Summary of a Katydid load test");
    assert_eq!(
        run(&mut shop("schema plan")).expect(0).stdout,
        run(&mut shop("plan schema")).expect(0).stdout
    );
    run(&mut shop("schema")).expect(2).says("<WHAT>");
    run(&mut shop("schema sumary")).expect(2).says("did you mean `summary`?");
}
