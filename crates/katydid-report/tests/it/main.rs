//! Every table and file, made from hand-filled runs through the public doors.

mod compared;
mod csv_files;
mod exemplars;
mod exports;
mod headline;
mod html;
mod json;
mod live;
mod machines;
mod metrics;
mod run;
mod stages;
mod tables;
mod widths;
