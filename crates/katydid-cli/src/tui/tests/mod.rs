//! Frames as text.

mod made_up;

use std::time::Duration;

use katydid_core::{Bracket, Occasion, RunState, Scope, Target, counted};
use katydid_report::text::width as columns;
use katydid_web::Search;
use ratatui_core::buffer::Buffer;
use ratatui_core::style::Color;

use super::canvas;
use super::draw::{Scene, draw};
use made_up::{MadeUp, SHOP};

/// A frame as it is drawn.
fn drawn(made_up: &MadeUp, size: (u16, u16), change: impl Fn(&mut Scene<'_>)) -> Buffer {
    let view = made_up.view();
    let all = made_up.run.snapshot.aggregated();
    let mut scene = Scene {
        view: &view,
        all: Some(&all),
        trends: &made_up.trends,
        news: None,
        has_page: false,
        colour: true,
    };
    change(&mut scene);
    let mut frame = canvas::empty(size);
    draw(&mut frame, &scene);
    frame
}

/// What people see of it.
fn frame(made_up: &MadeUp, size: (u16, u16)) -> String {
    text(&drawn(made_up, size, |_| {}))
}

fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let line = |y: u16| {
        let (mut line, mut x) = (String::new(), 0);
        while x < area.width {
            let symbol = buffer[(x, y)].symbol();
            line += symbol;
            x += columns(symbol).max(1) as u16;
        }
        line.trim_end().to_owned()
    };
    (0..area.height).map(line).collect::<Vec<_>>().join("\n")
}

fn targets() -> Vec<Target> {
    let synthesis = Scope::name("/api/synthesize");
    vec![
        Target::success_at_least(0.99),
        Target::percentile_below(0.95, Duration::from_secs(1)),
        Target::percentile_below(0.95, Duration::from_millis(400)).on(synthesis),
    ]
}

/// A minute without a fault.
fn healthy() -> MadeUp {
    let relaxed = Scope::name("/api/synthesize");
    let mut targets = targets();
    targets[2] = Target::percentile_below(0.95, Duration::from_secs(1)).on(relaxed);
    let mut made_up = MadeUp::new(targets);
    made_up.seconds(61);
    made_up
}

/// A minute in which the queue filled up.
fn failing() -> MadeUp {
    let mut made_up = MadeUp::new(targets());
    made_up.seconds(40);
    let slow = SHOP.map(|(method, name, count, ms)| match name {
        "/api/synthesize" => (method, name, count, ms * 5),
        _ => (method, name, count, ms),
    });
    (0..33).for_each(|_| made_up.second(&slow, "/api/synth"));
    made_up.mark(Occasion::Warning, "postgres has no connection left");
    made_up
}

#[test]
fn a_healthy_run() {
    insta::assert_snapshot!(frame(&healthy(), (100, 26)));
}

#[test]
fn a_failing_run() {
    let made_up = failing();
    insta::assert_snapshot!(frame(&made_up, (100, 26)));
    let red = |buffer: &Buffer| buffer.content.iter().any(|cell| cell.fg == Color::Red);
    assert!(red(&drawn(&made_up, (100, 26), |_| {})));
    let plain = drawn(&made_up, (100, 26), |scene| scene.colour = false);
    assert!(plain.content.iter().all(|cell| (cell.fg, cell.bg) == (Color::Reset, Color::Reset)));
    assert_eq!(text(&plain), frame(&made_up, (100, 26)), "colours say nothing that words do not");
}

/// The frames of docs/TERMINAL.md are these.
#[test]
fn the_document_shows_frames_as_they_are() {
    let document = include_str!("../../../../../docs/TERMINAL.md");
    for made_up in [healthy(), failing(), searching()] {
        let block = format!("```text\n{}\n```\n", frame(&made_up, (100, 26)));
        assert!(document.contains(&block), "docs/TERMINAL.md needs this frame:\n{block}");
    }
}

/// Every word of docs/METRICS.md is on a frame, and every number on a frame has its word there.
#[test]
fn the_document_of_metrics_says_what_the_numbers_are() {
    let document = include_str!("../../../../../docs/METRICS.md");
    let (_, part) = document.split_once("\n### Terminal view\n").unwrap();
    let rows = part.lines().skip(4).take_while(|line| line.starts_with("| "));
    let cells = rows.filter_map(|line| line.split(" | ").next());
    let words: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let frames =
        [healthy(), failing(), arrivals(), searching()].map(|it| frame(&it, (100, 26))).join("\n");
    for word in &words {
        assert!(frames.contains(word), "{word} is on no frame:\n{frames}");
    }
    let heading = frames.lines().find(|line| line.starts_with("Type ")).unwrap();
    let rest = words.iter().fold(heading.to_owned(), |rest, word| rest.replace(word, ""));
    assert_eq!(rest.split_whitespace().collect::<Vec<_>>(), ["Type", "Name"]);
    for line in frames.lines().skip(1).take(5) {
        assert!(words.iter().any(|word| line.starts_with(word)), "docs/METRICS.md lacks {line}");
    }
}

#[test]
fn a_paused_run() {
    let mut made_up = healthy();
    made_up.mark(Occasion::Steered, "paused by hand");
    made_up.run.paused = true;
    let drawn = drawn(&made_up, (80, 20), |scene| {
        let line = "[2026-11-23 02:39:36,000] host/INFO/katydid.main: The run is paused";
        (scene.news, scene.has_page) = (Some(line), true);
    });
    insta::assert_snapshot!(text(&drawn));
}

