// How response times are spread: percentiles of a stretch, and a heat map over time.
(() => {
  'use strict';
  const { formats, clock, timeTicks, bins, frame, axes, drawLine, crosshair, steer, svg } = Charts;

  /** Percentiles on an axis on which each nine is as wide as the one before. A line has `points()`: [share, ms]. */
  const curveChart = (host, model, view) => {
    const nines = (share) => -Math.log10(Math.max(1e-9, 1 - share)), name = (n) => (n === 0 ? '0 %' : `${+(100 * (1 - 10 ** -n)).toPrecision(Math.ceil(n) + 2)} %`);
    const redraw = () => {
      if (!parts.shown()) return;
      const lines = model.lines.map((line) => line.points()), shown = lines.filter((_, k) => !model.lines[k].hidden).flat();
      const top = shown.reduce((a, p) => Math.max(a, p[1]), 0) || 1, low = shown.reduce((a, p) => (p[1] > 0 ? Math.min(a, p[1]) : a), top);
      const far = shown.reduce((a, p) => Math.max(a, nines(p[0])), 1), log = model.log() && low > 0;
      const s = axes(parts.plot, { x: [0, far], y: log ? [low * 0.9, top * 1.1] : [0, top * 1.05], log, height: 230, xTicks: () => [0, 0.30103, 1, 2, 3, 4, 5, 6].filter((n) => n <= far + 0.01), xText: name, yText: formats.ms });
      lines.forEach((points, k) => { if (!model.lines[k].hidden) drawLine(s.root, points.map((p) => [s.sx(nines(p[0])), s.sy(p[1])]), k); });
      parts.refill();
    };
    const SHARES = [0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999];
    const fill = () => [['Share of requests', ...model.lines.map((line) => line.name)], SHARES.map((share) => [`${+(share * 100).toFixed(2)} %`, ...model.lines.map((line) => {
      const known = line.points().filter((p) => p[0] >= share - 1e-6);
      return known.length ? formats.ms(known[0][1]) : '–';
    })])];
    const parts = frame(host, model, () => redraw(), fill);
    view.changed.add(redraw);
    redraw();
    const remove = () => { view.changed.delete(redraw); parts.remove(); };
    return { figure: parts.figure, lines: model.lines, redraw, remove };
  };

  /** How many requests took how long, over time. `model.at()`: where steps begin; `model.cells(i, j)`:
      [bucket, count] of these steps; `model.ms(bucket)`: its time. */
  const heatMap = (host, model, view) => {
    let s = null, aim = () => {};
    const ROWS = 36, edge = model.ms;
    const redraw = () => {
      if (!parts.shown()) return;
      const at = model.at(), columns = bins(at, view.from, view.until, Math.max(30, Math.floor(parts.plot.clientWidth / 6)));
      const cells = columns.map(([i, j]) => model.cells(i, j)), all = cells.flat().map((c) => c[0]);
      const lo = all.reduce((a, b) => Math.min(a, b), Infinity), hi = all.reduce((a, b) => Math.max(a, b), -Infinity);
      const each = Math.max(1, Math.ceil((hi - lo + 1) / ROWS)), empty = !all.length;
      s = axes(parts.plot, { x: [view.from, view.until], y: empty ? [1, 10] : [edge(lo - 0.5), edge(lo + Math.ceil((hi - lo + 1) / each) * each - 0.5)], log: true, height: 230, xTicks: (n) => timeTicks(view.from, view.until, n), xText: clock, yText: formats.ms });
      cells.forEach((column, c) => {
        const sums = new Map(), total = column.reduce((sum, b) => sum + b[1], 0);
        for (const [bucket, count] of column) sums.set(Math.floor((bucket - lo) / each), (sums.get(Math.floor((bucket - lo) / each)) || 0) + count);
        const [from, until] = [Math.max(view.from, at[columns[c][0]]), Math.min(view.until, at[columns[c][1]])].map(s.sx);
        for (const [row, count] of sums) {
          const y = s.sy(edge(lo + (row + 1) * each - 0.5)), share = count / total;
          svg('rect', { x: from.toFixed(1), y: y.toFixed(1), width: Math.max(0.5, until - from).toFixed(1), height: (s.sy(edge(lo + row * each - 0.5)) - y).toFixed(1), class: 'heat', 'fill-opacity': (0.12 + 0.88 * Math.sqrt(share)).toFixed(2) }, s.root);
        }
      });
      for (const mark of model.marks()) if (mark.at >= view.from && mark.at <= view.until) svg('path', { d: `M${s.sx(mark.at)} ${s.top}V${s.bottom}`, class: 'mark' }, s.root);
      aim = crosshair(s, view);
      aim();
      drag();
      parts.refill();
    };
    const LIMITS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000];
    const fill = () => [['Time', ...LIMITS.map((ms) => `under ${formats.ms(ms)}`), 'longer'], bins(model.at(), view.from, view.until, 40).map(([i, j]) => {
      const counts = LIMITS.map(() => 0).concat(0);
      for (const [bucket, count] of model.cells(i, j)) {
        const k = LIMITS.findIndex((ms) => edge(bucket) < ms);
        counts[k < 0 ? LIMITS.length : k] += count;
      }
      return [clock(model.at()[i]), ...counts.map(String)];
    })];
    const parts = frame(host, { ...model, lines: [] }, () => redraw(), fill);
    const drag = steer(parts.plot, view, () => s, () => (view.until - view.from) / 60);
    const moved = () => { parts.said.textContent = view.cursor === null ? '' : clock(view.cursor); aim(); };
    view.changed.add(redraw);
    view.moved.add(moved);
    redraw();
    const remove = () => { view.changed.delete(redraw); view.moved.delete(moved); parts.remove(); };
    return { figure: parts.figure, lines: [], redraw, remove };
  };

  Object.assign(Charts, { curveChart, heatMap });
})();
