// Pure functions on the data of a run: histograms, stretches of steps, lines, and data that grows.
(() => {
  'use strict';

  // ---- histograms: buckets are added up, percentiles never averaged ----

  /** Steps `[bucket, count, further, count, …]` from i to j become one list of [bucket, count]. */
  const merged = (times, i, j) => {
    const sum = new Map();
    for (const step of times.slice(i, j)) {
      for (let at = 0, bucket = 0; at < step.length; at += 2) {
        bucket += step[at];
        sum.set(bucket, (sum.get(bucket) || 0) + step[at + 1]);
      }
    }
    return [...sum].sort((a, b) => a[0] - b[0]);
  };
  /** The time in ms that a share of all does not exceed; null without any. `ms(bucket)`: its time. */
  const quantile = (buckets, share, ms, min, max) => {
    const all = buckets.reduce((sum, b) => sum + b[1], 0);
    if (!all) return null;
    const wanted = Math.max(1, Math.ceil(share * all - 1e-9));
    let seen = 0;
    for (const [bucket, count] of buckets) {
      seen += count;
      if (seen >= wanted) return Math.min(max, Math.max(min, ms(bucket)));
    }
    return max;
  };

  // ---- lines ----

  /** Stretches [i, j) of the steps at `at` that lie in a window, at most `most` of them. */
  const bins = (at, from, until, most) => {
    let i = 0, j = at.length - 1;
    while (i < j && at[i + 1] <= from) i += 1;
    while (j > i && at[j - 1] >= until) j -= 1;
    const each = Math.max(1, Math.ceil((j - i) / Math.max(1, most))), out = [];
    for (let k = i; k < j; k += each) out.push([k, Math.min(j, k + each)]);
    return out;
  };
  /** A line over steps: `of(i, j)` is its number for these steps added up; `at()`: where they begin. */
  const overSteps = (at, of) => (from, until, most) => {
    const edges = at();
    return bins(edges, from, until, most).map(([i, j]) => [edges[i], edges[j], of(i, j)]);
  };
  /** A line of single numbers `all()`: {at, value}; more than `most` are shown as means of neighbours. */
  const ofSamples = (all) => (from, until, most) => {
    const { at, value } = all(), near = at.map((_, k) => k).filter((k) => at[k] >= from && at[k] <= until);
    const each = Math.max(1, Math.ceil(near.length / most)), out = [];
    for (let k = 0; k < near.length; k += each) {
      const part = near.slice(k, k + each);
      out.push([at[part[0]], at[part[part.length - 1]], part.reduce((sum, p) => sum + value[p], 0) / part.length]);
    }
    return out;
  };
  /** The point of a line that is nearest to a moment. */
  const pointAt = (points, t) => {
    let best = null, far = Infinity;
    for (const p of points) {
      const away = t < p[0] ? p[0] - t : t > p[1] ? t - p[1] : 0;
      if (away < far || (away === 0 && p[0] <= t && t < p[1])) { best = p; far = away; }
    }
    return best;
  };

  // ---- data that grows ----

  /** Data with what a message of the feed adds; null when a step is missing and it must be asked for whole. */
  const grown = (data, more) => {
    if (more.whole) return more;
    const { fresh, steps: { at, ...columns } } = more, old = data.steps, known = new Map();
    for (let k = 0; k + 1 < old.at.length; k += 1) known.set(`${old.at[k]} ${old.at[k + 1]}`, k);
    const from = [];
    for (let n = 0, f = 0; n + 1 < at.length; n += 1) {
      if (fresh[f] === n) { from.push([columns, f]); f += 1; continue; }
      const k = known.get(`${at[n]} ${at[n + 1]}`);
      if (k === undefined) return null;
      from.push([old, k]);
    }
    const steps = { at };
    for (const name of Object.keys(columns)) steps[name] = from.map(([source, k]) => source[name][k]);
    let missing = false;
    const tail = (had, add) => {
      missing ||= had.length < add.from;
      return had.slice(0, add.from).concat(add.add);
    };
    const line = (had, add) => ({ ...had, at: tail(had.at, add.at), value: tail(had.value, add.value) });
    const charts = more.charts.map((chart, c) => {
      const had = data.charts[c];
      if (!chart.from) return chart;
      missing ||= !had || had.lines.length !== chart.from.length;
      return missing ? chart : { ...had, lines: had.lines.map((it, l) => line(it, chart.from[l])) };
    });
    const marks = tail(data.marks, more.marks), { whole, fresh: _, ...rest } = more;
    return missing ? null : { ...data, ...rest, steps, charts, marks };
  };

  Object.assign(Charts, { merged, quantile, bins, overSteps, ofSamples, pointAt, grown });
})();
