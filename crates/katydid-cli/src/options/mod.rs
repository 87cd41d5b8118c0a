//! A suite's own options: declared by its author, set like any other (flag, environment, file),
//! read in classes and in `prepare`.

mod declare;
mod values;

pub use declare::SuiteOption;
pub use values::Options;

pub(crate) use declare::{check, variables};

#[cfg(test)]
mod tests;
