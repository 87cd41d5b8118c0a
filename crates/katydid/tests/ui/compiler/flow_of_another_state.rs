//! A flow works on the state of the class that uses it; the message points at its name.

use katydid::prelude::*;

#[derive(Default)]
struct Reader;

#[derive(Default)]
struct Listener;

struct Paying;

#[flow]
impl Paying {
    #[task]
    async fn pay(_reader: &mut Reader, _api: &mut Session) -> TaskResult {
        Ok(())
    }
}

#[user(state = Listener, flows(Paying = 1))]
struct Regular;

fn main() {}
