//! How alike neighbouring seconds are, as far as they tell, and what follows from it.
//!
//! The mean of seconds that resemble their neighbours moves more than their spread says. By how much
//! hangs on the slowest waves of a series, of which a short run holds few: no run of ten seconds can
//! say it. So nothing is decided here. A family of shapes (a first-order process, with noise of its own
//! in each second on top) is held against the waves of both sides, each shape gets the weight that
//! they give it, and whoever asks draws a shape by weight. What a run is too short to know is then in
//! its intervals.

use std::collections::HashMap;
use std::f64::consts::PI;
use std::ops::Range;
use std::rc::Rc;

/// Correlations of neighbours that are thought of, apart from none at all. A run that is alike for
/// longer shows a drift, and no series as short as a run tells those apart.
const CORRELATIONS: [f64; 9] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/// Parts of the variance of a second that its neighbours share; the rest is its own: chance among few
/// requests.
const SHARED: [f64; 7] = [0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 1.0];
/// How likely it is, before anything is measured, that seconds have nothing to do with each other.
/// All else is equally likely.
const NOTHING: f64 = 0.3;
/// Faster waves of a long stretch say nothing about the slow ones.
const MOST_WAVES: usize = 512;

/// The waves of stretches of one length, and how strong each of them is in a first-order process.
#[derive(Debug)]
struct Waves {
    length: usize,
    /// Cosines, one wave after the other (DCT-II, orthonormal, without the constant).
    cosines: Vec<f64>,
    /// For each correlation, the variance of each wave where a second's is 1.
    strengths: Vec<Vec<f64>>,
    /// For each correlation, by what the variance of a mean is larger than without any.
    inflations: Vec<f64>,
}

impl Waves {
    fn of(length: usize) -> Self {
        let count = length.saturating_sub(1).min(MOST_WAVES);
        let mut cosines = Vec::with_capacity(count * length);
        let size = (2.0 / length as f64).sqrt();
        for wave in 1..=count {
            let step = PI * wave as f64 / length as f64;
            cosines.extend((0..length).map(|at| size * (step * (at as f64 + 0.5)).cos()));
        }
        let strength = |correlation: f64| {
            cosines.chunks(length.max(1)).map(|wave| variance(wave, correlation)).collect()
        };
        let strengths = CORRELATIONS.iter().map(|it| strength(*it)).collect();
        let mean = vec![1.0 / (length as f64).sqrt(); length];
        let inflations = CORRELATIONS.iter().map(|it| variance(&mean, *it)).collect();
        Self { length, cosines, strengths, inflations }
    }

    /// The squares of what a stretch has of each wave.
    fn squares(&self, series: &[f64]) -> Vec<f64> {
        let part = |wave: &[f64]| wave.iter().zip(series).map(|(wave, at)| wave * at).sum::<f64>();
        self.cosines.chunks(self.length.max(1)).map(|wave| part(wave).powi(2)).collect()
    }
}

/// The variance of a weighted sum of a first-order process of variance 1.
fn variance(weights: &[f64], correlation: f64) -> f64 {
    let (mut sum, mut before) = (0.0, 0.0);
    for weight in weights {
        sum += weight * (weight + 2.0 * before);
        before = correlation * (before + weight);
    }
    sum
}

/// The waves of every length that was met.
#[derive(Debug, Default)]
pub(super) struct AllWaves(HashMap<usize, Rc<Waves>>);

impl AllWaves {
    fn of(&mut self, length: usize) -> Rc<Waves> {
        Rc::clone(self.0.entry(length).or_insert_with(|| Rc::new(Waves::of(length))))
    }
}

/// The stretches of one side, in waves.
struct Spectrum {
    stretches: Vec<(Rc<Waves>, Vec<f64>)>,
    waves: f64,
    seconds: f64,
}

impl Spectrum {
    fn of(series: &[f64], stretches: &[Range<usize>], all: &mut AllWaves) -> Self {
        let stretches: Vec<_> = stretches
            .iter()
            .map(|stretch| {
                let waves = all.of(stretch.len());
                let squares = waves.squares(&series[stretch.clone()]);
                (waves, squares)
            })
            .collect();
        let waves = stretches.iter().map(|(_, squares)| squares.len() as f64).sum();
        let seconds = stretches.iter().map(|(waves, _)| waves.length as f64).sum();
        Self { stretches, waves, seconds }
    }

    /// What it says of a shape.
    fn hold(&self, shape: Shape) -> Held {
        let (mut energy, mut volume, mut inflation) = (0.0, 0.0, 0.0);
        for (waves, squares) in &self.stretches {
            let with = |process: f64| 1.0 - shape.shared + shape.shared * process;
            for (at, square) in squares.iter().enumerate() {
                let strength = with(waves.strengths[shape.correlation][at]);
                energy += square / strength;
                volume += strength.ln();
            }
            inflation += with(waves.inflations[shape.correlation]) * waves.length as f64;
        }
        let energy = energy.max(f64::MIN_POSITIVE);
        // The scale of a side is its own, and as likely in every magnitude: it drops out so.
        let log_likelihood = -0.5 * (self.waves * energy.ln() + volume);
        Held { log_likelihood, energy, inflation: inflation / self.seconds.max(1.0) }
    }
}

