//! Task starts per second over the time of a run, and the moment of each of them by arithmetic.

use std::time::Duration;

use super::parse::RateError;
use crate::history::{PhaseName, RunPhase};

const SECOND: f64 = 1e9;
/// Starts per second. With 100 ns for each, a thread would do nothing but begin.
const MOST: f64 = 1e7;

/// How many tasks shall start per second: one rate, or stages with ramps.
///
/// Nothing is added up step by step: the moment of the millionth start comes from its number, so a
/// run does not drift. Written `100/s`, `6000/m` or just `100`; stages as
/// `100/s:1m,100/s..500/s:2m`.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrivalRate {
    pieces: Vec<Piece>,
    names: Vec<PhaseName>,
    /// Where the stages end; `None` for one rate without end.
    length: Option<Duration>,
}

/// A stretch of time with a rate that is constant or changes steadily.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateStage {
    /// Starts per second at its beginning.
    pub from: f64,
    /// Starts per second at its end.
    pub to: f64,
    /// How long it lasts.
    pub length: Duration,
}

/// A stage in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Piece {
    /// Seconds before it.
    begins: f64,
    /// Starts before it.
    before: f64,
    from: f64,
    /// By how much the rate grows per second.
    slope: f64,
}

impl Piece {
    /// Starts up to `seconds` within it.
    fn starts(&self, seconds: f64) -> f64 {
        seconds * (self.from + self.slope * seconds / 2.0)
    }

    /// The seconds within it after which there were so many starts.
    fn seconds(&self, starts: f64) -> f64 {
        if starts <= 0.0 {
            return 0.0;
        }
        if self.slope == 0.0 {
            return starts / self.from;
        }
        // The root that does not subtract two large numbers.
        let root = (self.from * self.from + 2.0 * self.slope * starts).max(0.0).sqrt();
        2.0 * starts / (self.from + root)
    }
}

impl ArrivalRate {
    /// Always `per_second` starts per second.
    ///
    /// # Errors
    /// When that is no number above 0.
    pub fn constant(per_second: f64) -> Result<Self, RateError> {
        check(per_second)?;
        if per_second == 0.0 {
            return Err(RateError::Nothing);
        }
        let piece = Piece { begins: 0.0, before: 0.0, from: per_second, slope: 0.0 };
        Ok(Self { pieces: vec![piece], names: Vec::new(), length: None })
    }

    /// Stages in their order; nothing starts after the last one.
    ///
    /// # Errors
    /// When a rate is no number of 0 or more, a stage lasts no time, or nothing would ever start.
    pub fn stages(stages: impl IntoIterator<Item = RateStage>) -> Result<Self, RateError> {
        Self::named_stages(stages.into_iter().map(|stage| (PhaseName::default(), stage)))
    }

    pub(super) fn named_stages(
        stages: impl IntoIterator<Item = (PhaseName, RateStage)>,
    ) -> Result<Self, RateError> {
        let (mut pieces, mut length, mut before) = (Vec::new(), Duration::ZERO, 0.0);
        let mut names = Vec::new();
        for (name, RateStage { from, to, length: lasts }) in stages {
            check(from)?;
            check(to)?;
            if lasts.is_zero() {
                return Err(RateError::NoTime);
            }
            let slope = (to - from) / lasts.as_secs_f64();
            let piece = Piece { begins: length.as_secs_f64(), before, from, slope };
            before += f64::midpoint(from, to) * lasts.as_secs_f64();
            length += lasts;
            pieces.push(piece);
            names.push(name);
        }
        if before < 1.0 {
            return Err(RateError::Nothing);
        }
        PhaseName::unique(names.iter())?;
        Ok(Self { pieces, names, length: Some(length) })
    }

    /// This rate up to `at`, and from then on `per_second`, to the end of the stages if there are any.
    ///
    /// # Errors
    /// When that is no number above 0.
    pub fn changed(&self, at: Duration, per_second: f64) -> Result<Self, RateError> {
        let mut changed = Self::constant(per_second)?;
        let before = self.planned(at);
        let earlier = self.pieces.iter().filter(|piece| piece.begins < at.as_secs_f64());
        let last = Piece { begins: at.as_secs_f64(), before, from: per_second, slope: 0.0 };
        changed.pieces = earlier.copied().chain([last]).collect();
        changed.length = self.length;
        Ok(changed)
    }

