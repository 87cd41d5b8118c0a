//! The guide's four kinds of users: how they mix the flows and how long they think; and one that
//! follows jobs, for who asks for it.

use katydid::{between, user};

use crate::flows::{Authentication, Billing, Extraction, Health, Preferences, Progress, Synthesis};
use crate::reader::Reader;

/// Default, balanced: extracts articles, has them read aloud, looks after the account.
#[user(
    state = Reader,
    make = Reader::new,
    wait = between(1.0, 5.0),
    on_start = Reader::log_in_or_sign_up,
    on_stop = Reader::log_out,
    flows(
        Synthesis = 40,
        Extraction = 30,
        Preferences = 10,
        Billing = 10,
        Authentication = 5,
        Health = 5,
    ),
)]
#[derive(Debug)]
pub struct TTSReaderUser;

/// Aggressive: the surge after a campaign or a viral article.
#[user(
    state = Reader,
    make = Reader::new,
    wait = between(0.5, 2.0),
    on_start = Reader::log_in,
    on_stop = Reader::log_out,
    flows(Synthesis = 50, Extraction = 40, Health = 10),
)]
#[derive(Debug)]
pub struct BurstTrafficUser;

/// Power users with a high use of characters.
#[user(
    state = Reader,
    make = Reader::new,
    wait = between(2.0, 4.0),
    on_start = Reader::log_in,
    on_stop = Reader::log_out,
    flows(Synthesis = 70, Extraction = 20, Billing = 10),
)]
#[derive(Debug)]
pub struct HeavyTTSUser;

/// Browsing: trial users who look around.
#[user(
    state = Reader,
    make = Reader::new,
    wait = between(3.0, 8.0),
    on_start = Reader::log_in,
    on_stop = Reader::log_out,
    flows(Billing = 40, Health = 30, Preferences = 20, Authentication = 10),
)]
#[derive(Debug)]
pub struct ReadOnlyUser;

/// Follows its jobs over a WebSocket. Not one of the four: it runs when it is named, or with `--tags
/// websocket`.
#[user(
    state = Reader,
    make = Reader::new,
    when_asked,
    wait = between(1.0, 5.0),
    on_start = Reader::log_in,
    on_stop = Reader::log_out,
    flows(Progress),
)]
#[derive(Debug)]
pub struct WebSocketProgressUser;
