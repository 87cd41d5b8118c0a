//! What the attributes must accept, and that the classes they make really run.

mod conditional_tasks;
mod journeys;
mod run;
mod strict_lints;
mod without_the_prelude;
