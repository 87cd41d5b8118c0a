//! Ranks and how they agree.

/// Ranks from 1 on; equal numbers share the mean of theirs.
pub(super) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|left, right| values[*left].total_cmp(&values[*right]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let equal = order[from..].iter().take_while(|at| values[**at] == values[order[from]]);
        let until = from + equal.count();
        let rank = (from + 1 + until) as f64 / 2.0;
        order[from..until].iter().for_each(|at| ranks[*at] = rank);
        from = until;
    }
    ranks
}

/// Pearson's correlation; `None` where one of them never moves.
pub(super) fn correlation(x: &[f64], y: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_x, mean_y) = (mean(x), mean(y));
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - mean_x, y - mean_y);
        xy += x * y;
        xx += x * x;
        yy += y * y;
    }
    (xx > 0.0 && yy > 0.0).then(|| xy / (xx * yy).sqrt())
}

/// How far a row follows itself from one step to the next, 0 to nearly 1.
pub(super) fn own(values: &[f64]) -> f64 {
    let next = correlation(&values[..values.len() - 1], &values[1..]);
    next.unwrap_or(1.0).clamp(0.0, 0.999)
}
