// What the charts are drawn from, as the server has it: the steps of the run, put together by `Charts.grown`.

export class History {
  constructor() { this.clear(null); }

  clear(run) { this.run = run; this.data = null; }

  /** Takes a message of the feed. Returns false when one before it is missing. */
  take(message) {
    if (message.run !== this.run) this.clear(message.run);
    if (!this.data && !message.whole) return false;
    const later = message.whole ? message : Charts.grown(this.data, message);
    if (later) this.data = later;
    return Boolean(later);
  }

  get length() { return this.data ? Math.max(0, this.data.steps.at.length - 1) : 0; }

  /** The steps [i, j) of about the last so many seconds; never none where there are any. */
  last(seconds) {
    if (!this.data) return [0, 0];
    const j = this.length, { at } = this.data.steps;
    let i = Math.max(0, j - 1);
    while (i > 0 && at[i - 1] >= at[j] - seconds) i -= 1;
    return [i, j];
  }

  /** A percentile in ms of the steps [i, j): their histograms are added up, percentiles never averaged. */
  quantile(share, i, j) {
    if (!this.data) return null;
    const { steps, factor, shift } = this.data;
    let low = Infinity, high = 0;
    for (let k = i; k < j; k += 1) {
      if (!steps.requests[k]) continue;
      low = Math.min(low, steps.min[k]);
      high = Math.max(high, steps.max[k]);
    }
    return Charts.quantile(Charts.merged(steps.times, i, j), share, (bucket) => factor ** (bucket + shift) / 1000, low, high);
  }
}
