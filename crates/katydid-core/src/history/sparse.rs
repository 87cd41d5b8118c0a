//! Times of a short interval, kept as the few histogram buckets that they fill, in few bytes.

use std::time::Duration;

use crate::Latency;

/// Buckets of a histogram of three digits that are 1 µs wide; from here on widths double with every
/// half as many.
const FINE: u64 = 2_048;

/// Times of one row in one interval, exactly as a [`Latency`] of three digits has them: a hundredth
/// of its memory when there are few.
///
/// A bucket is its distance from the one before and its count. One byte says both while the count
/// is 1 and the distance at most 64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sparse {
    bytes: Box<[u8]>,
    len: u64,
    min_ns: u64,
    max_ns: u64,
    sum_ns: u128,
}

impl Sparse {
    /// What `times` holds; `None` when that is nothing.
    pub(crate) fn of(times: &Latency) -> Option<Self> {
        let nanos = |time: Duration| time.as_nanos() as u64;
        let (min_ns, max_ns) = (times.min().map(nanos)?, times.max().map(nanos)?);
        let buckets = times.buckets().map(|(edge, count)| (index(edge), count));
        let (len, sum_ns) = (times.len(), times.sum().as_nanos());
        Some(Self { bytes: encode(buckets), len, min_ns, max_ns, sum_ns })
    }

    /// These times and those of `other`.
    pub(crate) fn merge(&self, other: &Self) -> Self {
        Self {
            bytes: encode(Merge { left: self.buckets(), right: other.buckets() }),
            len: self.len + other.len,
            min_ns: self.min_ns.min(other.min_ns),
            max_ns: self.max_ns.max(other.max_ns),
            sum_ns: self.sum_ns + other.sum_ns,
        }
    }

    /// How many times these are.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Bytes of memory beside the value itself.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.len()
    }

    /// Adds these times to `times`, which has three digits too.
    pub(crate) fn add_to(&self, times: &mut Latency) {
        let buckets = self.buckets().map(|(index, count)| (lowest(index), count));
        times.add_buckets(buckets, (self.min_ns, self.max_ns), self.sum_ns);
    }

    /// All times added up, in ns.
    pub(crate) fn sum_ns(&self) -> u128 {
        self.sum_ns
    }

    /// The shortest time and the longest, in ns.
    pub(crate) fn extremes(&self) -> (u64, u64) {
        (self.min_ns, self.max_ns)
    }

    /// The buckets (number, count) in ascending order.
    pub(crate) fn buckets(&self) -> Buckets<'_> {
        let mut buckets = Buckets { rest: &self.bytes, index: 0, head: None };
        buckets.advance();
        buckets
    }
}

/// The number of the bucket in which a time of so many µs lies, counted from 0.
fn index(micros: u64) -> u64 {
    if micros < FINE {
        return micros;
    }
    let shift = u64::from(u64::BITS - micros.leading_zeros()) - 11;
    shift * (FINE / 2) + (micros >> shift)
}

/// The shortest time of a bucket, in µs.
pub(crate) fn lowest(index: u64) -> u64 {
    if index < FINE {
        return index;
    }
    let shift = index / (FINE / 2) - 1;
    (index - shift * (FINE / 2)) << shift
}

fn encode(buckets: impl Iterator<Item = (u64, u64)>) -> Box<[u8]> {
    let mut bytes = Vec::new();
    let mut before = 0;
    for (index, count) in buckets {
        let many = count > 1;
        put(&mut bytes, (index - before) << 1 | u64::from(many));
        if many {
            put(&mut bytes, count - 2);
        }
        before = index;
    }
    bytes.into_boxed_slice()
}

/// Seven bits a byte, the lowest first; the top bit says that more follow.
fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    let mut shift = 0;
    loop {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return Some(number);
        }
        shift += 7;
    }
}

/// The buckets (number, count) in ascending order; `head` is the next one.
pub(crate) struct Buckets<'a> {
    rest: &'a [u8],
    index: u64,
    head: Option<(u64, u64)>,
}

impl Buckets<'_> {
    fn advance(&mut self) {
        self.head = take(&mut self.rest).and_then(|word| {
            self.index += word >> 1;
            let more = if word & 1 == 1 { take(&mut self.rest)? + 1 } else { 0 };
            Some((self.index, 1 + more))
        });
    }
}

impl Iterator for Buckets<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        let head = self.head?;
        self.advance();
        Some(head)
    }
}

/// The buckets of two sets, in ascending order.
struct Merge<'a> {
    left: Buckets<'a>,
    right: Buckets<'a>,
}

impl Iterator for Merge<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        match (self.left.head, self.right.head) {
            (Some(left), Some(right)) if left.0 == right.0 => {
                self.left.advance();
                self.right.advance();
                Some((left.0, left.1 + right.1))
            }
            (Some(left), Some(right)) if right.0 < left.0 => self.right.next(),
            (Some(_), _) => self.left.next(),
            _ => self.right.next(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn times(nanos: &[u64]) -> Latency {
        let mut times = Latency::default();
        for ns in nanos {
            times.record(*ns);
        }
        times
    }

    #[test]
    fn every_time_to_an_hour_keeps_its_bucket() {
        let edges = (0..32).flat_map(|bit| [(1u64 << bit) - 1, 1 << bit, (1 << bit) + 1]);
        for micros in edges.chain(2_000..5_000).map(|micros| micros.clamp(1, 3_600_000_000)) {
            let times = times(&[micros * 1_000]);
            let (edge, _) = times.buckets().next().unwrap();
            assert_eq!(index(edge), index(micros), "{micros}");
            let low = lowest(index(micros));
            assert!(low <= micros && index(low) == index(micros), "{micros}");
        }
    }

    #[test]
    fn a_thousand_equal_times_are_four_bytes() {
        let sparse = Sparse::of(&times(&[700_000; 1_000])).unwrap();
        assert_eq!((sparse.weight(), sparse.len()), (4, 1_000));
    }

    proptest! {
        /// Cut into intervals and put together again, in either way, it is the whole, bit for bit.
        #[test]
        fn percentiles_are_those_of_the_histogram(
            parts in prop::collection::vec(
                prop::collection::vec(0u64..4_000_000_000_000, 0..40), 0..6),
        ) {
            let (mut whole, mut again) = (Latency::default(), Latency::default());
            let mut merged: Option<Sparse> = None;
            for part in &parts {
                let times = times(part);
                whole.add(&times);
                if let Some(sparse) = Sparse::of(&times) {
                    sparse.add_to(&mut again);
                    merged = Some(merged.map_or(sparse.clone(), |before| before.merge(&sparse)));
                }
            }
            prop_assert_eq!(&again, &whole);
            prop_assert_eq!(merged, Sparse::of(&whole));
        }
    }
}
