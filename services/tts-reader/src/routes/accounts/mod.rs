//! Signing up, signing in, and one's own account.

mod analytics;
mod delete_user;
mod letters;
mod login;
mod logout;
mod pair;
mod refresh;
mod register;
mod removal;
mod reset_password;
mod usage;
mod user;
mod verify_email;

pub(crate) use analytics::analytics;
pub(crate) use delete_user::delete_user;
pub(crate) use letters::{ask_for_reset, resend_verification};
pub(crate) use login::login;
pub(crate) use logout::logout;
pub(crate) use refresh::refresh;
pub(crate) use register::{PASSWORD, USERNAME, register, taken};
pub(crate) use removal::{confirm_password, remove_account};
pub(crate) use reset_password::reset_password;
pub(crate) use usage::usage;
pub(crate) use user::user;
pub(crate) use verify_email::verify_email;
