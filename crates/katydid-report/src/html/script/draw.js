// What all charts are made of: frame, axes, lines, what lies behind them.
(() => {
  'use strict';
  const { clock, ticks, logTicks } = Charts;

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

  /** Zero needs no unit, and no number needs zeros behind its point. */
  const tick = (v, say) => (v === 0 && /^0/.test(say(0)) ? '0' : say(v).replace(/\.0+(?=\D|$)/, ''));
  const legendOf = (legend, lines, redraw) => lines.map((line, index) => {
    const button = html('button', { type: 'button', 'aria-pressed': String(!line.hidden) }, legend);
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

  /** Title, legend, plot and table of one chart. `model.lines`: {name, style, …}; `fill()`: heads and rows of the
      table. `redraw` is called whenever there is another width; a plot that is not shown has none. */
  const frame = (host, model, redraw, fill) => {
    const id = `chart-${(serial += 1)}`, figure = html('figure', { class: 'chart' }, host);
    const caption = html('figcaption', { id }, figure);
    html('span', { class: 'title' }, caption, model.title);
    const said = html('span', { class: 'said' }, caption);
    const legend = html('div', { class: 'legend' }, figure);
    const plot = html('div', { class: 'plot', tabindex: '0', role: 'application', 'aria-roledescription': 'chart', 'aria-labelledby': id, 'aria-describedby': 'chart-keys' }, figure);
    const entries = legendOf(legend, model.lines, redraw);
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
    const watch = new ResizeObserver(() => {
      if (plot.clientWidth === width) return;
      width = plot.clientWidth;
      if (width > 0) redraw();
    });
    watch.observe(plot);
    const remove = () => { watch.disconnect(); figure.remove(); };
    return { figure, plot, entries, said, refill, remove, shown: () => plot.clientWidth > 0 };
  };

  /** Axes; the answer has the scales. `x`: [lo, hi], `y`: [lo, hi], `log`: of y, `whole`: no fractions at y. */
  const axes = (plot, { x, y, log, whole, xTicks, xText, yText, height }) => {
    const width = Math.max(260, plot.clientWidth), root = svg('svg', { viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' });
    const right = width - PAD.right, bottom = height - PAD.bottom, f = log ? Math.log10 : (v) => v;
    const sx = (v) => PAD.left + ((v - x[0]) / (x[1] - x[0] || 1)) * (right - PAD.left);
    const sy = (v) => bottom - ((f(log ? Math.max(v, y[0]) : v) - f(y[0])) / (f(y[1]) - f(y[0]) || 1)) * (bottom - PAD.top);
    const back = svg('g', { class: 'back' }, root);
    for (const v of log ? logTicks(y[0], y[1]) : ticks(y[0], y[1], 4, whole)) {
      svg('path', { d: `M${PAD.left} ${sy(v)}H${right}`, class: 'grid' }, root);
      svg('text', { x: PAD.left - 6, y: sy(v) + 4, class: 'tick end' }, root).textContent = tick(v, yText);
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

  /** What lies behind every time chart: planned phases, and what happened when. */
  const backdrop = (s, bands, marks, view) => {
    bands.forEach((band, k) => {
      const from = s.sx(Math.max(band.from, view.from)), until = s.sx(Math.min(band.until, view.until));
      if (until <= from) return;
      svg('rect', { x: from, y: s.top, width: until - from, height: s.bottom - s.top, class: k % 2 ? 'band odd' : 'band' }, s.back);
      const room = Math.floor((until - from - 6) / 6.5);
      // Two letters of a name tell nothing.
      if (room >= Math.min(6, band.name.length)) svg('text', { x: from + 4, y: 12, class: 'tick' }, s.root).textContent = band.name.length > room ? band.name.slice(0, room - 1) + '…' : band.name;
    });
    for (const mark of marks) {
      if (mark.at < view.from || mark.at > view.until) continue;
      const line = svg('path', { d: `M${s.sx(mark.at)} ${s.top}V${s.bottom}`, class: `mark ${mark.kind.replace(/ /g, '-')}` }, s.root);
      svg('title', {}, line).textContent = `${clock(mark.at)} ${mark.text}`;
    }
  };
  const crosshair = (s, view) => {
    const line = svg('path', { class: 'cursor' }, s.root);
    return () => line.setAttribute('d', view.cursor === null ? '' : `M${s.sx(view.cursor)} ${s.top}V${s.bottom}`);
  };

  Object.assign(Charts, { svg, html, frame, axes, drawLine, backdrop, crosshair });
})();
