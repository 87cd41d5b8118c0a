//! Texts of pages that their sites let others keep, within a budget of memory.
//!
//! A page's text depends on its bytes alone, so the text is kept and not the bytes: it is a
//! hundredth of them and need not be looked for again. What may be kept, and for how long, is as
//! if the bytes were (`terms`).

mod kept;
mod terms;

pub use kept::CacheFigures;
pub(crate) use kept::{Cache, Entry, Found, Kept, Ticket};
pub(crate) use terms::Terms;
