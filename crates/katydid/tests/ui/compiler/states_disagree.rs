//! The functions of a flow share one state.

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

    #[task]
    async fn refund(_listener: &mut Listener, _api: &mut Session) -> TaskResult {
        Ok(())
    }
}

fn main() {}
