//! The attributes of Katydid: sugar over `katydid::User` and `katydid::Flow`, nothing more.
//!
//! Four files: this one (the doors), `attr.rs` (arguments into plain structs), `check.rs` (rules;
//! every mistake is collected), `expand.rs` (what is written for the author). What they write is
//! short and without decisions; the crate `katydid` has the guide, and examples with and without
//! the attributes.

mod attr;
mod check;
mod expand;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes a user class of a type: on its `impl` block, or on a struct that stands for a persona.
///
/// **On an `impl` block** the type is the state of one simulated user; it starts from `Default`
/// or from `make`, and the functions with [`macro@task`] are what it does.
///
/// **On a struct** the struct is only the name of the class. What its users do comes from flows,
/// which several personas share because they work on the same `state`.
///
/// | argument | meaning |
/// | --- | --- |
/// | `weight = 3` | share of the users, relative to the other classes (1) |
/// | `fixed_count = 2` | exactly this many users, started before those by weight |
/// | `wait = between(1.0, 5.0)` | the wait between two tasks, a `Wait<State>` (none) |
/// | `name = "…"` | the name of the class (the type's) |
/// | `host = "…"` | the host when `--host` gives none |
/// | `flows(Flow = 40, …)` | flows and how often they are drawn |
/// | `make = Reader::new` | makes the state from `&NewUser<'_>` (`State::default()`) |
/// | `state = Reader` | on a struct: the type of the state (the struct itself) |
/// | `on_start = …`, `on_stop = …` | on a struct: functions that run when a user starts and stops |
///
/// The first paragraph of the doc comment becomes the description of the class.
#[proc_macro_attribute]
pub fn user(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::user(args.into(), item.into()).into()
}

/// Makes a flow, a named group of tasks, of the `impl` block of a unit struct: adds
/// `pub fn flow() -> Flow<State>` to it.
///
/// The functions take the state of the user as their first argument; its type is the flow's.
///
/// | argument | meaning |
/// | --- | --- |
/// | `name = "…"` | the name of the flow (the type's) |
/// | `sticky` | users stay until a task returns `TaskError::LeaveFlow` |
#[proc_macro_attribute]
pub fn flow(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::flow(args.into(), item.into()).into()
}

/// A task: an `async` function of an `impl` block with [`macro@user`] or [`macro@flow`].
///
/// | argument | meaning |
/// | --- | --- |
/// | `weight = 10` | how often it is drawn, relative to its neighbours (1); 0 switches it off |
/// | `tags("…", …)` | for `--tags` and `--exclude-tags`, and for the rows of its requests |
/// | `name = "…"` | the name in reports (the function's) |
/// | `sends_nothing` | it makes no request, and that is meant |
#[proc_macro_attribute]
pub fn task(_args: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("task", item.into()).into()
}

/// The function that runs when a user starts, or whenever it enters a flow.
#[proc_macro_attribute]
pub fn on_start(_args: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("on_start", item.into()).into()
}

/// The function that runs when a user stops, or whenever it leaves a flow.
#[proc_macro_attribute]
pub fn on_stop(_args: TokenStream, item: TokenStream) -> TokenStream {
    expand::misplaced("on_stop", item.into()).into()
}
