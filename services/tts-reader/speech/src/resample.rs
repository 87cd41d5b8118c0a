//! Resampling by a fraction: plays samples faster or slower, which moves pitch and formants.

use std::f32::consts::PI;

/// Filter taps on each side of a sample.
const HALF: usize = 16;

/// A windowed-sinc resampler: each output sample is `step.0 / step.1` input samples further on.
///
/// One filter for each fractional position, so that equal input gives equal output on every
/// thread. It has no delay: output `n` is the input at `n * step.0 / step.1`.
#[derive(Debug)]
pub(crate) struct Resampler {
    step: (usize, usize),
    filters: Vec<[f32; 2 * HALF]>,
}

impl Resampler {
    /// Makes the filters for playing `faster.0 / faster.1` times as fast.
    pub(crate) fn new(faster: (u32, u32)) -> Self {
        let step = (faster.0 as usize, faster.1 as usize);
        // Below the lower of the two Nyquist frequencies, or faster playing folds hiss back.
        let cutoff = 0.97 * (step.1 as f32 / step.0 as f32).min(1.0);
        let filters =
            (0..step.1).map(|phase| filter(phase as f32 / step.1 as f32, cutoff)).collect();
        Self { step, filters }
    }

    /// Resamples a whole passage that begins and ends in silence.
    pub(crate) fn resample(&self, input: Vec<i16>) -> Vec<i16> {
        if self.step.0 == self.step.1 {
            return input;
        }
        let length = (input.len() * self.step.1).div_ceil(self.step.0);
        let mut padded = vec![0.0; input.len() + 2 * HALF];
        for (to, from) in padded[HALF..].iter_mut().zip(&input) {
            *to = f32::from(*from);
        }
        (0..length)
            .map(|n| {
                let position = n * self.step.0;
                let (at, phase) = (position / self.step.1, position % self.step.1);
                let taps = &padded[at + 1..=at + 2 * HALF];
                let sum: f32 = taps.iter().zip(&self.filters[phase]).map(|(x, h)| x * h).sum();
                // A float cast saturates, which is what a loud peak needs.
                sum.round() as i16
            })
            .collect()
    }
}

/// The filter for a position `fraction` after an input sample, normalised to gain 1.
fn filter(fraction: f32, cutoff: f32) -> [f32; 2 * HALF] {
    let mut taps = [0.0; 2 * HALF];
    for (index, tap) in taps.iter_mut().enumerate() {
        let distance = index as f32 - (HALF as f32 - 1.0) - fraction;
        let window = 0.5 + 0.5 * (PI * distance / HALF as f32).cos();
        *tap = sinc(distance * cutoff) * window;
    }
    let gain: f32 = taps.iter().sum();
    taps.map(|tap| tap / gain)
}

fn sinc(x: f32) -> f32 {
    if x.abs() < 1e-6 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_played_faster_is_higher_and_shorter() {
        let tone: Vec<i16> =
            (0..16_000).map(|n| (8_000.0 * (n as f32 * 0.1).sin()) as i16).collect();
        let crossings = |samples: &[i16]| {
            samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count() as f32
                / samples.len() as f32
        };
        let faster = Resampler::new((27, 20)).resample(tone.clone());
        assert_eq!(faster.len(), (16_000 * 20_usize).div_ceil(27));
        let ratio = crossings(&faster) / crossings(&tone);
        assert!((ratio - 1.35).abs() < 0.02, "pitch ratio {ratio}");
        let loudest = faster.iter().map(|sample| sample.abs()).max();
        assert!(loudest.is_some_and(|peak| (7_800..8_200).contains(&peak)), "{loudest:?}");
    }

    #[test]
    fn nothing_stays_nothing() {
        assert!(Resampler::new((22, 25)).resample(Vec::new()).is_empty());
    }
}
