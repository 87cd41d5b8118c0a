//! The one timer of an executor thread.

use std::future::Future as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is set to whatever comes next.
///
/// The runtime's own timers wake within a millisecond, which would be most of the response time of
/// a fast target in the open model, and most of the lateness that a thread sees of itself. Where the system has timers to the microsecond
/// ([`precise`]) one of these is used; in virtual time it must be the runtime's.
#[derive(Debug)]
pub(super) struct Alarm {
    sleep: Pin<Box<Sleep>>,
    #[cfg(target_os = "linux")]
    precise: Option<precise::Timer>,
}

impl Alarm {
    /// For a thread that needs it `precise`.
    pub(super) fn new(precise: bool) -> Self {
        #[cfg(not(target_os = "linux"))]
        let _ = precise;
        Self {
            sleep: Box::pin(sleep_until(Instant::now())),
            // Without one, the runtime's will do.
            #[cfg(target_os = "linux")]
            precise: precise.then(precise::Timer::new).and_then(Result::ok),
        }
    }

    /// Ready at `moment`, or at once when it is over.
    pub(super) fn poll(&mut self, moment: Instant, cx: &mut Context<'_>) -> Poll<()> {
        if moment <= Instant::now() {
            return Poll::Ready(());
        }
        #[cfg(target_os = "linux")]
        if let Some(timer) = &mut self.precise {
            match timer.poll(moment, cx) {
                Ok(ready) => return ready,
                Err(_) => self.precise = None,
            }
        }
        if self.sleep.deadline() != moment {
            self.sleep.as_mut().reset(moment);
        }
        self.sleep.as_mut().poll(cx)
    }
}

/// The kernel's timer as a file, which the runtime watches like a socket.
#[cfg(target_os = "linux")]
mod precise {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::task::{Context, Poll};
    use std::time::Duration;

    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::time::Instant;

    #[derive(Debug)]
    pub(super) struct Timer {
        file: AsyncFd<OwnedFd>,
        set: Option<Instant>,
    }

    #[expect(
        deprecated,
        reason = "the new name is unsafe for what is no owner of its file; an OwnedFd is"
    )]
    fn watched(file: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
        AsyncFd::with_interest(file, Interest::READABLE)
    }

    impl Timer {
        pub(super) fn new() -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let file = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            Ok(Self { file: watched(file)?, set: None })
        }

        /// Ready at `moment`, which is still to come.
        pub(super) fn poll(
            &mut self,
            moment: Instant,
            cx: &mut Context<'_>,
        ) -> io::Result<Poll<()>> {
            if self.set != Some(moment) {
                self.set_to(moment.saturating_duration_since(Instant::now()))?;
                self.set = Some(moment);
            }
            loop {
                let Poll::Ready(guard) = self.file.poll_read_ready(cx) else {
                    return Ok(Poll::Pending);
                };
                let mut guard = guard?;
                let mut times = [0; 8];
                let read = |file: &AsyncFd<OwnedFd>| Ok(rustix::io::read(file, &mut times)?);
                match guard.try_io(read) {
                    Ok(Ok(_)) => guard.clear_ready(),
                    Ok(Err(fault)) => return Err(fault),
                    Err(_still_silent) => continue,
                }
                if moment <= Instant::now() {
                    return Ok(Poll::Ready(()));
                }
                // An earlier moment rang.
                self.set_to(moment.saturating_duration_since(Instant::now()))?;
            }
        }

        fn set_to(&self, span: Duration) -> io::Result<()> {
            // 0 would switch it off.
            let span = span.max(Duration::from_nanos(1));
            let it_value = Timespec {
                tv_sec: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: span.subsec_nanos().into(),
            };
            let it_interval = Timespec { tv_sec: 0, tv_nsec: 0 };
            let value = Itimerspec { it_interval, it_value };
            timerfd_settime(&self.file, TimerfdTimerFlags::empty(), &value)?;
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    /// Both kinds, on the real clock: a nearer moment replaces a farther one and the other way
    /// round, and nothing rings early.
    #[tokio::test]
    async fn it_rings_at_the_last_moment_it_was_set_to() {
        for precise in [false, true] {
            let mut alarm = Alarm::new(precise);
            let start = Instant::now();
            let at = |ms| start + Duration::from_millis(ms);
            for far in [3_600_000, 60_000, 1] {
                // Looked at once, and then wanted no more.
                poll_fn(|cx| Poll::Ready(alarm.poll(at(far), cx).is_ready())).await;
            }
            poll_fn(|cx| alarm.poll(at(30), cx)).await;
            assert!(Instant::now() >= at(30) && Instant::now() < start + Duration::from_mins(1));
            poll_fn(|cx| alarm.poll(at(35), cx)).await;
            assert!(Instant::now() >= at(35));
        }
    }
}
