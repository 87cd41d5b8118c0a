//! Signing up, signing in, and one's own account.

mod delete_user;
mod login;
mod logout;
mod pair;
mod refresh;
mod register;
mod usage;
mod user;

pub(crate) use delete_user::delete_user;
pub(crate) use login::login;
pub(crate) use logout::logout;
pub(crate) use refresh::refresh;
pub(crate) use register::{PASSWORD, USERNAME, register, taken};
pub(crate) use usage::usage;
pub(crate) use user::user;
