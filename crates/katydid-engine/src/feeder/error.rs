//! What can be wrong with a source of rows.

use std::path::PathBuf;

use katydid_core::counted;

/// Why rows cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeederError {
    /// The file cannot be read.
    #[error("data file {}: {fault}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        fault: std::io::Error,
    },
    /// There is nothing in it.
    #[error("{source_name} has no rows; a feeder needs at least one")]
    Empty {
        /// The file, or what stands for it.
        source_name: String,
    },
    /// A row is not what the type demands.
    #[error("{source_name}, line {line}{}: {fault}", in_column(column.as_deref()))]
    Row {
        /// The file, or what stands for it.
        source_name: String,
        /// The line, from 1.
        line: u64,
        /// The column: of CSV its name, of JSON the character, from 1. `None` where the whole row
        /// is wrong.
        column: Option<String>,
        /// What is wrong there.
        fault: String,
    },
    /// Fewer rows than users.
    #[error(
        "{source_name} has {} and {} {} one each: {} missing; add rows or start fewer users",
        counted(*have, "row"),
        counted(*users, "user"),
        if *users == 1 { "needs" } else { "need" },
        missing(*users, *have)
    )]
    TooFew {
        /// The file, or what stands for it.
        source_name: String,
        /// Users of the run.
        users: u32,
        /// Rows there are.
        have: usize,
    },
}

fn in_column(column: Option<&str>) -> String {
    column.map_or_else(String::new, |column| format!(", column {column}"))
}

fn missing(users: u32, have: usize) -> String {
    match users as usize - have {
        1 => "1 is".to_owned(),
        missing => format!("{missing} are"),
    }
}
