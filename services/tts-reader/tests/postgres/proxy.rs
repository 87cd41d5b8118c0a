//! A network between service and server that can break.

use std::sync::Arc;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    Fair,
    /// Connections are closed, new ones at once.
    Broken,
    /// The next connection that sends a COMMIT is closed before the answer; then all is fair.
    LosesOneAnswer,
    /// The same, and then all connections are.
    BreaksAtACommit,
    /// The answer to the next BEGIN is held back, …
    WillHoldABegin,
    /// … and is, until the weather is fair.
    HoldsABegin,
    /// Everything is swallowed: nothing arrives, nothing is closed.
    Silent,
}

/// Listens on loopback and passes on to the server.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    weather: Arc<watch::Sender<Weather>>,
}

impl Proxy {
    pub(crate) async fn before(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let weather = Arc::new(watch::Sender::new(Weather::Fair));
        let now = Arc::clone(&weather);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(pass(client, server.clone(), Arc::clone(&now)));
            }
        });
        Self { port, weather }
    }

    pub(crate) fn break_down(&self) {
        self.weather.send_replace(Weather::Broken);
    }

    pub(crate) fn fall_silent(&self) {
        self.weather.send_replace(Weather::Silent);
    }

    pub(crate) fn lose_the_answer_to_a_commit(&self) {
        self.weather.send_replace(Weather::LosesOneAnswer);
    }

    pub(crate) fn break_down_at_a_commit(&self) {
        self.weather.send_replace(Weather::BreaksAtACommit);
    }

    /// Holds the answer to the next BEGIN back until it is mended.
    pub(crate) fn hold_the_answer_to_a_begin(&self) {
        self.weather.send_replace(Weather::WillHoldABegin);
    }

    pub(crate) async fn until_it_holds(&self) {
        let mut weather = self.weather.subscribe();
        weather.wait_for(|now| *now == Weather::HoldsABegin).await.unwrap();
    }

    pub(crate) fn is_fair(&self) -> bool {
        *self.weather.borrow() == Weather::Fair
    }

    pub(crate) fn mend(&self) {
        self.weather.send_replace(Weather::Fair);
    }
}

async fn pass(mut client: TcpStream, server: String, all: Arc<watch::Sender<Weather>>) {
    let mut weather = all.subscribe();
    let now = *weather.borrow_and_update();
    if now == Weather::Broken {
        return;
    }
    let Ok(mut upstream) = TcpStream::connect(&server).await else { return };
    if now != Weather::Silent {
        tokio::select! {
            () = carry(&mut client, &mut upstream, &all) => return,
            changed = weather.wait_for(|now| matches!(now, Weather::Broken | Weather::Silent)) => {
                drop(changed);
            }
        }
    }
    // A connection that was swallowed stays so, whatever comes: only the ends can give up.
    let _ = weather.wait_for(|now| *now == Weather::Broken).await;
}

/// Carries bytes both ways until one end closes.
async fn carry(client: &mut TcpStream, upstream: &mut TcpStream, all: &watch::Sender<Weather>) {
    let (mut asked, mut answered) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                // Decided before the server can have done it.
                let now = *all.borrow();
                let says = |word: &[u8]| asked[..length].windows(word.len()).any(|it| it == word);
                let after_loss = match now {
                    Weather::LosesOneAnswer if says(b"COMMIT") => Some(Weather::Fair),
                    Weather::BreaksAtACommit if says(b"COMMIT") => Some(Weather::Broken),
                    _ => None,
                };
                let holds = now == Weather::WillHoldABegin && says(b"BEGIN");
                if upstream.write_all(&asked[..length]).await.is_err() {
                    return;
                }
                if let Some(next) = after_loss {
                    // The server has it, and nobody will hear of it.
                    let _ = upstream.read(&mut answered).await;
                    all.send_replace(next);
                    return;
                }
                if holds {
                    all.send_replace(Weather::HoldsABegin);
                    let mut weather = all.subscribe();
                    let _ = weather.wait_for(|now| *now == Weather::Fair).await;
                }
            }
            read = upstream.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}
