//! So many calls in a second, no more.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// A bucket that holds a second's worth and is filled evenly, which is how Amazon counts.
#[derive(Debug)]
pub(super) struct Quota {
    per_second: f64,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Quota {
    pub(super) fn new(per_second: u32) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, bucket: Mutex::new(Bucket { left: per_second, at: Instant::now() }) }
    }

    /// Whether there is room for one more call now.
    pub(super) fn take(&self) -> bool {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let filled = now.duration_since(bucket.at).as_secs_f64() * self.per_second;
        bucket.left = (bucket.left + filled).min(self.per_second);
        bucket.at = now;
        if bucket.left < 1.0 {
            return false;
        }
        bucket.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Quota;

    #[tokio::test(start_paused = true)]
    async fn there_is_room_for_a_second_at_once_and_then_evenly() {
        let quota = Quota::new(100);
        let taken = || (0..1_000).filter(|_| quota.take()).count();
        assert_eq!(taken(), 100);
        tokio::time::advance(Duration::from_millis(50)).await;
        assert_eq!(taken(), 5);
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(taken(), 100);
    }
}