/// How seconds may depend on each other.
#[derive(Clone, Copy)]
struct Shape {
    /// Its place in [`CORRELATIONS`].
    correlation: usize,
    /// The part of the variance that neighbours share.
    shared: f64,
}

impl Shape {
    const NOTHING: Self = Self { correlation: 0, shared: 0.0 };

    /// Each with its weight before anything is measured.
    fn all() -> impl Iterator<Item = (Self, f64)> {
        let weight = (1.0 - NOTHING) / (CORRELATIONS.len() * SHARED.len()) as f64;
        let every = (0..CORRELATIONS.len()).flat_map(move |correlation| {
            SHARED.map(|shared| (Self { correlation, shared }, weight))
        });
        std::iter::once((Self::NOTHING, NOTHING)).chain(every)
    }

    /// By what a long mean moves more than without any correlation.
    fn in_the_long_run(self) -> f64 {
        let correlation = CORRELATIONS[self.correlation];
        1.0 - self.shared + self.shared * (1.0 + correlation) / (1.0 - correlation)
    }
}

/// A shape held against a side: how likely that makes it, what it leaves of the spread, and by what
/// the variance of its mean is larger than without any correlation.
struct Held {
    log_likelihood: f64,
    energy: f64,
    inflation: f64,
}

/// A shape with its weight, and how many times as much the variance of each side's mean then is: of
/// the runs as they are, and of very long ones.
struct Way {
    weight: f64,
    wider: [f64; 2],
    long: [f64; 2],
}

/// How much more the mean of each side moves than it would if its seconds had nothing to do with
/// each other: a variance of so many times, with a weight.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Likeness {
    /// With the weight of all up to it, in growing order.
    ways: Vec<(f64, [f64; 2])>,
    /// By weight, over all of them.
    pub(super) average: [f64; 2],
    /// The same for runs that are very long.
    pub(super) in_the_long_run: [f64; 2],
}

impl Likeness {
    /// That of a number whose influence series these are, one per side, each with its stretches. Both
    /// sides have one shape, and each its own spread.
    pub(super) fn of(sides: [(&[f64], &[Range<usize>]); 2], waves: &mut AllWaves) -> Self {
        let sides = sides.map(|(series, stretches)| Spectrum::of(series, stretches, waves));
        let still = [0, 1].map(|side: usize| sides[side].hold(Shape::NOTHING));
        // A side without any spread has nothing to say.
        let speaks = still.each_ref().map(|it| it.energy > f64::MIN_POSITIVE);
        let way = |(shape, weight): (Shape, f64)| {
            let held = [0, 1].map(|side: usize| sides[side].hold(shape));
            let told = |side: usize| if speaks[side] { held[side].log_likelihood } else { 0.0 };
            // What the shape leaves of the spread, and what it makes of a mean of that.
            let wider = [0, 1].map(|side: usize| {
                let left = held[side].energy / still[side].energy;
                if speaks[side] { left * held[side].inflation } else { 1.0 }
            });
            let slow = shape.in_the_long_run();
            let long = [0, 1].map(|side: usize| wider[side] * slow / held[side].inflation);
            Way { weight: weight.ln() + told(0) + told(1), wider, long }
        };
        let mut ways: Vec<Way> = Shape::all().map(way).collect();
        let best = ways.iter().map(|way| way.weight).fold(f64::MIN, f64::max);
        for way in &mut ways {
            way.weight = (way.weight - best).exp();
        }
        Self::of_ways(ways)
    }

    fn of_ways(mut ways: Vec<Way>) -> Self {
        let all: f64 = ways.iter().map(|way| way.weight).sum();
        let over = |value: fn(&Way) -> [f64; 2]| {
            let part = |side: usize| ways.iter().map(|way| way.weight * value(way)[side]).sum();
            [0, 1].map(|side: usize| -> f64 { part(side) }).map(|sum| sum / all)
        };
        let average = over(|way| way.wider);
        let in_the_long_run = over(|way| way.long);
        ways.sort_by(|left, right| {
            let width = |way: &Way| way.wider[0] + way.wider[1];
            width(left).total_cmp(&width(right))
        });
        let mut up_to = 0.0;
        let ways = ways.into_iter().map(|way| {
            up_to += way.weight / all;
            (up_to, way.wider)
        });
        Self { ways: ways.collect(), average, in_the_long_run }
    }

    /// One of them by weight, where `at` is any of 0 to 1 as likely as another.
    pub(super) fn drawn(&self, at: f64) -> [f64; 2] {
        let place = self.ways.partition_point(|(up_to, _)| *up_to < at);
        self.ways[place.min(self.ways.len() - 1)].1
    }
}
