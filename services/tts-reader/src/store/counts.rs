//! How often in the last hour: counts that all services on one PostgreSQL share.
//!
//! One statement counts tries or refuses them. It holds the rows of their keys while it looks, so of many
//! that come at once, to whichever service, exactly as many pass as there is room for. A row is a short
//! list of stretches of time and how often something passed in each. The clock is the database's.

use super::{Store, StoreError, retry::again, rows::from_row};

const HOUR: i64 = 3_600;
/// Up to this limit a stretch is one second.
const EXACT: u32 = 120;
/// Seconds of a stretch beyond it, which bounds the list.
const COARSE: i64 = 30;

/// Whose tries are counted: a hash, so that a key is short and of any characters.
pub(crate) type Key = [u8; 16];

/// What became of all tries of one key in one statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tally {
    /// How many of them passed.
    passes: i64,
    /// Those that passed within the hour, these included.
    total: i64,
    oldest: i64,
    seen: i64,
}

from_row!(Tally { passes, total, oldest, seen });

impl Tally {
    /// What became of one of them: the first that came are the ones that passed, and each is told another
    /// number.
    pub(super) fn of(&self, nth: i64) -> Count {
        let passed = nth < self.passes;
        let later = if passed { self.passes - 1 - nth } else { 0 };
        Count { passed, total: self.total - later, oldest: self.oldest, seen: self.seen }
    }
}

/// What became of a try, and what there is in the hour now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) passed: bool,
    /// Those that passed within the hour.
    pub(crate) total: i64,
    /// Second at which the oldest of them began its stretch.
    oldest: i64,
    /// The second of now.
    seen: i64,
}

impl Count {
    /// Seconds until the oldest leaves the hour: a stretch leaves when all of it is an hour old.
    pub(crate) fn reset(&self, limit: u32) -> u64 {
        let leaves = self.oldest + stretch(limit) + HOUR;
        (leaves - self.seen).max(1).unsigned_abs()
    }
}

/// Seconds of one stretch under that limit.
pub(super) fn stretch(limit: u32) -> i64 {
    if limit <= EXACT { 1 } else { COARSE }
}

/// Counts tries, one for each row of `asked (key)`: `$1` is the seconds of a stretch, `$2` the limit. The
/// sums run on, so that what passed in a part of the list is one subtraction. Stretches that left the hour
/// are dropped; they are a beginning of the list, which is in order. A clock that is set back stands still
/// until it is later than it was. Keys are held in their order: two statements never wait for each other.
macro_rules! count {
    () => {
        "INSERT INTO hourly_counts AS c (key, starts, sums, base, seen, passed, passes)
         SELECT key, ARRAY[instant - instant % $1], ARRAY[tries], 0, instant, TRUE, tries
         FROM (SELECT key, least(count(*), $2) AS tries FROM asked GROUP BY key) AS wanted,
              (SELECT floor(extract(epoch FROM now()))::bigint AS instant) AS server
         ORDER BY key
         ON CONFLICT (key) DO UPDATE SET (starts, sums, base, seen, passed, passes) = (
             SELECT
                 CASE WHEN pass = 0 OR newest = start THEN c.starts[gone + 1:]
                      ELSE c.starts[gone + 1:] || start END,
                 CASE WHEN pass = 0 THEN c.sums[gone + 1:]
                      WHEN newest = start THEN c.sums[gone + 1:last - 1] || (sum + pass)
                      ELSE c.sums[gone + 1:] || (sum + pass) END,
                 sum - used,
                 instant,
                 pass > 0,
                 pass
             FROM (SELECT past.*, greatest(least(excluded.passes, $2 - used), 0) AS pass
                   FROM (SELECT list.*, sum - coalesce(c.sums[gone], c.base) AS used,
                                instant - instant % $1 AS start
                         FROM (SELECT clock.*,
                                      width_bucket(instant - 3600 - $1, c.starts) AS gone,
                                      coalesce(c.sums[last], c.base) AS sum,
                                      c.starts[last] AS newest
                               FROM (SELECT greatest(c.seen, excluded.seen) AS instant,
                                            cardinality(c.starts) AS last) AS clock)
                         AS list) AS past) AS kept)
         RETURNING key, passes, coalesce(sums[cardinality(sums)], base) - base AS total,
                   starts[1] AS oldest, seen"
    };
}
pub(super) use count;

/// One try by itself.
const COUNT: &str = concat!("WITH asked AS (SELECT $3::bytea AS key) ", count!());

/// Takes the last one that passed out of its stretch.
const GIVE_BACK: &str = "
    UPDATE hourly_counts AS c SET (starts, sums) = (
        SELECT CASE WHEN left_over THEN c.starts ELSE c.starts[:last - 1] END,
               CASE WHEN left_over THEN c.sums[:last - 1] || (c.sums[last] - 1)
                    ELSE c.sums[:last - 1] END
        FROM (SELECT last, c.sums[last] - 1 > coalesce(c.sums[last - 1], c.base) AS left_over
              FROM (SELECT cardinality(c.sums) AS last) AS list) AS stretch)
    WHERE key = $1 AND cardinality(sums) > 0";

/// Those of whom nothing is left in any hour.
const FORGET: &str = "
    DELETE FROM hourly_counts
    WHERE seen < floor(extract(epoch FROM now()))::bigint - $1";

impl Store {
    /// Counts a try, unless it is one too many.
    ///
    /// A statement whose connection broke is made again and may so be counted twice: the limit is then
    /// reached early, never passed.
    pub(crate) async fn count(&self, key: &Key, limit: u32) -> Result<Count, StoreError> {
        again(|| async move {
            // The statement is a transaction by itself.
            let mut connection = self.read().await?;
            let counting = connection.sql(COUNT).bind(stretch(limit)).bind(i64::from(limit));
            let tally: Tally = counting.bind(&key[..]).fetch_one().await?;
            Ok(tally.of(0))
        })
        .await
    }

    /// Takes one back that was counted.
    pub(crate) async fn uncount(&self, key: &Key) -> Result<(), StoreError> {
        again(|| async move {
            self.read().await?.sql(GIVE_BACK).bind(&key[..]).execute().await?;
            Ok(())
        })
        .await
    }

    /// Removes what nobody needs any more; returns how many keys.
    pub(crate) async fn forget_counts(&self) -> Result<u64, StoreError> {
        if !self.is_shared() {
            return Ok(0);
        }
        again(|| async move { self.read().await?.sql(FORGET).bind(HOUR + COARSE).execute().await })
            .await
    }
}
