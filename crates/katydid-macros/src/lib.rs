//! The attributes of Katydid: sugar over `katydid::User` and `katydid::Flow`, nothing more.
//!
//! Four files: this one (the doors), `attr.rs` (names of arguments), `check.rs` (functions; every
//! mistake is collected), `expand.rs` (what is written for the author). What they write is short
//! and without decisions: an argument becomes a call of the engine's method of its name, so the
//! compiler checks its value and the engine what it means. The crate `katydid` has the guide, and
//! examples with and without the attributes.

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
/// | `when_asked` | none, unless the class is named or `--tags` has a tag of one of its tasks |
/// | `wait = between(1.0, 5.0)` | the wait between two tasks, a `Wait<State>` (none) |
/// | `name = "…"` | the name of the class (the type's) |
/// | `host = "…"` | the host when `--host` gives none |
/// | `flows(Flow = 40, …)` | flows and how often they are drawn; without a weight, 1 |
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
/// The functions take the state of the user as their first argument; its type is the flow's. What
/// one round of a flow is, and how it is left, stands at `katydid::Flow`.
///
/// | argument | meaning |
/// | --- | --- |
/// | `sequential` | the tasks in order; weight n repeats one n times |
/// | `markov` | begins with the first task and goes on by `next(…)` of each |
/// | `sticky` | users stay, round after round, until a task returns `TaskError::LeaveFlow` |
/// | `flows(Inner = 2, …)` | flows inside it, behind its tasks |
/// | `wait = between(0.1, 0.5)` | the wait after each of its tasks (that of the class) |
/// | `tags("…", …)` | tags of all its tasks |
/// | `name = "…"` | the name of the flow (the type's) |
/// | `state = Reader` | the type of the state, for a flow without tasks of its own |
///
/// In a block with `#[flow]` or [`macro@user`] the attribute gives a flow the place of a task:
/// `#[flow(weight = 2, next(pay = 1))] fn looking() -> Flow<Reader> { Looking::flow() }`.
///
/// The first paragraph of the doc comment of the block becomes the description of the flow.
#[proc_macro_attribute]
pub fn flow(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::flow(args.into(), item.into()).into()
}

/// A task: an `async` function of an `impl` block with [`macro@user`] or [`macro@flow`].
///
/// | argument | meaning |
/// | --- | --- |
/// | `weight = 10` | how often it is drawn, relative to its neighbours (1); 0 switches it off |
/// | `next(pay = 1, look = 3)` | in a markov flow: what may follow; without, the flow ends here |
/// | `tags("…", …)` | for `--tags` and `--exclude-tags`, and for the rows of its requests |
/// | `name = "…"` | the name in reports (the function's) |
/// | `sends_nothing` | it makes no request, and that is meant |
///
/// The first paragraph of the doc comment becomes the description of the task.
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
