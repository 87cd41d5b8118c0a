//! What one scope measured on one side, laid out so that its numbers can be taken thousands of
//! times, each time with every block counted as often as it was drawn.

use std::ops::Range;

use super::block::{Run, upper_ns};
use crate::Metric;
use crate::recorder::RowKey;

/// Buckets of a histogram of three digits up to an hour.
const BUCKETS: usize = 24 << 10;

/// One scope of one side: numbers per block, all runs one after the other.
///
/// Percentiles need the number of requests up to a bucket for any weights. That is one sum over the
/// blocks for each look of a binary search, over counts that lie side by side in memory.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// The stretches of blocks, of all runs.
    pub(super) stretches: Vec<Range<usize>>,
    /// The blocks of each run.
    pub(super) runs: Vec<Range<usize>>,
    pub(super) seconds: Vec<f64>,
    pub(super) requests: Vec<f64>,
    pub(super) failures: Vec<f64>,
    /// Sum of the response times of a block, in ns.
    sums: Vec<f64>,
    /// The upper edges of the buckets that occur, in ns.
    edges: Vec<f64>,
    /// Requests up to and with a bucket: for each bucket, the blocks.
    below: Vec<u32>,
    extremes_ns: (f64, f64),
}

impl Group {
    pub(super) fn of(side: &[Run], wanted: impl Fn(&RowKey) -> bool) -> Self {
        let mut group = Self::empty();
        let mut seen = vec![false; BUCKETS];
        let mut wanted_rows = Vec::new();
        for run in side {
            let first = group.seconds.len();
            let rows: Vec<bool> = run.rows.iter().map(&wanted).collect();
            for stretch in &run.stretches {
                let begin = group.seconds.len();
                for block in stretch {
                    group.seconds.push(block.length.as_secs_f64());
                    let of_block = block.rows.iter().filter(|(row, _)| rows[*row as usize]);
                    let times: Vec<_> = of_block.map(|(_, times)| times).collect();
                    group.push(&times, &mut seen);
                    wanted_rows.push(times);
                }
                group.stretches.push(begin..group.seconds.len());
            }
            group.runs.push(first..group.seconds.len());
        }
        group.lay_out(&wanted_rows, &seen);
        group
    }

    fn empty() -> Self {
        Self {
            stretches: Vec::new(),
            runs: Vec::new(),
            seconds: Vec::new(),
            requests: Vec::new(),
            failures: Vec::new(),
            sums: Vec::new(),
            edges: Vec::new(),
            below: Vec::new(),
            extremes_ns: (f64::MAX, 0.0),
        }
    }

    fn push(&mut self, times: &[&super::Times], seen: &mut [bool]) {
        self.requests.push(times.iter().map(|it| it.requests()).sum::<u64>() as f64);
        self.failures.push(times.iter().map(|it| it.failures()).sum::<u64>() as f64);
        let parts = || times.iter().flat_map(|it| it.parts());
        self.sums.push(parts().map(|it| it.sum_ns() as f64).sum());
        for part in parts() {
            let (min_ns, max_ns) = part.extremes();
            let (low, high) = self.extremes_ns;
            self.extremes_ns = (low.min(min_ns as f64), high.max(max_ns as f64));
            part.buckets().for_each(|(bucket, _)| seen[bucket as usize] = true);
        }
    }

    fn lay_out(&mut self, blocks: &[Vec<&super::Times>], seen: &[bool]) {
        let occurring: Vec<usize> = (0..BUCKETS).filter(|bucket| seen[*bucket]).collect();
        let mut column = vec![0usize; BUCKETS];
        occurring.iter().enumerate().for_each(|(at, bucket)| column[*bucket] = at);
        self.edges = occurring.iter().map(|bucket| upper_ns(*bucket as u64)).collect();
        let width = blocks.len();
        self.below = vec![0; occurring.len() * width];
        for (at, times) in blocks.iter().enumerate() {
            for (bucket, count) in
                times.iter().flat_map(|it| it.parts()).flat_map(|it| it.buckets())
            {
                self.below[column[bucket as usize] * width + at] += count as u32;
            }
        }
        for at in width..self.below.len() {
            self.below[at] += self.below[at - width];
        }
    }

    pub(super) fn blocks(&self) -> usize {
        self.seconds.len()
    }

    /// Blocks in which there was a request.
    pub(super) fn busy_blocks(&self) -> usize {
        self.requests.iter().filter(|count| **count > 0.0).count()
    }

    pub(super) fn all_requests(&self) -> f64 {
        self.requests.iter().sum()
    }

    /// A number with every block counted so often as `weights` say; `None` without data.
    pub(super) fn value(&self, metric: Metric, weights: &[u32]) -> Option<f64> {
        let requests = dot(&self.requests, weights);
        if requests <= 0.0 {
            return None;
        }
        match metric {
            Metric::RequestRate => Some(requests / dot(&self.seconds, weights)),
            Metric::FailureRate => Some(dot(&self.failures, weights) / requests),
            Metric::MeanResponseTime => Some(dot(&self.sums, weights) / requests),
            Metric::ResponseTime(quantile) => Some(self.quantile(quantile, requests, weights)),
            _ => None,
        }
    }

    fn quantile(&self, quantile: f64, requests: f64, weights: &[u32]) -> f64 {
        let wanted = ((quantile * requests).ceil() as u64).max(1);
        let (mut low, mut high) = (0, self.edges.len() - 1);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.up_to(middle, weights) >= wanted { high = middle } else { low = middle + 1 }
        }
        self.edges[low].clamp(self.extremes_ns.0, self.extremes_ns.1)
    }

    fn up_to(&self, bucket: usize, weights: &[u32]) -> u64 {
        let counts = &self.below[bucket * self.blocks()..][..self.blocks()];
        counts
            .iter()
            .zip(weights)
            .map(|(count, weight)| u64::from(*count) * u64::from(*weight))
            .sum()
    }

    /// What each block does to a number whose value is `value`: above 0 where it raises it.
    pub(super) fn influence(&self, metric: Metric, value: f64) -> Vec<f64> {
        let blocks = 0..self.blocks();
        match metric {
            Metric::RequestRate => {
                blocks.map(|at| self.requests[at] - value * self.seconds[at]).collect()
            }
            Metric::FailureRate => {
                blocks.map(|at| self.failures[at] - value * self.requests[at]).collect()
            }
            Metric::ResponseTime(quantile) => {
                let bucket = self.edges.partition_point(|edge| *edge < value);
                let counts = &self.below[bucket.min(self.edges.len() - 1) * self.blocks()..];
                let above = |at: usize| quantile * self.requests[at] - f64::from(counts[at]);
                blocks.map(above).collect()
            }
            _ => blocks.map(|at| self.sums[at] - value * self.requests[at]).collect(),
        }
    }
}

fn dot(values: &[f64], weights: &[u32]) -> f64 {
    values.iter().zip(weights).map(|(value, weight)| value * f64::from(*weight)).sum()
}
