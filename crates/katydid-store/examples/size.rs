//! How large the file of a run becomes, and how long it takes to write and to read.
//!
//! `cargo run --release -p katydid-store --example size -- [SECONDS] [NAMES] [REQUESTS PER SECOND]`
#![expect(clippy::print_stdout, reason = "a figure is what it is for")]

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use katydid_core::{Phases, Recorder, RecorderLimits, RunEvent, Sample, Snapshot, StopReason};
use katydid_store::{Cut, Ending, Header, Load, Place, Saved, Saver};
use rand::{Rng as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

const THREADS: usize = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let mut number = |or: u64| numbers.next().unwrap_or(Ok(or));
    let (seconds, names, rate) = (number(3_600)?, number(20)?, number(500)?);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("run.ktd");
    let mut saver = Saver::create(&path, header())?;
    let mut threads = [0; THREADS].map(|_| Recorder::new(0, RecorderLimits::default()));
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let tags: Arc<[Arc<str>]> = Arc::from(["tts".into(), "critical".into()]);
    let mut snapshot = Snapshot::new(&[], &[], THREADS);
    let (mut saving, mut requests) = (Duration::ZERO, 0);
    for second in 1..=seconds {
        for (thread, recorder) in threads.iter_mut().enumerate() {
            for _ in 0..rate / THREADS as u64 {
                let name = format!("/api/number/{}", random.next_u64() % names);
                let row = recorder.row("GET", &name, &tags);
                recorder.success(row, &sample(second, random.next_u64()));
                requests += 1;
            }
            let interval = recorder.take(second * 1_000_000_000, &[], None);
            let begun = Instant::now();
            saver.event(&RunEvent::Measured { thread, interval: &interval });
            saving += begun.elapsed();
        }
        let at = Duration::from_secs(second);
        saver.event(&RunEvent::StepEnded { at });
        snapshot.tick(at);
        let begun = Instant::now();
        saver.event(&RunEvent::Tick(&snapshot));
        saving += begun.elapsed();
    }
    saver.finish(ending(&snapshot))?;
    let size = std::fs::metadata(&path)?.len();
    let begun = Instant::now();
    let read = Saved::open(&path, &Cut::default())?.snapshot.requests();
    println!(
        "{seconds} s, {names} names, {rate}/s, {THREADS} threads: {:.1} MB, {:.0} bytes a second; \
         {:.2} ms of the run's thread a second; {read} of {requests} requests read again in {:.1} s",
        size as f64 / 1e6,
        size as f64 / seconds as f64,
        saving.as_secs_f64() * 1e3 / seconds as f64,
        begun.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Log-normal around 40 ms.
fn sample(second: u64, random: u64) -> Sample {
    let uniform = |bits: u64| (bits & 0xffff) as f64 / 65_536.0;
    let normal = (0..4).map(|part| uniform(random >> (16 * part))).sum::<f64>() - 2.0;
    let response_ns = (40e6 * (normal * 1.2).exp()) as u64;
    let due_ns = second * 1_000_000_000;
    let phases = Phases { send_ns: 9_000, wait_ns: response_ns - 20_000, ..Phases::default() };
    let (sent_ns, first_byte_ns) = (due_ns, due_ns + response_ns - 20_000);
    let last_byte_ns = due_ns + response_ns;
    Sample { due_ns, sent_ns, first_byte_ns, last_byte_ns, phases, ..Sample::default() }
}

fn header() -> Header {
    Header {
        katydid: String::new(),
        suite: "size".to_owned(),
        scenario: None,
        label: None,
        started: SystemTime::UNIX_EPOCH,
        host: String::new(),
        load: Load { text: String::new(), users: 0, spawn_rate: 0.0, run_time: None, open: false },
        command: String::new(),
        place: Place {
            machine: String::new(),
            system: String::new(),
            processor: String::new(),
            cores: 2,
        },
        threads: THREADS,
        seed: 0,
        classes: Vec::new(),
        tasks: Vec::new(),
        phases: Vec::new(),
        targets: Vec::new(),
        expectations: Vec::new(),
        failed_code: 1,
        strict: false,
        settings: Vec::new(),
    }
}

fn ending(snapshot: &Snapshot) -> Ending {
    Ending::new(SystemTime::UNIX_EPOCH, StopReason::RunTime, snapshot.closing())
}
