//! docs/LIES.md, made of the catalogue.

use super::{CASES, ELSEWHERE};

/// The whole page. A test compares it with the one in `docs/`.
pub fn page() -> String {
    let mut page = String::from(
        "# The suite of lies\n\n\
         The team's old load test had 33 defects. Each that concerns a load test is planted alone in\n\
         `suites/lies`, a correct suite for a toy service; a test runs all of them and the suite without\n\
         any, which must be silent. This page is made of the same list (`lies catalogue --markdown`).\n\
         `cargo xtask show lies` runs Locust beside it, with the same mistake in its `locustfile.py`.\n\n\
         | no. | mistake | Katydid says | exit |\n| --- | --- | --- | --- |\n",
    );
    for case in CASES {
        let number = if case.number == 0 { "–".to_owned() } else { case.number.to_string() };
        let says = case.says.replace('|', "\\|");
        page += &format!("| {number} | {} | {says} | {} |\n", case.mistake, case.exit);
    }
    page += "\nA warning leaves the exit code as it is: what was measured was measured. Cases without \
             a number were\nfound beside the 33.\n\n## Not mistakes of a load test\n\n| no. | why |\n\
             | --- | --- |\n";
    for (numbers, why) in ELSEWHERE {
        page += &format!("| {numbers} | {why} |\n");
    }
    page += "\n## What no load tester can know\n\n\
             - That the target ignores a field, when the suite reads the answer and is content with it. \
             Reading\n  no more than the status is told (9, 10).\n\
             - A field that does not exist, read with a default (`#[serde(default)]`, \
             `value[\"x\"].as_str()\n  .unwrap_or_default()`). Read as a type it is an exception (12).\n\
             - That a pool of the target is smaller than the number of users, from its answers alone, \
             and most pools\n  rightly are. Where it tells them (`/metrics`, MONITORS.md), one with \
             nothing left is diagnosed by name;\n  else answers of 503 or broken connections are, \
             with the pool's setting where the suite knows it\n  (`Suite::advice`). Fewer accounts than \
             users is `shared-account`, and connections are each user's own.\n";
    page
}
