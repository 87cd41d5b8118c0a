//! The places of the charts. What is drawn there comes from `script/`.

use katydid_core::{Snapshot, Verdict};

use super::data::{filters, has_side_charts};
use super::markup::escape;

/// What a reader without the script gets.
const WITHOUT: &str = "<noscript><p class=\"note\">The charts need JavaScript; every number is in \
                       the tables as well.</p></noscript>\n";

/// Charts on one time axis; nothing before the first step of the run.
pub(super) fn over_time(snapshot: &Snapshot, out: &mut String) {
    *out += "<section aria-labelledby=\"charts\">\n<h2 id=\"charts\">Over time</h2>\n";
    if snapshot.history().steps().is_empty() {
        *out += "<p class=\"note\">Nothing was measured over time.</p>\n</section>\n";
        return;
    }
    *out += WITHOUT;
    *out += "<div class=\"live-only\">\n\
             <p class=\"note\" id=\"chart-keys\">All charts share one time axis. Drag to zoom, \
             double-click for the whole run; with a chart in focus: arrow keys move the line, + and \
             − zoom, Shift with an arrow moves the stretch, Escape shows the whole run.</p>\n\
             <div class=\"tools\"><button type=\"button\" id=\"reset\" disabled>Whole run</button> \
             <label><input type=\"checkbox\" id=\"log\"> response times on a log scale</label></div>\n\
             <p id=\"window\" class=\"window\" role=\"status\"></p>\n\
             <div id=\"time-charts\" class=\"charts\"></div>\n";
    if has_side_charts(snapshot) {
        *out +=
            "<h3>Target and machine</h3>\n<div id=\"side-charts\" class=\"charts beside\"></div>\n";
    }
    *out += "<div id=\"one-name\">\n<h3>One name</h3>\n\
             <p class=\"note\">The 40 names with the most requests. Each point has the percentiles of \
             all requests of its stretch, within 0.1 %; a run of many seconds has 100 stretches, and \
             zooming shows no more of them.</p>\n\
             <div class=\"tools\"><label for=\"name\">Name</label> <select id=\"name\"><option \
             value=\"\">choose one</option></select></div>\n<div id=\"name-charts\" class=\"charts\"></div>\n\
             </div>\n</div>\n</section>\n";
}

/// How response times are spread; nothing without requests.
pub(super) fn distribution(snapshot: &Snapshot, out: &mut String) {
    if snapshot.requests() == 0 || snapshot.history().steps().is_empty() {
        return;
    }
    *out += "<section aria-labelledby=\"distribution\">\n\
             <h2 id=\"distribution\">Latency distribution</h2>\n\
             <p class=\"note\">Percentiles of the tables, of each step over time and of the whole run \
             are within 0.1 %. Those of a stretch that was zoomed come from the buckets of its steps, \
             added up and never averaged; on this page a bucket is 1.5 % wide (3 or 6 % in runs of \
             very many different times), so they are within half of that.</p>\n";
    *out += WITHOUT;
    *out += "<div class=\"live-only charts\" id=\"distribution-charts\"></div>\n</section>\n";
}

/// What narrows the tables of requests down.
pub(super) fn filter(snapshot: &Snapshot, verdict: &Verdict, out: &mut String) {
    if snapshot.requests() == 0 {
        return;
    }
    *out += "<search class=\"tools live-only\" aria-label=\"Filter requests\">\n\
             <label for=\"filter-text\">Filter requests</label> <input type=\"search\" \
             id=\"filter-text\" placeholder=\"part of a name or method\">\n\
             <label for=\"filter-of\">of</label> <select id=\"filter-of\">\n\
             <option value=\"\">all tags and classes</option>\n";
    let filters = filters(snapshot, verdict);
    for group in filters.chunk_by(|one, other| one.group == other.group) {
        *out += &format!("<optgroup label=\"{}\">\n", group[0].group);
        for filter in group {
            let value = filters.iter().position(|other| other == filter).unwrap_or(0);
            *out += &format!("<option value=\"{value}\">{}</option>\n", escape(&filter.name));
        }
        *out += "</optgroup>\n";
    }
    *out += "</select>\n<span id=\"filter-told\" role=\"status\"></span>\n</search>\n";
}
