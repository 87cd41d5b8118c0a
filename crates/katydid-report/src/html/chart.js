// Charts on one time axis: pure functions on data first, then the drawing. Knows nothing of the page
// around it: `timeChart(host, model, view)`, `curveChart(host, model)`, `heatMap(host, model, view)`.
const Charts = (() => {
  'use strict';

  // ---- numbers ----

  const fine = (v) => (Math.abs(v) < 9.995 ? v.toFixed(2) : Math.abs(v) < 99.95 ? v.toFixed(1) : v.toFixed(0));
  const short = (v) => (Number.isInteger(v) ? String(v) : fine(v));
  const scaled = (v, units, step) => {
    let at = 0;
    while (Math.abs(v) >= step * 0.9995 && at + 1 < units.length) { v /= step; at += 1; }
    return (at === 0 ? short(v) : fine(v)) + ' ' + units[at];
  };
  const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'];
  const formats = {
    ms: (v) => (v < 9995 ? fine(v) + ' ms' : fine(v / 1000) + ' s'),
    count: short, number: short, users: (v) => v.toFixed(0),
    '/s': (v) => fine(v) + '/s',
    share: (v) => fine(v * 100) + ' %',
    bytes: (v) => scaled(v, SIZES, 1000),
    'bytes/s': (v) => scaled(v, SIZES, 1000) + '/s',
    cores: (v) => fine(v) + ' cores',
    seconds: (v) => (v < 1 ? fine(v * 1000) + ' ms' : fine(v) + ' s'),
    flag: (v) => (v === 1 ? 'yes' : v === 0 ? 'no' : fine(v * 100) + ' % yes'),
  };
  const two = (v) => String(v).padStart(2, '0');
  /** 12.5 → `12.5 s`, 245 → `4:05`, 3723 → `1:02:03`. */
  const clock = (s) => {
    const whole = Math.round(s);
    if (s < 60) return (Number.isInteger(+s.toFixed(1)) ? s.toFixed(0) : s.toFixed(1)) + ' s';
    const [h, m, r] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}:${two(m)}:${two(r)}` : `${m}:${two(r)}`;
  };

  const nice = (span, count) => {
    const raw = span / Math.max(1, count), ten = 10 ** Math.floor(Math.log10(raw));
    return [1, 2, 5, 10].map((f) => f * ten).find((s) => s >= raw * 0.999);
  };
  const range = (lo, hi, step) => {
    const out = [];
    for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + step * 1e-9; k += 1) out.push(+(k * step).toPrecision(12));
    return out;
  };
  const SPANS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
  const timeTicks = (from, until, count) => {
    const raw = (until - from) / count;
    return range(from, until, raw < 1 ? nice(until - from, count) : SPANS.find((s) => s >= raw) || nice(until - from, count));
  };
  const logTicks = (lo, hi) => {
    const out = [];
    for (let e = Math.floor(Math.log10(lo)); e <= Math.ceil(Math.log10(hi)); e += 1) {
      for (const f of [1, 2, 5]) if (f * 10 ** e >= lo * 0.999 && f * 10 ** e <= hi * 1.001) out.push(+(f * 10 ** e).toPrecision(3));
    }
    return out.length > 9 ? out.filter((v) => Math.abs(Math.log10(v) % 1) < 1e-9) : out;
  };

  // ---- histograms: buckets are added up, percentiles never averaged ----

  /** Steps `[bucket, count, further, count, …]` become one list of [bucket, count]. */
  const merged = (times, i, j) => {
    const sum = new Map();
    for (const step of times.steps.slice(i, j)) {
      for (let at = 0, bucket = 0; at < step.length; at += 2) {
        bucket += step[at];
        sum.set(bucket, (sum.get(bucket) || 0) + step[at + 1]);
      }
    }
    return [...sum].sort((a, b) => a[0] - b[0]);
  };
  /** The time in ms that a share of all does not exceed; null without any. */
  const quantile = (buckets, share, factor, min, max) => {
    const all = buckets.reduce((sum, b) => sum + b[1], 0);
    if (!all) return null;
    const wanted = Math.max(1, Math.ceil(share * all - 1e-9));
    let seen = 0;
    for (const [bucket, count] of buckets) {
      seen += count;
      if (seen >= wanted) return Math.min(max, Math.max(min, factor ** bucket / 1000));
    }
    return max;
  };

  /** Stretches [i, j) of the steps at `at` that lie in a window, at most `most` of them. */
  const bins = (at, from, until, most) => {
    let i = 0, j = at.length - 1;
    while (i < j && at[i + 1] <= from) i += 1;
    while (j > i && at[j - 1] >= until) j -= 1;
    const each = Math.max(1, Math.ceil((j - i) / Math.max(1, most))), out = [];
    for (let k = i; k < j; k += each) out.push([k, Math.min(j, k + each)]);
    return out;
  };
  /** A line over steps: `of(i, j)` is its number for these steps added up. */
  const overSteps = (at, of) => (from, until, most) => bins(at, from, until, most).map(([i, j]) => [at[i], at[j], of(i, j)]);
  /** A line of single numbers; neighbours that are too near are shown as their mean. */
  const ofSamples = (at, value) => (from, until, most) => {
    const near = at.map((_, k) => k).filter((k) => at[k] >= from && at[k] <= until);
    const each = Math.max(1, Math.ceil(near.length / most)), out = [];
    for (let k = 0; k < near.length; k += each) {
      const part = near.slice(k, k + each);
      out.push([at[part[0]], at[part[part.length - 1]], part.reduce((sum, p) => sum + value[p], 0) / part.length]);
    }
    return out;
  };

  /** The stretch of the run that all charts show, and the moment that is looked at. */
  const makeView = (end) => ({
    from: 0, until: end, end, cursor: null, changed: [], moved: [],
    zoom(from, until) {
      const least = Math.min(end, Math.max(end / 2000, 0.5)), span = Math.min(end, Math.max(least, until - from));
      const mid = (from + until) / 2;
      this.from = Math.max(0, Math.min(end - span, mid - span / 2));
      this.until = this.from + span;
      this.changed.forEach((f) => f());
    },
    look(at) { this.cursor = at; this.moved.forEach((f) => f()); },
    whole() { return this.from <= 0 && this.until >= end; },
  });

  // ---- drawing ----

  const svg = (name, attributes, parent) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (parent) parent.append(made);
    return made;
  };
  const html = (name, attributes, parent, text) => {
    const made = document.createElement(name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (text !== undefined) made.textContent = text;
    if (parent) parent.append(made);
    return made;
  };
  const SHAPES = [
    (x, y) => `M${x - 3} ${y}a3 3 0 1 0 6 0a3 3 0 1 0-6 0`, (x, y) => `M${x - 3} ${y - 3}h6v6h-6z`,
    (x, y) => `M${x} ${y - 4}l4 7h-8z`, (x, y) => `M${x} ${y - 4}l4 4l-4 4l-4-4z`,
    (x, y) => `M${x - 3} ${y - 3}l6 6M${x - 3} ${y + 3}l6-6`, (x, y) => `M${x - 4} ${y}h8M${x} ${y - 4}v8`, (x, y) => `M${x} ${y + 4}l4-7h-8z`,
  ];
  const PAD = { left: 62, right: 12, top: 18, bottom: 22 };
  let serial = 0;

  /** Title, legend, plot and table of one chart. `model.lines`: {name, style, …}. */
  const frame = (host, model, redraw, fill) => {
    const id = `chart-${(serial += 1)}`, figure = html('figure', { class: 'chart' }, host);
    const caption = html('figcaption', { id }, figure);
    html('span', { class: 'title' }, caption, model.title);
    const said = html('span', { class: 'said' }, caption);
    const legend = html('div', { class: 'legend' }, figure);
    const plot = html('div', { class: 'plot', tabindex: '0', role: 'application', 'aria-roledescription': 'chart', 'aria-labelledby': id, 'aria-describedby': 'chart-keys' }, figure);
    const entries = model.lines.map((line, index) => {
      const button = html('button', { type: 'button', 'aria-pressed': 'true' }, legend);
      const swatch = svg('svg', { width: 26, height: 12, 'aria-hidden': 'true', class: `l${line.style ?? index}` }, button);
      svg('path', { d: 'M1 6H25', class: 'line' }, swatch);
      svg('path', { d: SHAPES[(line.style ?? index) % 7](13, 6), class: 'point' }, swatch);
      html('bdi', {}, button, line.name);
      const value = html('output', { 'aria-live': 'off' }, button);
      button.addEventListener('click', () => {
        line.hidden = !line.hidden;
        button.setAttribute('aria-pressed', String(!line.hidden));
        redraw();
      });
      return value;
    });
    const details = html('details', { class: 'data' }, figure);
    html('summary', {}, details, `${model.title}: as a table`);
    const table = html('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': `${model.title}, as a table` }, details);
    const refill = () => {
      if (!details.open) return;
      const [head, rows] = fill();
      const made = html('table', {});
      const top = html('tr', {}, html('thead', {}, made)), body = html('tbody', {}, made);
      head.forEach((text, k) => html('th', { scope: 'col', class: k ? 'n' : '' }, top, text));
      for (const row of rows) {
        const line = html('tr', {}, body);
        row.forEach((text, k) => html(k ? 'td' : 'th', k ? { class: 'n' } : { scope: 'row' }, line, text));
      }
      table.replaceChildren(made);
    };
    details.addEventListener('toggle', refill);
    let width = 0;
    new ResizeObserver(() => {
      if (plot.clientWidth !== width && plot.clientWidth > 0) { width = plot.clientWidth; redraw(); }
    }).observe(plot);
    return { figure, plot, entries, said, refill };
  };

  /** Axes; the answer has the scales. `x`: [lo, hi], `y`: [lo, hi], `log`: of y. */
  const axes = (plot, { x, y, log, xTicks, xText, yText, height }) => {
    const width = Math.max(260, plot.clientWidth), root = svg('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
    const right = width - PAD.right, bottom = height - PAD.bottom, f = log ? Math.log10 : (v) => v;
    const sx = (v) => PAD.left + ((v - x[0]) / (x[1] - x[0] || 1)) * (right - PAD.left);
    const sy = (v) => bottom - ((f(log ? Math.max(v, y[0]) : v) - f(y[0])) / (f(y[1]) - f(y[0]) || 1)) * (bottom - PAD.top);
    const back = svg('g', { class: 'back' }, root);
    for (const v of log ? logTicks(y[0], y[1]) : range(y[0], y[1], nice(y[1] - y[0], 4))) {
      svg('path', { d: `M${PAD.left} ${sy(v)}H${right}`, class: 'grid' }, root);
      svg('text', { x: PAD.left - 6, y: sy(v) + 4, class: 'tick end' }, root).textContent = v === 0 ? '0' : yText(v).replace(/\.0+(?=\D|$)/, '');
    }
    for (const v of xTicks(Math.max(2, Math.floor((right - PAD.left) / 90)))) {
      const at = sx(v), side = at > right - 24 ? ' end' : at < PAD.left + 16 ? '' : ' mid';
      svg('path', { d: `M${at} ${bottom}v4`, class: 'grid' }, root);
      svg('text', { x: side === ' end' ? right : at, y: height - 6, class: 'tick' + side }, root).textContent = xText(v);
    }
    plot.replaceChildren(root);
    return { root, back, sx, sy, left: PAD.left, right, top: PAD.top, bottom, unx: (px) => x[0] + ((px - PAD.left) / (right - PAD.left)) * (x[1] - x[0]), width };
  };

  /** A line through [x, y] points with its shape every so often; null breaks it. */
  const drawLine = (root, points, style) => {
    const group = svg('g', { class: `l${style}` }, root);
    let d = '', shapes = '', pen = false, next = -1e9, alone = null;
    const dot = ([x, y]) => { shapes += SHAPES[style % 7](x.toFixed(1), y.toFixed(1)); };
    points.forEach((p, k) => {
      if (!p) { if (alone) dot(alone); pen = false; alone = null; return; }
      d += `${pen ? 'L' : 'M'}${p[0].toFixed(1)} ${p[1].toFixed(1)}`;
      alone = pen ? null : p;
      pen = true;
      if (p[0] >= next && k > 0) { dot(p); next = p[0] + 90; alone = null; } else if (k === 0) next = p[0] + 20 + style * 12;
    });
    if (alone) dot(alone);
    svg('path', { d, class: 'line' }, group);
    svg('path', { d: shapes, class: 'point' }, group);
  };

  /** Pointer, wheel and keys: one moment for all charts, one stretch for all charts. */
  const steer = (plot, view, scale, step) => {
    const at = (event) => {
      const box = plot.getBoundingClientRect(), s = scale();
      return Math.max(view.from, Math.min(view.until, s.unx(((event.clientX - box.left) / box.width) * s.width)));
    };
    let down = null, shade = null;
    plot.addEventListener('pointerdown', (event) => { if (event.button === 0) { down = at(event); plot.setPointerCapture(event.pointerId); } });
    plot.addEventListener('pointermove', (event) => {
      const t = at(event), s = scale();
      view.look(t);
      if (shade) shade.remove();
      shade = down === null ? null : svg('rect', { x: s.sx(Math.min(t, down)), y: s.top, width: Math.abs(s.sx(t) - s.sx(down)), height: s.bottom - s.top, class: 'shade' }, s.root);
    });
    plot.addEventListener('pointerup', (event) => {
      const t = at(event), s = scale(), from = down;
      down = null;
      if (shade) { shade.remove(); shade = null; }
      if (from !== null && Math.abs(s.sx(t) - s.sx(from)) > 8) view.zoom(Math.min(t, from), Math.max(t, from));
    });
    plot.addEventListener('pointercancel', () => { down = null; if (shade) shade.remove(); });
    plot.addEventListener('pointerleave', () => { if (down === null) view.look(null); });
    plot.addEventListener('dblclick', () => view.zoom(0, view.end));
    const around = (t, factor) => view.zoom(t - (t - view.from) * factor, t + (view.until - t) * factor);
    plot.addEventListener('wheel', (event) => {
      // A wheel that scrolls the page must not be caught by chance.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== plot) return;
      event.preventDefault();
      around(at(event), event.deltaY < 0 ? 0.8 : 1.25);
    }, { passive: false });
    plot.addEventListener('keydown', (event) => {
      const span = view.until - view.from, t = view.cursor ?? (view.from + view.until) / 2;
      const move = (by) => view.look(Math.max(view.from, Math.min(view.until, t + by)));
      const keys = {
        ArrowLeft: () => (event.shiftKey ? view.zoom(view.from - span / 5, view.until - span / 5) : move(-step())),
        ArrowRight: () => (event.shiftKey ? view.zoom(view.from + span / 5, view.until + span / 5) : move(step())),
        Home: () => view.look(view.from), End: () => view.look(view.until),
        '+': () => around(t, 0.5), '=': () => around(t, 0.5), '-': () => around(t, 2), _: () => around(t, 2),
        0: () => view.zoom(0, view.end), Escape: () => { view.look(null); view.zoom(0, view.end); },
      };
      if (keys[event.key] && !event.altKey) { event.preventDefault(); keys[event.key](); }
    });
  };

  /** What lies behind every time chart: planned phases, and what happened when. */
  const backdrop = (s, model, view) => {
    (model.bands || []).forEach((band, k) => {
      const from = s.sx(Math.max(band.from, view.from)), until = s.sx(Math.min(band.until, view.until));
      if (until <= from) return;
      svg('rect', { x: from, y: s.top, width: until - from, height: s.bottom - s.top, class: k % 2 ? 'band odd' : 'band' }, s.back);
      const room = Math.floor((until - from - 6) / 6.5);
      if (room > 2) svg('text', { x: from + 4, y: 12, class: 'tick' }, s.root).textContent = band.name.length > room ? band.name.slice(0, room - 1) + '…' : band.name;
    });
    for (const mark of model.marks || []) {
      if (mark.at < view.from || mark.at > view.until) continue;
      const line = svg('path', { d: `M${s.sx(mark.at)} ${s.top}V${s.bottom}`, class: `mark ${mark.kind.replace(/ /g, '-')}` }, s.root);
      svg('title', {}, line).textContent = `${clock(mark.at)} ${mark.text}`;
    }
  };
  const crosshair = (s, view) => {
    const line = svg('path', { class: 'cursor' }, s.root);
    return () => line.setAttribute('d', view.cursor === null ? '' : `M${s.sx(view.cursor)} ${s.top}V${s.bottom}`);
  };
  const pointAt = (points, t) => {
    let best = null, far = Infinity;
    for (const p of points) {
      const away = t < p[0] ? p[0] - t : t > p[1] ? t - p[1] : 0;
      if (away < far || (away === 0 && p[0] <= t && t < p[1])) { best = p; far = away; }
    }
    return best;
  };

  /** A chart over time. A line has `points(from, until, most)`; `whole(from, until)` is what its legend
      says when no moment is looked at. `stepped`: a number holds for the whole step. */
  const timeChart = (host, model, view) => {
    let s = null, drawn = [], aim = () => {};
    const say = formats[model.unit] || formats.number;
    const text = (v) => (v === null || v === undefined ? '–' : say(v));
    const said = () => {
      const near = view.cursor === null || !s ? null : (model.marks || []).find((m) => Math.abs(s.sx(m.at) - s.sx(view.cursor)) < 5);
      parts.said.textContent = view.cursor === null ? '' : clock(view.cursor) + (near ? ` · ${near.text}` : '');
      model.lines.forEach((line, k) => {
        const p = view.cursor === null ? null : pointAt(drawn[k], view.cursor);
        parts.entries[k].textContent = view.cursor !== null ? text(p && p[2]) : line.whole ? text(line.whole(view.from, view.until)) : '';
      });
      aim();
    };
    const redraw = () => {
      const most = Math.min(model.most || Infinity, Math.max(40, Math.floor(parts.plot.clientWidth / 3)));
      drawn = model.lines.map((line) => line.points(view.from, view.until, most));
      const values = drawn.flatMap((points, k) => (model.lines[k].hidden ? [] : points.map((p) => p[2]))).filter((v) => v !== null);
      const top = values.reduce((a, b) => Math.max(a, b), 0) || 1, low = values.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), top);
      const log = model.log && model.log() && low > 0;
      s = axes(parts.plot, {
        x: [view.from, view.until], y: log ? [low * 0.9, top * 1.1] : [0, Math.max(top * 1.05, model.least || 0)], log, height: model.height || 170,
        xTicks: (n) => timeTicks(view.from, view.until, n), xText: clock, yText: say,
      });
      backdrop(s, model, view);
      drawn.forEach((points, k) => {
        const line = model.lines[k], place = (t, v) => [s.sx(Math.max(view.from, Math.min(view.until, t))), s.sy(v)];
        if (line.hidden) return;
        const spots = points.flatMap(([from, until, v]) => (v === null ? [null] : line.stepped ? [place(from, v), place(until, v)] : [place((from + until) / 2, v)]));
        drawLine(s.root, spots, line.style ?? k);
      });
      aim = crosshair(s, view);
      said();
      parts.refill();
    };
    const fill = () => {
      const lines = model.lines.map((line) => line.points(view.from, view.until, 60));
      const times = lines.reduce((a, b) => (b.length > a.length ? b : a), []);
      return [['Time', ...model.lines.map((line) => line.name)], times.map((p, row) => [clock(p[0]), ...lines.map((points) => text((points[row] || [])[2]))])];
    };
    const parts = frame(host, model, () => redraw(), fill);
    steer(parts.plot, view, () => s, () => (view.until - view.from) / Math.max(1, (drawn[0] || []).length));
    view.changed.push(redraw);
    view.moved.push(said);
    redraw();
    return { figure: parts.figure, redraw, drawn: () => drawn };
  };

  /** Percentiles on an axis on which each nine is as wide as the one before. A line has `points()`: [share, ms]. */
  const curveChart = (host, model, view) => {
    const nines = (share) => -Math.log10(Math.max(1e-9, 1 - share)), name = (n) => (n === 0 ? '0 %' : `${+(100 * (1 - 10 ** -n)).toPrecision(Math.ceil(n) + 2)} %`);
    const redraw = () => {
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
    view.changed.push(redraw);
    redraw();
    return { figure: parts.figure, redraw };
  };

  /** How many requests took how long, over time. `model.cells(i, j)`: [bucket, count] of these steps. */
  const heatMap = (host, model, view) => {
    let s = null, aim = () => {};
    const ROWS = 36, edge = (bucket) => model.factor ** bucket / 1000;
    const redraw = () => {
      const columns = bins(model.at, view.from, view.until, Math.max(30, Math.floor(parts.plot.clientWidth / 6)));
      const cells = columns.map(([i, j]) => model.cells(i, j)), all = cells.flat().map((c) => c[0]);
      const lo = all.reduce((a, b) => Math.min(a, b), Infinity), hi = all.reduce((a, b) => Math.max(a, b), -Infinity);
      const each = Math.max(1, Math.ceil((hi - lo + 1) / ROWS)), empty = !all.length;
      s = axes(parts.plot, { x: [view.from, view.until], y: empty ? [1, 10] : [edge(lo - 0.5), edge(lo + Math.ceil((hi - lo + 1) / each) * each - 0.5)], log: true, height: 230, xTicks: (n) => timeTicks(view.from, view.until, n), xText: clock, yText: formats.ms });
      cells.forEach((column, c) => {
        const sums = new Map(), total = column.reduce((sum, b) => sum + b[1], 0);
        for (const [bucket, count] of column) sums.set(Math.floor((bucket - lo) / each), (sums.get(Math.floor((bucket - lo) / each)) || 0) + count);
        const [from, until] = [Math.max(view.from, model.at[columns[c][0]]), Math.min(view.until, model.at[columns[c][1]])].map(s.sx);
        for (const [row, count] of sums) {
          const y = s.sy(edge(lo + (row + 1) * each - 0.5)), share = count / total;
          svg('rect', { x: from.toFixed(1), y: y.toFixed(1), width: Math.max(0.5, until - from).toFixed(1), height: (s.sy(edge(lo + row * each - 0.5)) - y).toFixed(1), class: 'heat', 'fill-opacity': (0.12 + 0.88 * Math.sqrt(share)).toFixed(2) }, s.root);
        }
      });
      for (const mark of model.marks || []) if (mark.at >= view.from && mark.at <= view.until) svg('path', { d: `M${s.sx(mark.at)} ${s.top}V${s.bottom}`, class: 'mark' }, s.root);
      aim = crosshair(s, view);
      aim();
      parts.refill();
    };
    const LIMITS = [1, 3, 10, 30, 100, 300, 1000, 3000, 10000];
    const fill = () => [['Time', ...LIMITS.map((ms) => `under ${formats.ms(ms)}`), 'longer'], bins(model.at, view.from, view.until, 40).map(([i, j]) => {
      const counts = LIMITS.map(() => 0).concat(0);
      for (const [bucket, count] of model.cells(i, j)) {
        const k = LIMITS.findIndex((ms) => edge(bucket) < ms);
        counts[k < 0 ? LIMITS.length : k] += count;
      }
      return [clock(model.at[i]), ...counts.map(String)];
    })];
    const parts = frame(host, { ...model, lines: [] }, () => redraw(), fill);
    steer(parts.plot, view, () => s, () => (view.until - view.from) / 60);
    view.changed.push(redraw);
    view.moved.push(() => { parts.said.textContent = view.cursor === null ? '' : clock(view.cursor); aim(); });
    redraw();
    return { figure: parts.figure, redraw };
  };

  return { formats, clock, merged, quantile, bins, overSteps, ofSamples, makeView, timeChart, curveChart, heatMap, html, svg };
})();
