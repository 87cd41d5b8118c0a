// The stretch of the run that all charts show, the moment that is looked at, and how both are moved.
(() => {
  'use strict';

  /** `begin` is where the statistics do: with the run, or with their last reset. */
  const makeView = (begin, end) => ({
    from: begin, until: end, begin, end, cursor: null, changed: new Set(), moved: new Set(),
    zoom(from, until) {
      const all = this.end - this.begin, least = Math.min(all, Math.max(all / 2000, 0.5)), span = Math.min(all, Math.max(least, until - from));
      const mid = (from + until) / 2;
      this.from = Math.max(this.begin, Math.min(this.end - span, mid - span / 2));
      this.until = this.from + span;
      this.changed.forEach((f) => f());
    },
    all() { this.zoom(this.begin, this.end); },
    look(at) { this.cursor = at; this.moved.forEach((f) => f()); },
    whole() { return this.from <= this.begin && this.until >= this.end; },
    /** The run is longer now: whoever sees all of it goes on to, a stretch at its end moves along, any other stays. */
    grow(begin, end) {
      const by = end - this.end, all = this.whole() || by < 0 || begin !== this.begin;
      if (all) { this.from = begin; this.until = end; } else if (this.until >= this.end) { this.from += by; this.until += by; }
      this.begin = begin;
      this.end = end;
      this.changed.forEach((f) => f());
    },
  });

  /** Pointer, wheel and keys of a plot: one moment for all charts, one stretch for all charts. `scale()`: its
      axes as drawn last; `step()`: how far an arrow goes. The answer draws what is dragged anew. */
  const steer = (plot, view, scale, step) => {
    const at = (event) => {
      const box = plot.getBoundingClientRect(), s = scale();
      return Math.max(view.from, Math.min(view.until, s.unx(((event.clientX - box.left) / box.width) * s.width)));
    };
    let down = null, now = null, shade = null;
    const drag = () => {
      const s = scale();
      if (shade) shade.remove();
      shade = down === null || now === null ? null : Charts.svg('rect', {
        x: s.sx(Math.min(now, down)), y: s.top, width: Math.abs(s.sx(now) - s.sx(down)), height: s.bottom - s.top, class: 'shade',
      }, s.root);
    };
    const release = () => { down = null; now = null; drag(); };
    plot.addEventListener('pointerdown', (event) => { if (event.button === 0) { down = at(event); plot.setPointerCapture(event.pointerId); } });
    plot.addEventListener('pointermove', (event) => { now = at(event); view.look(now); drag(); });
    plot.addEventListener('pointerup', (event) => {
      const t = at(event), s = scale(), from = down;
      release();
      if (from !== null && Math.abs(s.sx(t) - s.sx(from)) > 8) view.zoom(Math.min(t, from), Math.max(t, from));
    });
    plot.addEventListener('pointercancel', release);
    plot.addEventListener('pointerleave', () => { if (down === null) view.look(null); });
    plot.addEventListener('dblclick', () => view.all());
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
        0: () => view.all(), Escape: () => { view.look(null); view.all(); },
      };
      if (keys[event.key] && !event.altKey) { event.preventDefault(); keys[event.key](); }
    });
    return drag;
  };

  Object.assign(Charts, { makeView, steer });
})();
