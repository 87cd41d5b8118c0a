//! Targets as people write them, and as they judge.

mod grammar;
mod judging;
mod phases;
