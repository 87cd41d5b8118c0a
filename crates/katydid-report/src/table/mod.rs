//! Tables for people: Locust's layout, widened by what a verdict needs.
//!
//! Every function returns whole lines without an empty one after them, and an empty text when
//! there is nothing to say. `width` is the number of columns of the terminal, `None` without one.
//! With a width, long names are cut in the middle and a narrow terminal loses the less important
//! columns, so that lines fit from about 72 columns on; without it nothing is ever left out.

mod compared;
mod conclusion;
mod diagnosis;
mod exemplars;
mod failures;
mod grid;
mod knee;
mod mix;
mod model;
mod monitors;
mod percentiles;
mod phases;
mod probes;
mod requests;
mod server_timing;
mod stages;
mod tasks;
mod transactions;
mod verdict;
mod warnings;

pub(crate) use compared::compared;
pub use conclusion::conclusion;
pub use diagnosis::diagnosis;
pub use exemplars::{exemplar_count, exemplars};
pub use failures::{exceptions, failure_classes, failures};
pub(crate) use knee::cells as knee_cells;
pub use knee::knee;
pub use mix::mix;
pub(crate) use mix::shares;
pub use model::model;
pub use monitors::monitors;
pub use percentiles::percentiles;
pub use phases::phases;
pub(crate) use probes::shown;
pub use probes::{probe_line, probes};
pub use requests::{periodic, requests};
pub(crate) use server_timing::mean_wait;
pub use server_timing::server_timing;
pub use stages::stages;
pub use tasks::tasks;
pub use transactions::transactions;
pub use verdict::verdict;
pub(crate) use verdict::{details, exit_reason, scope, word};
pub use warnings::warnings;
