//! Accounts for load tests: the one code path behind `/api/dev/test-accounts` and the commands that
//! work straight on the database.

mod database;
mod work;

pub use database::Database;
pub(crate) use work::{ChangeError, change, check_new, check_selection, create};
