//! The live page over a run that is made up: `cargo run -p katydid-web --example demo [PORT]`.
//!
//! Nothing is sent to anybody. The same second always has the same numbers, so whoever works on the
//! page sees the same twice. A run is started in the page, or at once with `--autostart`.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use katydid_web::{Board, Server, ServerSettings};

#[path = "../tests/made_up/mod.rs"]
mod made_up;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let port = words.iter().find_map(|word| word.parse().ok()).unwrap_or(8089);
    let board = Board::new();
    let director = Arc::new(made_up::Conductor::new(board.clone()));
    let server = Server::bind(ServerSettings { port, ..ServerSettings::default() })?;
    let conductor: Arc<made_up::Conductor> = Arc::clone(&director);
    let running = server.spawn(board, director, made_up::suite())?;
    writeln!(std::io::stdout(), "The page is at {}", running.url())?;
    if words.iter().any(|word| word == "--autostart") {
        conductor.begin(&made_up::Wish::default());
    }
    let begun = std::time::Instant::now();
    for second in 1.. {
        // A park may end early; the clock decides.
        let due = Duration::from_secs(second);
        while let Some(left) = due.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            std::thread::park_timeout(left);
        }
        conductor.second();
    }
    Ok(())
}
