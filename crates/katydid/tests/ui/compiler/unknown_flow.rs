//! The message points at the name of the flow.

use katydid::prelude::*;

#[derive(Default)]
struct Reader;

struct NoFlow;

#[user(state = Reader, flows(Synthesys = 1))]
struct Regular;

#[user(state = Reader, flows(NoFlow = 1))]
struct Heavy;

fn main() {}
