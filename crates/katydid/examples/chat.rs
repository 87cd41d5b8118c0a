//! WebSockets: a user that keeps one and asks on it, and one that listens until the server is done.
//! The test target of this repository has the other side:
//! `cargo run -p katydid-testkit --bin test-target -- --bind 127.0.0.1:8000`, then
//! `cargo run --example chat -- --headless -u 20 -r 10 -t 30s -H http://127.0.0.1:8000`.

use std::process::ExitCode;
use std::time::Duration;

use katydid::prelude::*;

/// An answer that takes longer is none.
const LIMIT: Duration = Duration::from_secs(10);

/// Asks on one WebSocket, which it keeps from task to task.
#[derive(Default)]
struct Chatter {
    socket: Option<WebSocket>,
}

#[user(weight = 3, wait = between(0.5, 1.5))]
impl Chatter {
    #[task]
    async fn ask(&mut self, api: &mut Session) -> TaskResult {
        let question = format!("question {}", api.random(1..=1_000));
        let socket = self.line(api).await?;
        // One time for question and answer.
        let answer = socket.exchange(json!({ "ask": question }), LIMIT).await?;
        answer.check("it answers this question", |answer| answer.text().contains(&question))?;
        Ok(())
    }

    #[on_stop]
    async fn leave(&mut self, _api: &mut Session) -> TaskResult {
        if let Some(socket) = self.socket.take() {
            socket.close().await?;
        }
        Ok(())
    }
}

impl Chatter {
    /// The open WebSocket, a new one where the server has ended the last.
    async fn line(&mut self, api: &mut Session) -> TaskResult<&mut WebSocket> {
        if self.socket.as_ref().is_none_or(|socket| !socket.is_open()) {
            let socket = api.websocket("/ws/echo").name("/chat").subprotocol("chat");
            self.socket = Some(socket.connect().await?);
        }
        Ok(self.socket.as_mut().expect("it was just opened"))
    }
}

/// Follows something to its end, a message at a time.
#[derive(Default)]
struct Listener;

#[user(wait = between(1.0, 2.0))]
impl Listener {
    #[task]
    async fn follow(&mut self, api: &mut Session) -> TaskResult {
        let mut socket = api.websocket("/ws/count/10").name("/news").connect().await?;
        let mut last = None;
        // Until the server closes, in good order.
        while let Some(message) = socket.next(LIMIT).await? {
            let number = message.json::<u64>().ok();
            message.check("every message is a later one", |_| number > last)?;
            last = number;
        }
        Ok(())
    }
}

fn main() -> ExitCode {
    katydid::main(Suite::new("chat").about("Users of a chat.").user::<Chatter>().user::<Listener>())
}
