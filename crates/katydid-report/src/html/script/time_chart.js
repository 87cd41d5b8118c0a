// A chart over time.
(() => {
  'use strict';
  const { formats, clock, timeTicks, pointAt, frame, axes, drawLine, backdrop, crosshair, steer } = Charts;

  /** A line has `points(from, until, most)`; `whole(from, until)` is what its legend says when no moment is
      looked at. `stepped`: a number holds for the whole step. `model.bands()`, `model.marks()`: what lies behind.
      `model.most`: points of a line, all of them without; `model.rows`: those of the table. */
  const timeChart = (host, model, view) => {
    let s = null, drawn = [], aim = () => {};
    const say = formats[model.unit] || formats.number;
    const text = (v) => (v === null || v === undefined ? '–' : say(v));
    const marks = model.marks || (() => []), bands = model.bands || (() => []);
    const resting = (line, k) => (model.now ? text((drawn[k].at(-1) || [])[2]) : line.whole ? text(line.whole(view.from, view.until)) : '');
    const said = () => {
      if (!s) return;
      const t = view.cursor, near = t === null ? null : marks().find((m) => Math.abs(s.sx(m.at) - s.sx(t)) < 5);
      parts.said.textContent = t === null ? '' : clock(t) + (near ? ` · ${near.text}` : '');
      model.lines.forEach((line, k) => {
        parts.entries[k].textContent = t === null ? resting(line, k) : text((pointAt(drawn[k], t) || [])[2]);
      });
      aim();
    };
    const redraw = () => {
      if (!parts.shown()) return;
      drawn = model.lines.map((line) => line.points(view.from, view.until, model.most || Infinity));
      const values = drawn.flatMap((points, k) => (model.lines[k].hidden ? [] : points.map((p) => p[2]))).filter((v) => v !== null);
      const top = values.reduce((a, b) => Math.max(a, b), 0) || 1, low = values.reduce((a, b) => (b > 0 ? Math.min(a, b) : a), top);
      const log = model.log && model.log() && low > 0, whole = ['users', 'count', 'flag'].includes(model.unit);
      s = axes(parts.plot, {
        x: [view.from, view.until], y: log ? [low * 0.9, top * 1.1] : [0, Math.max(top * 1.05, model.least || 0, whole ? 1 : 0)], log, whole,
        height: model.height || 170, xTicks: (n) => timeTicks(view.from, view.until, n), xText: clock, yText: say,
      });
      backdrop(s, bands(), marks(), view);
      drawn.forEach((points, k) => {
        const line = model.lines[k], place = (t, v) => [s.sx(Math.max(view.from, Math.min(view.until, t))), s.sy(v)];
        if (line.hidden) return;
        const spots = points.flatMap(([from, until, v]) => (v === null ? [null] : line.stepped ? [place(from, v), place(until, v)] : [place((from + until) / 2, v)]));
        drawLine(s.root, spots, line.style ?? k);
      });
      aim = crosshair(s, view);
      drag();
      said();
      parts.refill();
    };
    const fill = () => {
      const lines = model.lines.map((line) => line.points(view.from, view.until, model.rows || 60));
      const times = lines.reduce((a, b) => (b.length > a.length ? b : a), []);
      return [['Time', ...model.lines.map((line) => line.name)], times.map((p, row) => [clock(p[0]), ...lines.map((points) => text((points[row] || [])[2]))])];
    };
    const parts = frame(host, model, () => redraw(), fill);
    const drag = steer(parts.plot, view, () => s, () => (view.until - view.from) / Math.max(1, (drawn[0] || []).length));
    view.changed.add(redraw);
    view.moved.add(said);
    redraw();
    const remove = () => { view.changed.delete(redraw); view.moved.delete(said); parts.remove(); };
    return { figure: parts.figure, lines: model.lines, redraw, remove };
  };

  Object.assign(Charts, { timeChart });
})();
