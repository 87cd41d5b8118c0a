//! The suite's own backend as a process beside the load: this binary, executed again, so that its
//! CPU, memory and death are its own.
//!
//! The request goes down the child's stdin as one line of JSON, the answer comes up its stdout as
//! another. The child ends when its stdin closes, whatever became of the parent.

mod child;
mod parent;

pub(crate) use child::{is_child, serve};
pub(crate) use parent::{Backend, Order};

/// First argument of the child's process.
const CHILD_WORD: &str = "katydid-embedded-backend";