    /// Starts per second at `time`.
    pub fn rate_at(&self, time: Duration) -> f64 {
        if self.length.is_some_and(|length| time >= length) {
            return 0.0;
        }
        let time = time.as_secs_f64();
        let at = self.pieces.partition_point(|piece| piece.begins <= time).saturating_sub(1);
        let piece = &self.pieces[at];
        (piece.from + piece.slope * (time - piece.begins)).max(0.0)
    }

    /// How long the stages last together; `None` for one rate without end.
    pub fn length(&self) -> Option<Duration> {
        self.length
    }

    /// The named pieces of a run of this rate that ends at `end`: its stages, else one that is
    /// `steady`.
    pub fn phases(&self, end: Option<Duration>) -> Vec<RunPhase> {
        if self.names.is_empty() {
            return RunPhase::steady(end);
        }
        let stages = self.to_stages();
        let named = self.names.iter().zip(&stages);
        let phases = RunPhase::in_a_row(
            named.map(|(name, stage)| (name, stage.length, None, Some(stage.from.max(stage.to)))),
        );
        let ramps = stages.iter().map(|stage| stage.from != stage.to);
        phases.into_iter().zip(ramps).map(|(phase, ramp)| RunPhase { ramp, ..phase }).collect()
    }

    /// The names of the stages, as they stand before them.
    pub(super) fn names(&self) -> &[PhaseName] {
        &self.names
    }

    /// How many tasks shall have started by `time`: the integral of the rate.
    pub fn planned(&self, time: Duration) -> f64 {
        let time = self.length.map_or(time, |length| time.min(length)).as_secs_f64();
        let at = self.pieces.partition_point(|piece| piece.begins <= time).saturating_sub(1);
        let piece = &self.pieces[at];
        piece.before + piece.starts(time - piece.begins)
    }

    /// The last moment (ns since the start) at which the integral of the rate is not above `starts`;
    /// `None` when it never gets above.
    ///
    /// With a whole number *k* this is when start *k*, counted from 0, is due: at 100 per second
    /// the first second has exactly the starts 0 to 99, and a pause of rate 0 has none.
    pub fn due_ns(&self, starts: f64) -> Option<u64> {
        let at = self.pieces.partition_point(|piece| piece.before <= starts).saturating_sub(1);
        let piece = &self.pieces[at];
        if piece.from == 0.0 && piece.slope == 0.0 {
            // Only the last stage can be so here: a later one would begin with as many starts.
            return None;
        }
        let due_ns = ((piece.begins + piece.seconds(starts - piece.before)) * SECOND).round();
        let due_ns = due_ns as u64;
        let end = self.length.map_or(u64::MAX, |length| length.as_nanos() as u64);
        (due_ns < end).then_some(due_ns)
    }

    /// The rate at the beginning, and the highest of all.
    pub fn first_and_highest(&self) -> (f64, f64) {
        let rates = self.to_stages().into_iter().flat_map(|stage| [stage.from, stage.to]);
        (self.pieces[0].from, rates.fold(self.pieces[0].from, f64::max))
    }

    /// The stages; none for one rate without end.
    pub fn to_stages(&self) -> Vec<RateStage> {
        let Some(length) = self.length else { return Vec::new() };
        let next = self.pieces.iter().skip(1).map(|piece| piece.begins);
        let ends = next.chain([length.as_secs_f64()]);
        let stage = |(piece, end): (&Piece, f64)| {
            let seconds = end - piece.begins;
            let to = (piece.from + piece.slope * seconds).max(0.0);
            RateStage { from: piece.from, to, length: Duration::from_secs_f64(seconds) }
        };
        self.pieces.iter().zip(ends).map(stage).collect()
    }
}

fn check(rate: f64) -> Result<(), RateError> {
    match rate {
        0.0..=MOST => Ok(()),
        rate if rate > MOST => Err(RateError::TooHigh(rate)),
        _ => Err(RateError::Range(rate)),
    }
}
