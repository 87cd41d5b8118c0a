//! What the calling thread has used of the machine.

use std::time::Duration;

use katydid_core::ThreadUse;

/// What the calling thread has used since it began; `at` is the time of the run.
pub(crate) fn thread_use(at: Duration) -> ThreadUse {
    match schedstat() {
        Some((cpu, queued)) => ThreadUse { at, cpu: Some(cpu), queued: Some(queued) },
        None => ThreadUse { at, cpu: cpu_clock(), queued: None },
    }
}

/// Time on a CPU and time in its queue; both come with one small read.
#[cfg(target_os = "linux")]
fn schedstat() -> Option<(Duration, Duration)> {
    parse(&std::fs::read_to_string("/proc/thread-self/schedstat").ok()?)
}

#[cfg(not(target_os = "linux"))]
fn schedstat() -> Option<(Duration, Duration)> {
    None
}

#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "Linux alone has the file"))]
fn parse(text: &str) -> Option<(Duration, Duration)> {
    let mut words =
        text.split_ascii_whitespace().map(|word| word.parse().map(Duration::from_nanos));
    let times = (words.next()?.ok()?, words.next()?.ok()?);
    // A kernel that does not keep them says 0, which no thread that reads a file can have.
    (!times.0.is_zero()).then_some(times)
}

fn cpu_clock() -> Option<Duration> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_line_is_read() {
        let ns = Duration::from_nanos;
        assert_eq!(parse("59988 2553295 9\n"), Some((ns(59_988), ns(2_553_295))));
        assert_eq!(parse("0 0 0\n"), None);
        assert_eq!(parse("nonsense"), None);
    }

    #[test]
    fn a_thread_that_works_uses_its_cpu() {
        let before = cpu_clock().unwrap();
        while cpu_clock().unwrap() < before + Duration::from_millis(2) {
            std::hint::spin_loop();
        }
        let used = thread_use(Duration::ZERO).cpu.unwrap();
        assert!(used >= before + Duration::from_millis(2), "{used:?}");
    }
}
