//! `--html FILE`: one self-contained page with the verdict, charts over time and all tables.
//!
//! No font, no picture, no address that a browser would fetch: the page can be mailed, printed and
//! opened in ten years. Tables are there without its script; the script draws the charts from the
//! numbers in `data`, sorts and filters. Every text that did not come from this crate is escaped
//! where it is written, see `markup.rs`.
//!
//! # The same charts on a page of a run that goes on
//! [`chart_script`] and [`styles`] are served as they are. The data comes from a [`Feed`], one for
//! each run: [`Feed::advance`] once a second, its message to everybody who listens, [`Feed::whole`]
//! to whoever comes new. In the browser:
//!
//! ```js
//! const run = Charts.run(whole, { time, side, spread, name, log, window, reset }, { now: true });
//! if (!run.grow(message)) run.update(/* the whole data, asked for again */);
//! run.update(whole);          // the data anew: of a later moment, or of another run
//! run.showName(series);       // of `name_series`; null takes the charts of a name away
//! Tables.show(section, table) // of `table`; again and again into the same element
//! ```
//! `time` (users, rate, response times, failures, generator), `side` (target and machine), `spread`
//! (percentiles, heat map) and `name` are empty elements, `log` is a box to tick, `window` is for a
//! sentence on the stretch shown, `reset` is a button; each may be left out. Charts refer to an
//! element with the id `chart-keys` for how they are used by keyboard. Drawing again changes neither
//! zoom, crosshair, hidden lines nor open tables; charts that are not shown are not drawn. Whoever
//! sees the whole run goes on to, a stretch that reaches to the newest step moves along with it, any
//! other stays where it is. Neither script nor styles need anything of a policy (`style=`, `eval`,
//! addresses).

mod assets;
mod charts;
mod data;
mod exemplars;
mod facts;
mod live;
pub(crate) mod markup;
mod monitors;
mod name;
mod page;
mod requests;
mod sections;

pub use assets::{chart_script, styles};
pub use data::{Feed, name_series};
pub use live::{TABLES, TableSource, table};
pub use name::file_name;
pub use page::{Page, page};
