//! The terminal view: one screen that follows a run, from the same views as the live page.
//!
//! What is drawn is a function of a view and of the course of the run up to it (`draw/`, `trends.rs`).
//! Here is the thread that draws, about once a second; the way of the terminal there and back is in
//! `screen.rs`. Keys come by `keys.rs` as they do without it.

mod canvas;
mod draw;
mod screen;
#[cfg(test)]
mod tests;
mod trends;

use std::io::{self, Write as _};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anstream::ColorChoice;
use katydid_core::Row;
use katydid_web::{Board, View};
use terminal_size::{Height, Width};

use crate::console::Console;
use crate::giving_way::giving_way;
use crate::signals::Watch;

use canvas::Canvas;
use draw::Scene;
pub(crate) use screen::{Screen, leave_with_panics};
use trends::Trends;

/// Between two looks at the board, the log and the size of the window.
const LOOK: Duration = Duration::from_millis(250);
/// How long a line of the log is seen.
const NEWS: Duration = Duration::from_secs(10);

/// A terminal that shows a run until this is dropped; then it is as it was, and what was said meanwhile
/// stands on it.
#[derive(Debug)]
pub(crate) struct Tui {
    screen: Arc<Screen>,
    end: Arc<End>,
}

/// Tells the thread that draws to end.
type End = (Mutex<bool>, Condvar);

/// Whether there can be a view; says why not to who `asked` for it.
pub(crate) fn is_possible(asked: &str, watch: &Watch, console: &Console) -> bool {
    let why_not = match (watch.has_keys(), Screen::is_possible()) {
        (true, true) => return true,
        (false, _) => "stdin is no terminal",
        _ => "stderr is no terminal of this process that can be drawn on",
    };
    console.info(&format!("{asked} has no effect: {why_not}; the log tells the run"));
    false
}

impl Tui {
    /// Takes the terminal and draws what is on the board.
    pub(crate) fn start(board: &Board, watch: &Watch, console: &Console) -> Option<Self> {
        let screen = Arc::clone(&watch.screen);
        let end: Arc<End> = Arc::default();
        let view = Follower::new(board.clone(), watch.page().is_some(), console.clone());
        let (of_thread, shown) = (Arc::clone(&end), Arc::clone(&screen));
        let follow = move || view.follow(&shown, &of_thread);
        let thread = std::thread::Builder::new().name("katydid-view".to_owned());
        let thread = giving_way(|| thread.spawn(follow));
        if let Err(fault) = thread {
            console.warning(&format!("no terminal view, there is no thread for it: {fault}"));
            return None;
        }
        screen.enter(console);
        Some(Self { screen, end })
    }
}

/// The thread is not waited for: it may be writing to a terminal that stands still.
impl Drop for Tui {
    fn drop(&mut self) {
        *self.end.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.end.1.notify_all();
        self.screen.leave();
    }
}

/// Looks at what can be seen of a run, and draws it when it is new.
struct Follower {
    board: Board,
    console: Console,
    has_page: bool,
    colour: bool,
    trends: Trends,
    /// The view of this number was taken; every request of it.
    taken: u64,
    all: Option<Row>,
    /// The newest line of the log, and since when.
    news: Option<(u64, String, Instant)>,
    heard: u64,
    canvas: Canvas,
    drawn: Option<Drawn>,
}

/// What a frame depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Drawn {
    view: u64,
    visit: u32,
    size: (u16, u16),
    news: Option<u64>,
}

impl Follower {
    fn new(board: Board, has_page: bool, console: Console) -> Self {
        let heard = console.log_after(0).last().map_or(0, |(number, _)| *number);
        Self {
            board,
            console,
            has_page,
            // As the environment wants it, like the console: NO_COLOR, CLICOLOR_FORCE.
            colour: anstream::AutoStream::choice(&io::stderr()) != ColorChoice::Never,
            trends: Trends::default(),
            taken: 0,
            all: None,
            news: None,
            heard,
            canvas: Canvas::default(),
            drawn: None,
        }
    }

    /// Draws until the end.
    fn follow(mut self, screen: &Screen, end: &End) {
        loop {
            let view = self.look();
            screen.while_shown(|visit| self.draw(&view, visit));
            let over = end.0.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = end.1.wait_timeout_while(over, LOOK, |over| !*over);
            if *waited.unwrap_or_else(PoisonError::into_inner).0 {
                return;
            }
        }
    }

    /// Takes in what is new.
    fn look(&mut self) -> Arc<View> {
        let view = self.board.view();
        if view.number != self.taken {
            self.taken = view.number;
            self.all = view.run.as_ref().map(|run| run.snapshot.aggregated());
            if let Some(all) = &self.all {
                self.trends.take(&view, all);
            }
        }
        let now = Instant::now();
        if let Some((number, line)) = self.console.log_after(self.heard).pop() {
            self.heard = number;
            self.news = Some((number, line, now));
        }
        self.news = self.news.take().filter(|(_, _, since)| now - *since < NEWS);
        view
    }

    /// Draws a frame if it is another than the last one. A terminal that takes nothing ends nothing.
    fn draw(&mut self, view: &View, visit: u32) {
        let size = terminal_size::terminal_size_of(io::stderr());
        let Some((Width(width), Height(height))) = size else { return };
        let (size, news) = ((width, height), self.news.as_ref());
        let heard = news.map(|(number, ..)| *number);
        let drawn = Drawn { view: view.number, visit, size, news: heard };
        if self.drawn == Some(drawn) {
            return;
        }
        let scene = Scene {
            view,
            all: self.all.as_ref(),
            trends: &self.trends,
            news: news.map(|(_, line, _)| line.as_str()),
            has_page: self.has_page,
            colour: self.colour,
        };
        let mut frame = canvas::empty(size);
        draw::draw(&mut frame, &scene);
        // On another visit anything may stand there.
        let anew = self.drawn.is_none_or(|before| before.visit != visit);
        let bytes = self.canvas.change_to(frame, anew);
        let _ = io::stderr().lock().write_all(bytes.as_bytes());
        self.drawn = Some(drawn);
    }
}
