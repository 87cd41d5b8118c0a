//! Two hours of the live page in a few minutes: a made-up run whose seconds pass faster than those of
//! the clock. `cargo run -p katydid-web --example hours -- [SECONDS [MILLISECONDS]]`: so many seconds
//! (7,200), each of which takes so many milliseconds (100).
//!
//! For `xtask/shows/long_page.py`, which holds a page open meanwhile and looks at the memory of both.
//! The run begins with a line on standard input, so that the page is there before it; the program ends
//! when that is closed. Nothing is sent to anybody.

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use katydid_web::{Board, Change, Director as _, Server, ServerSettings};

#[path = "../tests/made_up/mod.rs"]
mod made_up;

use made_up::{Conductor, Wish};

/// What is steered in turn, every ten minutes: the time line gets marks.
const USERS: [u32; 3] = [1_000, 600, 1_400];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let mut number = |usual: u64| words.next().map_or(Ok(usual), |word| word.parse());
    let (seconds, pace) = (number(7_200)?, Duration::from_millis(number(100)?));
    let board = Board::new();
    let conductor = Arc::new(Conductor::new(board.clone()));
    let server = Server::bind(ServerSettings { port: 0, ..ServerSettings::default() })?;
    let director: Arc<Conductor> = Arc::clone(&conductor);
    let running = server.spawn(board, director, made_up::suite())?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", running.url())?;
    out.flush()?;
    if std::io::stdin().read_line(&mut String::new())? == 0 {
        return Ok(());
    }
    let spawn_rate = 100.0;
    conductor.begin(&Wish { users: USERS[0], spawn_rate, more_names: 37, ..Wish::default() });
    let begun = Instant::now();
    for second in 1..=u32::try_from(seconds)? {
        let due = pace * second;
        // A park may end early; the clock decides.
        while let Some(left) = due.checked_sub(begun.elapsed()).filter(|left| !left.is_zero()) {
            std::thread::park_timeout(left);
        }
        if second % 600 == 0 {
            let users = USERS[(second / 600) as usize % USERS.len()];
            conductor.change(Change::Users { users, spawn_rate })?;
        }
        // So much that the page has as many lines as it keeps before the first half hour is over.
        for line in 1..=2 {
            conductor.say(&format!("INFO/katydid.main: line {line} of second {second}"));
        }
        conductor.second();
    }
    conductor.change(Change::Stop)?;
    conductor.second();
    writeln!(out, "over")?;
    out.flush()?;
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}
