//! Tables on terminals of many widths.

use katydid_core::Snapshot;
use katydid_report::table;

use crate::run::{Run, eventful};

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or(0)
}

fn long_names() -> Snapshot {
    let item =
        |id: u32| format!("/api/v2/shops/[shop]/customers/[customer]/orders/[order]/item{id}");
    Run::new(&[("V", 1)], &[])
        .answers("GET", &item(1), &[1_000])
        .answers("DELETE", &item(2), &[2_000])
        .done(2)
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for run in [eventful(), long_names()] {
        for width in 72..260 {
            for table in [
                table::periodic(&run, Some(width)),
                table::requests(&run, Some(width)),
                table::percentiles(&run, Some(width)),
            ] {
                assert!(widest(&table) <= width, "{width}\n{table}");
            }
        }
    }
}

#[test]
fn the_columns_that_matter_stay_on_a_narrow_terminal() {
    insta::assert_snapshot!("requests_80", table::requests(&eventful(), Some(80)));
    insta::assert_snapshot!("requests_120", table::requests(&long_names(), Some(120)));
    insta::assert_snapshot!("percentiles_80", table::percentiles(&eventful(), Some(80)));
}

#[test]
fn a_terminal_of_no_width_at_all_is_no_panic() {
    let run = long_names();
    for width in 0..10 {
        assert!(table::requests(&run, Some(width)).contains("Aggr"));
        assert!(table::percentiles(&run, Some(width)).contains("Aggr"));
    }
}

/// Without a terminal nothing is cut, whatever it takes.
#[test]
fn names_stay_whole_without_a_terminal() {
    let name = "/x".repeat(120);
    let run = Run::new(&[("V", 1)], &[]).answers("GET", &name, &[1_000]).done(1);
    for table in [table::requests(&run, None), table::percentiles(&run, None)] {
        assert!(table.contains(&name), "{table}");
        let rules: Vec<usize> =
            table.lines().filter(|line| line.starts_with("---")).map(str::len).collect();
        assert_eq!(rules, [widest(&table); 2], "{table}");
    }
}

/// Wide characters take two columns, so they are counted as two.
#[test]
fn rows_of_wide_characters_stay_aligned() {
    let run = Run::new(&[("V", 1)], &[])
        .answers("GET", "/日本語/音声", &[1_000])
        .answers("GET", "/api", &[1_000])
        .done(1);
    let table = table::requests(&run, None);
    let row = table.lines().find(|line| line.contains('日')).unwrap();
    let wide = row.chars().filter(|c| !c.is_ascii()).count();
    assert_eq!(row.chars().count() + wide, widest(&table), "{table}");
}
