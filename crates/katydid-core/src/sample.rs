//! One request as it was measured.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What came of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Answered, and everything that looked at the answer was content.
    #[default]
    Success,
    /// Failed in any way; the reason is recorded beside it.
    Failure,
}

/// How far the suite has looked at an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Not at all.
    #[default]
    Unseen,
    /// Only at its status.
    Status,
    /// At a header or the body, or it was checked in another way.
    Answer,
}

/// The moments of one request, in nanoseconds since the start of the run, and what it moved.
///
/// *Response time* is `last_byte_ns - due_ns`: what a user who came on time had to wait (R1).
/// *Service time* is `last_byte_ns - sent_ns`: what it took once the generator had begun.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sample {
    /// When the request should have begun by the schedule.
    pub due_ns: u64,
    /// When the generator began it: the first action on the network, a look-up or a connect
    /// included.
    pub sent_ns: u64,
    /// When the first byte of the answer came; the end of the request where none came.
    pub first_byte_ns: u64,
    /// When the last byte of the answer came, or when the request was given up.
    pub last_byte_ns: u64,
    /// Where the service time went; the phases add up to it (R14).
    pub phases: Phases,
    /// What was moved.
    pub bytes: Bytes,
    /// Redirects followed under the same name.
    pub redirects: u32,
    /// Connections that had to be opened.
    pub connections: u32,
    /// Seconds that the answer asks to wait before another request (`Retry-After`); 0 for nothing.
    pub retry_after_s: u32,
    /// How far the suite has looked at the answer.
    pub looked_at: Look,
    /// The suite has called an answer of status 400 or above a success without naming the status.
    pub excused: bool,
    /// The answer says that it came from a cache.
    pub cached: bool,
    /// Whether it repeats a request that came to nothing.
    pub retry: bool,
    /// Success or failure.
    pub outcome: Outcome,
}

impl Sample {
    /// Last byte − due, in ns.
    pub fn response_ns(&self) -> u64 {
        self.last_byte_ns.saturating_sub(self.due_ns)
    }

    /// Last byte − sent, in ns.
    pub fn service_ns(&self) -> u64 {
        self.last_byte_ns.saturating_sub(self.sent_ns)
    }
}

/// Bytes moved by one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bytes {
    /// Written to the socket (under TLS: before encryption).
    pub sent: u64,
    /// Read from the socket, heads and chunk marks included (under TLS: after decryption).
    pub received: u64,
    /// Body after decompression.
    pub body: u64,
}

impl std::ops::AddAssign for Bytes {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.received += other.received;
        self.body += other.body;
    }
}

/// Where the service time of one request went, in nanoseconds; hops of a redirect added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases {
    /// Name look-up.
    pub dns_ns: u64,
    /// TCP connect.
    pub connect_ns: u64,
    /// TLS handshake.
    pub tls_ns: u64,
    /// First to last byte of the request written.
    pub send_ns: u64,
    /// Last byte written to first byte read.
    pub wait_ns: u64,
    /// First to last byte of the answer.
    pub receive_ns: u64,
}

impl Phases {
    /// The sum of all phases, in ns.
    pub fn total_ns(&self) -> u64 {
        self.as_array().iter().sum()
    }

    /// How long each took, in the order of the fields.
    pub fn times(self) -> [Duration; 6] {
        self.as_array().map(Duration::from_nanos)
    }

    fn as_array(self) -> [u64; 6] {
        [self.dns_ns, self.connect_ns, self.tls_ns, self.send_ns, self.wait_ns, self.receive_ns]
    }
}

impl std::ops::AddAssign for Phases {
    fn add_assign(&mut self, other: Self) {
        self.dns_ns += other.dns_ns;
        self.connect_ns += other.connect_ns;
        self.tls_ns += other.tls_ns;
        self.send_ns += other.send_ns;
        self.wait_ns += other.wait_ns;
        self.receive_ns += other.receive_ns;
    }
}

/// Phases of many requests: sum and maximum of each, in the order dns, connect, tls, send, wait,
/// receive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseTotals {
    sum_ns: [u64; 6],
    max_ns: [u64; 6],
}

impl PhaseTotals {
    /// Names of the phases, in order.
    pub const NAMES: [&'static str; 6] = ["dns", "connect", "tls", "send", "wait", "receive"];

    pub(crate) fn record(&mut self, phases: Phases) {
        for (index, ns) in phases.as_array().into_iter().enumerate() {
            self.sum_ns[index] += ns;
            self.max_ns[index] = self.max_ns[index].max(ns);
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for index in 0..6 {
            self.sum_ns[index] += other.sum_ns[index];
            self.max_ns[index] = self.max_ns[index].max(other.max_ns[index]);
        }
    }

    /// Time spent in each phase by all requests together, in ns.
    pub fn sums_ns(&self) -> [u64; 6] {
        self.sum_ns
    }

    /// The longest stay in each phase, in ns.
    pub fn maxima_ns(&self) -> [u64; 6] {
        self.max_ns
    }
}
