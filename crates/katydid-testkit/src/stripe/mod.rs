//! A double of Stripe's API over HTTP.
//!
//! What is sold, paid and refunded is in `books.rs`; `api.rs` reads requests and writes answers;
//! `events.rs` signs and delivers what happened; `server.rs` listens.

mod api;
mod books;
mod checkout;
mod events;
mod server;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::sync::watch;

use books::Books;
pub use events::stripe_signature;

/// A running double. It stops when it is dropped.
#[derive(Debug)]
pub struct StripeDouble {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Something that happened, and of which an event tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The event's id.
    pub event: String,
    /// Its type, such as `charge.refunded`.
    pub kind: String,
}

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StripeFailure {
    /// 429, as for too many calls.
    Throttled,
    /// 500.
    Broken,
    /// The connection ends without an answer.
    Closed,
    /// The call is done, but the connection ends before the answer: the caller cannot know.
    Lost,
    /// No answer, for as long as the client waits.
    Silent,
}

#[derive(Debug)]
pub(crate) struct Shared {
    books: Mutex<Books>,
}

impl Shared {
    fn books(&self) -> MutexGuard<'_, Books> {
        // A test that failed has said so already.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StripeDouble {
    /// The key that callers must show.
    pub const KEY: &'static str = "sk_test_double_0123456789abcdef";
    /// What events are signed with.
    pub const WEBHOOK_SECRET: &'static str = "whsec_double_0123456789abcdef";

    /// Starts a double on a free loopback port.
    ///
    /// # Panics
    /// When the machine has no port or thread left: a test cannot go on.
    pub fn spawn() -> Self {
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0)))
            .expect("a loopback port and a thread are free")
    }

    /// Starts a double on this address.
    ///
    /// # Errors
    /// When the address cannot be bound or a thread cannot be started.
    pub fn listen(bind: SocketAddr) -> io::Result<Self> {
        let listener = crate::server::listen(bind)?;
        let address = listener.local_addr()?;
        let books = Mutex::new(Books::new(format!("http://{address}")));
        let shared = Arc::new(Shared { books });
        let stop = watch::Sender::new(false);
        let thread = server::start(listener, Arc::clone(&shared), stop.subscribe())?;
        Ok(Self { address, shared, stop, thread: Some(thread) })
    }

    /// `http://127.0.0.1:port`, what the API's address begins with.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where events are delivered.
    pub fn deliver_to(&self, url: &str) {
        self.shared.books().webhook = Some(url.to_owned());
    }

    /// How many calls of the API came in, those that went wrong on order included.
    pub fn calls(&self) -> u64 {
        self.shared.books().calls
    }

    /// Lets the next `times` calls go wrong, after those that were ordered before.
    pub fn fail(&self, failure: StripeFailure, times: usize) {
        self.shared.books().failures.extend(std::iter::repeat_n(failure, times));
    }

    /// Moves the clock of events: what happens from now on happens so many seconds later. Signatures
    /// are of the real time.
    pub fn advance(&self, seconds: i64) {
        self.shared.books().ahead += seconds;
    }

    /// The checkouts that were opened, oldest first.
    pub fn sessions(&self) -> Vec<String> {
        self.shared.books().sessions()
    }

    /// An object as the API would show it.
    pub fn object(&self, id: &str) -> Option<Value> {
        self.shared.books().get(id).cloned()
    }

    /// Changes an object behind everybody's back.
    ///
    /// # Panics
    /// When there is no such object, as every method that takes an id.
    pub fn edit(&self, id: &str, change: impl FnOnce(&mut Value)) {
        change(self.shared.books().existing(id));
    }

    /// Somebody pays a checkout. Returns what happened, in Stripe's order; nothing is delivered yet.
    pub fn pay(&self, session: &str) -> Vec<Happened> {
        self.shared.books().pay(session)
    }

    /// Somebody completes a checkout with a payment that takes days; [`StripeDouble::pay`] is its
    /// arrival.
    pub fn complete_unpaid(&self, session: &str) -> Vec<Happened> {
        self.shared.books().complete_unpaid(session)
    }

    /// So many cents of a payment go back.
    pub fn refund(&self, payment: &str, cents: i64) -> Happened {
        self.shared.books().refund(payment, cents).expect("so much is there to go back")
    }

    /// The buyer asks the bank for so many cents of a payment, and the bank takes them. Returns what
    /// happened, and the dispute's id.
    pub fn dispute(&self, payment: &str, cents: i64) -> (Vec<Happened>, String) {
        let mut books = self.shared.books();
        let happened = books.dispute(payment, cents).expect("so much was paid");
        let about = &books.existing(&happened[0].event)["data"]["object"]["id"];
        let id = about.as_str().expect("a dispute has an id").to_owned();
        (happened, id)
    }

    /// The bank decides a dispute, for the shop or for the buyer.
    pub fn decide(&self, dispute: &str, won: bool) -> Vec<Happened> {
        self.shared.books().decide(dispute, won)
    }

    /// A subscription changes its status; `canceled` is its end.
    pub fn change_subscription(&self, id: &str, status: &str) -> Happened {
        self.shared.books().change_subscription(id, status)
    }

    /// An event's body, as it is signed and delivered.
    pub fn payload(&self, event: &str) -> String {
        self.shared.books().existing(event).to_string()
    }

    /// Delivers an event, signed now. Done again, it is a redelivery. Returns the status of the
    /// answer.
    ///
    /// # Errors
    /// When there is nobody to deliver to, or no answer.
    pub async fn deliver(&self, event: &str) -> io::Result<u16> {
        events::deliver(&self.shared, event).await
    }

    /// Serves until the process ends.
    pub fn serve_forever(mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic has been reported by the thread itself.
            let _ = thread.join();
        }
    }
}

impl Drop for StripeDouble {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
