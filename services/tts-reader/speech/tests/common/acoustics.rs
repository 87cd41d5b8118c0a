//! What a listener would measure: pitch, and how large the speaker seems.

/// Samples per second.
const RATE: f32 = 16_000.0;

/// Median pitch in Hz of the voiced parts, by autocorrelation of 40 ms frames.
pub(crate) fn pitch(samples: &[f32]) -> f32 {
    let mut pitches = Vec::new();
    for frame in samples.chunks_exact(640) {
        let energy: f32 = frame.iter().map(|x| x * x).sum();
        if energy < 1.0 {
            continue;
        }
        let likeness = |lag: usize| -> f32 {
            let (a, b) = (&frame[..640 - lag], &frame[lag..]);
            let dot: f32 = a.iter().zip(b).map(|(x, y)| x * y).sum();
            let norm = |x: &[f32]| x.iter().map(|x| x * x).sum::<f32>().sqrt();
            dot / (norm(a) * norm(b)).max(1e-9)
        };
        // 60 to 400 Hz; the shortest lag that is nearly as good as the best avoids octave errors.
        let scores: Vec<f32> = (40..267).map(likeness).collect();
        let best = scores.iter().copied().fold(0.0, f32::max);
        if best < 0.6 {
            continue;
        }
        let is_peak = |i: usize| {
            i > 0
                && i + 1 < scores.len()
                && scores[i] >= scores[i - 1]
                && scores[i] >= scores[i + 1]
        };
        if let Some(i) = (0..scores.len()).find(|&i| is_peak(i) && scores[i] > 0.9 * best) {
            pitches.push(RATE / (i + 40) as f32);
        }
    }
    pitches.sort_by(f32::total_cmp);
    pitches[pitches.len() / 2]
}

/// How much higher the resonances of `voice` are than those of `natural`, the same words spoken
/// with the same relative timing: 1.2 is a vocal tract a sixth shorter. To one percent.
pub(crate) fn formant_scale(natural: &[f32], voice: &[f32]) -> f32 {
    /// From 0.77 to 1.47 in steps of one percent.
    const SHIFTS: std::ops::RangeInclusive<i32> = -26..=39;
    let stretch = voice.len() as f32 / natural.len() as f32;
    let mut likeness = vec![0.0; SHIFTS.count()];
    for at in (FRAME..natural.len() - FRAME).step_by(FRAME / 2) {
        let other = (at as f32 * stretch) as usize;
        let (Some(from), Some(to)) = (envelope(natural, at), envelope(voice, other)) else {
            continue;
        };
        for (sum, shift) in likeness.iter_mut().zip(SHIFTS) {
            *sum += correlation(&from, &to, shift);
        }
    }
    let best = (0..likeness.len()).max_by(|a, b| likeness[*a].total_cmp(&likeness[*b]));
    STEP.powi(SHIFTS.start() + best.expect("some shift") as i32)
}

/// 25 ms.
const FRAME: usize = 400;
/// The ratio of neighbouring frequencies of an envelope.
const STEP: f32 = 1.01;
/// The lowest frequency of an envelope, in Hz.
const LOWEST: f32 = 250.0;
/// Frequencies of an envelope, up to 7.4 kHz.
const POINTS: usize = 340;
/// Coefficients of the all-pole model.
const ORDER: usize = 14;

/// The smooth spectrum around sample `at`: logarithms at frequencies a percent apart; `None` where
/// it is quiet.
fn envelope(samples: &[f32], at: usize) -> Option<Vec<f32>> {
    let frame = samples.get(at.checked_sub(FRAME / 2)?..at + FRAME / 2)?;
    if frame.iter().map(|x| x * x).sum::<f32>() < 1.0 {
        return None;
    }
    let window = |i: usize| 0.5 - 0.5 * (std::f32::consts::TAU * i as f32 / FRAME as f32).cos();
    let sharp: Vec<f32> =
        (1..FRAME).map(|i| (frame[i] - 0.97 * frame[i - 1]) * window(i)).collect();
    let lag = |k: usize| sharp.iter().zip(&sharp[k..]).map(|(a, b)| a * b).sum::<f32>();
    let model = all_pole(&(0..=ORDER).map(lag).collect::<Vec<_>>());
    let level = |point: usize| {
        let angle = std::f32::consts::TAU * LOWEST * STEP.powi(point as i32) / RATE;
        let (mut re, mut im) = (0.0, 0.0);
        for (k, a) in model.iter().enumerate() {
            re += a * (angle * k as f32).cos();
            im -= a * (angle * k as f32).sin();
        }
        -0.5 * (re * re + im * im).ln()
    };
    Some((0..POINTS).map(level).collect())
}

/// Levinson and Durbin: the prediction filter for these autocorrelations.
fn all_pole(r: &[f32]) -> Vec<f32> {
    let mut a = vec![1.0];
    let mut error = r[0] * 1.000_1;
    for k in 1..r.len() {
        let sum: f32 = (0..k).map(|j| a[j] * r[k - j]).sum();
        let reflection = -sum / error;
        a.push(0.0);
        let before = a.clone();
        for (j, value) in a.iter_mut().enumerate().skip(1) {
            *value += reflection * before[k - j];
        }
        error *= 1.0 - reflection * reflection;
    }
    a
}

/// How alike two envelopes are from 600 to 4,500 Hz when the first is moved up by `shift` points.
fn correlation(from: &[f32], to: &[f32], shift: i32) -> f32 {
    const BAND: std::ops::Range<usize> = 88..290;
    let moved = |i: usize| from[(i as i32 - shift) as usize];
    let count = BAND.len() as f32;
    let (mean_a, mean_b) =
        (BAND.map(moved).sum::<f32>() / count, to[BAND].iter().sum::<f32>() / count);
    let (mut both, mut a2, mut b2) = (0.0, 0.0, 0.0);
    for i in BAND {
        let (a, b) = (moved(i) - mean_a, to[i] - mean_b);
        both += a * b;
        a2 += a * a;
        b2 += b * b;
    }
    both / (a2 * b2).sqrt().max(1e-9)
}
