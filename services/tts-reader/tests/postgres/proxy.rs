//! A network between service and server that can break.

use std::sync::Arc;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    Fair,
    /// Connections are closed, new ones at once.
    Broken,
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
                tokio::spawn(pass(client, server.clone(), now.subscribe()));
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

    pub(crate) fn mend(&self) {
        self.weather.send_replace(Weather::Fair);
    }
}

async fn pass(mut client: TcpStream, server: String, mut weather: watch::Receiver<Weather>) {
    let now = *weather.borrow_and_update();
    if now == Weather::Broken {
        return;
    }
    let Ok(mut upstream) = TcpStream::connect(&server).await else { return };
    if now == Weather::Fair {
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut upstream) => return,
            changed = weather.wait_for(|now| *now != Weather::Fair) => drop(changed),
        }
    }
    // A connection that was swallowed stays so, whatever comes: only the ends can give up.
    let _ = weather.wait_for(|now| *now == Weather::Broken).await;
}