/// A run with an arrival rate.
fn arrivals() -> MadeUp {
    let mut made_up = MadeUp::new(Vec::new());
    made_up.run.arrival_rate = Some(74.0);
    made_up.header.load.open = true;
    made_up.run.header = std::sync::Arc::new(made_up.header.clone());
    for _ in 0..30 {
        let starts = made_up.recorder().arrivals();
        (starts.planned, starts.started, starts.completed) = (74, 72, 70);
        starts.dropped = 2;
        made_up.seconds(1);
    }
    made_up
}

#[test]
fn a_run_of_the_open_model() {
    insta::assert_snapshot!(frame(&arrivals(), (100, 20)));
}

/// The fourth probe of a search.
fn searching() -> MadeUp {
    let mut made_up = MadeUp::new(targets());
    made_up.header.label = Some("probe 4: 10 users".to_owned());
    made_up.run.header = std::sync::Arc::new(made_up.header.clone());
    made_up.seconds(20);
    let line =
        |number, users, what: &str| format!("Probe {number}, {}: {what}", counted(users, "user"));
    let probes = vec![
        line(1_u32, 4_u32, "held - 14.8 requests/s, p95 301 ms, 0.00% failed"),
        line(2, 8, "held - 29.6 requests/s, p95 322 ms, 0.00% failed"),
        line(3, 12, "broke - 31.2 requests/s, p95 2403 ms, 0.31% failed"),
    ];
    let bracket = Bracket { held: Some(8), broke: Some(12) };
    made_up.search = Some(std::sync::Arc::new(Search { probes, bracket, outcome: None }));
    made_up
}

#[test]
fn a_search() {
    let mut made_up = searching();
    insta::assert_snapshot!(frame(&made_up, (100, 26)));
    // On a low terminal the newest probe stays.
    let low = frame(&made_up, (100, 14));
    assert!(low.contains("Probe 3, 12 users: broke") && !low.contains("Probe 2"), "{low}");
    made_up.run.state = RunState::Stopped;
    assert!(frame(&made_up, (100, 26)).contains("PROBE ENDED"));
    made_up.search = Some(std::sync::Arc::default());
    assert!(frame(&made_up, (100, 26)).contains("── SEARCH: nothing is known yet ──"));
}

#[test]
fn a_high_terminal_has_higher_curves() {
    insta::assert_snapshot!(frame(&failing(), (100, 40)));
    let lines = |height| {
        let text = frame(&failing(), (100, height));
        text.lines().position(|line| line.starts_with("Type ")).unwrap()
    };
    assert_eq!([31, 32, 39, 40].map(lines), [6, 9, 9, 12]);
}

#[test]
fn a_narrow_and_low_terminal() {
    insta::assert_snapshot!(frame(&failing(), (60, 15)));
}

#[test]
fn rows_that_find_no_room_are_counted_and_failing_ones_come_first() {
    let mut made_up = MadeUp::new(Vec::new());
    let names: Vec<String> = (0..30).map(|number| format!("/item/{number:02}")).collect();
    let asked: Vec<(&str, &str, u64, u64)> =
        names.iter().enumerate().map(|(at, name)| ("GET", &**name, 40 + at as u64, 5)).collect();
    (0..9).for_each(|_| made_up.second(&asked, "/item/0"));
    let text = frame(&made_up, (100, 40));
    for name in &names[..10] {
        assert!(text.contains(name.as_str()), "{name} fails and is not there:\n{text}");
    }
    assert!(text.contains("/item/29") && !text.contains("/item/10"), "{text}");
    let shown = text.lines().filter(|line| line.starts_with("GET    /item/")).count();
    assert!(text.contains(&format!("\nand {} more\n", 30 - shown)), "{text}");
    let low = frame(&made_up, (100, 15));
    let shown = low.lines().filter(|line| line.starts_with("GET    /item/")).count();
    let (hidden, failing) = (30 - shown, 10 - shown);
    let words = format!("\nand {hidden} more, {failing} of them with failures\n");
    assert!(low.contains(&words), "{words}:\n{low}");
}

#[test]
fn names_of_others_steer_nothing_and_stay_in_their_column() {
    let mut made_up = MadeUp::new(Vec::new());
    let wide = "/読み上げ/".repeat(9);
    let asked = [("GET", "/evil\u{1b}[2J\u{202e}", 20, 5), ("GET", wide.as_str(), 20, 5), SHOP[0]];
    (0..9).for_each(|_| made_up.second(&asked, "/evil"));
    let text = frame(&made_up, (100, 24));
    assert!(text.contains("/evil\\u{1b}[2J\\u{202e}"), "{text}");
    assert!(!text.chars().any(|c| c != '\n' && c.is_control()), "{text:?}");
    let ends = |name: &str| {
        let line = text.lines().find(|line| line.contains(name)).unwrap();
        columns(line)
    };
    assert_eq!([ends("/evil\\"), ends("読み上げ")], [ends("/api/articles"); 2], "{text}");
}

#[test]
fn no_terminal_is_too_small_or_too_large() {
    let (healthy, failing, early) = (healthy(), failing(), MadeUp::new(targets()));
    for made_up in [&healthy, &failing, &early] {
        for size in [(1, 1), (3, 40), (10, 3), (40, 10), (60, 7), (200, 9), (300, 100)] {
            let text = frame(made_up, size);
            assert!(text.lines().all(|line| columns(line) <= usize::from(size.0)), "{text}");
        }
    }
    assert!(frame(&early, (80, 24)).contains("VERDICT: nothing is measured yet"));
}

#[test]
fn a_run_that_is_prepared_or_stops_says_so() {
    let mut made_up = healthy();
    made_up.run.state = RunState::Stopping;
    let text = frame(&made_up, (100, 24));
    assert!(text.contains("STOPPING") && text.contains("q Ctrl-C leave at once"), "{text}");
    let before = drawn(&made_up, (80, 24), |scene| scene.all = None);
    assert!(self::text(&before).starts_with("The run is being prepared"));
}
