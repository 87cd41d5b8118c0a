//! The script and the styles of the page, in the order in which their parts need each other.

macro_rules! charts {
    () => {
        concat!(
            include_str!("script/numbers.js"),
            include_str!("script/series.js"),
            include_str!("script/view.js"),
            include_str!("script/draw.js"),
            include_str!("script/time_chart.js"),
            include_str!("script/spread_charts.js"),
            include_str!("script/run.js"),
            include_str!("script/tables.js"),
        )
    };
}

macro_rules! styles {
    () => {
        concat!(include_str!("style/base.css"), include_str!("style/chart.css"))
    };
}

/// All that the report runs: the charts, then what it makes of them.
pub(super) const SCRIPT: &str = concat!(charts!(), include_str!("script/report.js"));
pub(super) const STYLE: &str = concat!(styles!(), include_str!("style/report.css"));

/// The script of the charts and tables, for a page of its own: a classic script that defines
/// `Charts` and `Tables` and does nothing by itself. See the [module](super) for how to use it.
pub fn chart_script() -> &'static str {
    charts!()
}

/// Colours, text, tables and charts as the report has them. `data-theme="light"` or `"dark"` on the
/// root chooses a theme; without it the system does. Elements of class `live-only` are hidden until
/// the root has the class `live`.
pub fn styles() -> &'static str {
    styles!()
}
