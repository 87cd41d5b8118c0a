//! Which requests of one thread are worth keeping, decided before anything is written down.
//!
//! Of a row and class of failure that is the first two, and three at random: every failure draws a
//! rank, and the three lowest ranks of the run win. That needs no memory of those who lost, gives
//! each the same chance however many there will be, and the lowest ranks of all threads together
//! are a sample of all failures.

use hashbrown::HashMap;

use crate::Latency;
use crate::failure::FailureKind;
use crate::recorder::RowId;

/// The first failures of a row and class, kept whatever comes.
pub(super) const FIRST: usize = 2;
/// Failures of a row and class kept at random beside them.
pub(super) const SAMPLE: usize = 3;
/// The slowest successes kept of a row.
pub(super) const SLOWEST: usize = 3;
/// Successes of a row on one thread before the slow ones among them are told.
const ENOUGH: u64 = 100;
/// Pairs of row and class that a thread knows; what comes after is kept no more.
const MOST: usize = 1_000;

/// The lot that a request has drawn: lower ones win.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rank(pub(super) Option<u64>);

impl Rank {
    /// Of a success, which is kept for its time.
    pub const SLOW: Self = Self(None);
}

/// Decides for one thread.
#[derive(Debug, Default)]
pub(crate) struct Chooser {
    /// State of the lots.
    lots: u64,
    failed: HashMap<(RowId, FailureKind), Failed>,
    /// By row: response times from here on, in ns, are worth keeping.
    thresholds: Vec<u64>,
    slow: Vec<Slow>,
}

/// What a thread has seen of a row and class.
#[derive(Debug)]
struct Failed {
    first: usize,
    /// The lowest lots after the first ones, ascending.
    lowest: [u64; SAMPLE],
}

/// What a thread has seen of a row's successes.
#[derive(Debug, Default)]
struct Slow {
    successes: u64,
    /// The longest times kept, in ns, ascending; 0 for none.
    longest: [u64; SLOWEST],
}

impl Chooser {
    /// Its lots come from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self { lots: seed, ..Self::default() }
    }

    /// Makes room for a further row.
    pub(crate) fn add_row(&mut self) {
        self.thresholds.push(u64::MAX);
        self.slow.push(Slow::default());
    }

    /// Whether a success is worth keeping: the only question on its way.
    #[inline]
    pub(crate) fn is_slow(&self, row: RowId, response_ns: u64) -> bool {
        response_ns >= self.thresholds[row.index()]
    }

    /// A failure draws its lot. `None`: it need not be kept.
    pub(crate) fn failure(&mut self, row: RowId, kind: FailureKind) -> Option<Rank> {
        if self.failed.len() >= MOST && !self.failed.contains_key(&(row, kind)) {
            return None;
        }
        let lot = draw(&mut self.lots);
        let new = || Failed { first: 0, lowest: [u64::MAX; SAMPLE] };
        let failed = self.failed.entry((row, kind)).or_insert_with(new);
        if failed.first < FIRST {
            failed.first += 1;
            return Some(Rank(Some(lot)));
        }
        let last = &mut failed.lowest[SAMPLE - 1];
        if lot >= *last {
            return None;
        }
        *last = lot;
        failed.lowest.sort_unstable();
        Some(Rank(Some(lot)))
    }

    /// A slow success is kept. The next one must be slower by a twentieth than the least of three,
    /// so that a target that slows down steadily does not make every request a record.
    pub(crate) fn kept_slow(&mut self, row: RowId, response_ns: u64) {
        let longest = &mut self.slow[row.index()].longest;
        longest[0] = longest[0].max(response_ns);
        longest.sort_unstable();
        let next = longest[0] + longest[0] / 20;
        let threshold = &mut self.thresholds[row.index()];
        *threshold = next.max(*threshold);
    }

    /// Takes note of an interval's successes of a row. Once there are enough, those from its p99 on
    /// are slow.
    pub(crate) fn interval(&mut self, row: usize, succeeded: &Latency) {
        let (threshold, slow) = (&mut self.thresholds[row], &mut self.slow[row]);
        if *threshold < u64::MAX || succeeded.is_empty() {
            return;
        }
        slow.successes += succeeded.len();
        if slow.successes >= ENOUGH {
            let p99 = succeeded.quantile(0.99).unwrap_or_default();
            *threshold = p99.as_nanos() as u64;
        }
    }

    /// The statistics begin anew, and with them this.
    pub(crate) fn reset(&mut self) {
        self.failed.clear();
        self.thresholds.fill(u64::MAX);
        self.slow.fill_with(Slow::default);
    }
}

/// The next of a row of random numbers (`SplitMix64`).
fn draw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
