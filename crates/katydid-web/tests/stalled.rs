//! Readers that stop reading cost next to nothing: a program of its own, for its memory is measured.

#![cfg(target_os = "linux")]

mod client;
mod made_up;

use client::{Site, Stream};
use katydid_web::{Change, Director as _};

/// Of a stream: a batch of events, the buffer before the socket, the connection itself.
const MOST_PER_STREAM: u64 = 256 << 10;
const STREAMS: usize = 200;
/// What comes meanwhile, several times what the system keeps for a reader.
const SECONDS: u32 = 120;

/// Resident bytes of this program: server, clients and all.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this is Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it is told");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().expect("a number") << 10
}

#[test]
fn two_hundred_streams_of_which_half_stop_reading_cost_a_bounded_memory() {
    let site = Site::open();
    site.conductor.begin(&made_up::Wish::default());
    site.conductor.seconds(2);
    let mut watched = Stream::open(&site, &[]);
    watched.next_of("history");
    let before = resident();
    let mut streams: Vec<Stream> = (0..STREAMS).map(|_| Stream::open(&site, &[])).collect();
    streams.iter_mut().for_each(Stream::begin);
    let mut stalled = streams.split_off(STREAMS / 2);
    let readers: Vec<_> = streams.into_iter().map(Stream::drain).collect();
    let mut bytes = 0;
    for second in 3..=SECONDS {
        // What is sent grows, as in a run of which there is much to tell.
        site.conductor.change(Change::Mark("m".repeat(200))).expect("a run is on");
        site.conductor.second();
        // Second by second, so that each stream is to be sent each of them.
        loop {
            let snapshot = watched.next_of("snapshot").data;
            bytes += snapshot.to_string().len() as u64;
            if snapshot["elapsed"] == f64::from(second) {
                break;
            }
        }
    }
    let grown = resident().saturating_sub(before);
    let most = MOST_PER_STREAM * STREAMS as u64;
    assert!(
        grown < most,
        "{STREAMS} streams cost {} KiB, more than {} KiB",
        grown >> 10,
        most >> 10
    );
    // All of it kept for everybody would have been far more.
    assert!(bytes * STREAMS as u64 / 2 > 2 * most, "{bytes} bytes are no trial");
    // They are still there, and whoever reads again has the newest in the end.
    let slow = &mut stalled[0];
    while slow.next_of("snapshot").data["elapsed"] != f64::from(SECONDS) {}
    site.stop();
    let read: Vec<u64> = readers.into_iter().filter_map(|reader| reader.join().ok()).collect();
    assert!(read.iter().all(|count| *count > bytes / 2), "who reads has had it: {read:?}");
}
