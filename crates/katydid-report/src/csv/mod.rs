//! Locust's four CSV files: its headers, columns, order of rows and CRLF line ends. Beside them
//! the probes of a search, in the same dialect.
//!
//! Where a number can be better than Locust's without changing its form, it is: percentiles come
//! from a histogram with 0.1 % error instead of two digits, and the last files of a run are
//! written after its last request.
//!
//! # Cells that a spreadsheet would run
//! A text cell (Type, Name, Error, Message, Traceback) that begins with `=`, `+`, `-`, `@`, TAB,
//! CR or LF, or one of their wide forms `＝＋－＠`, gets one leading `'`, and so does one that begins with any number of `'` and then one
//! of these. Therefore no two names become equal, and a reader gets the original back by removing
//! the first `'` of such a cell. Ordinary names (`GET`, `/api/health`) are never touched, so
//! programs that use Type and Name as keys notice nothing.

mod cell;
mod exceptions;
mod failures;
mod history;
mod names;
mod probes;
mod stats;

pub use exceptions::exceptions;
pub use failures::failures;
pub use history::{HistoryRows, history_header, history_rows};
pub use names::FileNames;
pub use probes::probes;
pub use stats::stats;
