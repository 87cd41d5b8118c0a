// Numbers as people read them, and the ticks of an axis.
const Charts = {};
(() => {
  'use strict';

  const fine = (v) => (v !== 0 && Math.abs(v) < 0.0995 ? String(+v.toPrecision(2)) : Math.abs(v) < 9.995 ? v.toFixed(2) : Math.abs(v) < 99.95 ? v.toFixed(1) : v.toFixed(0));
  const short = (v) => (Number.isInteger(v) ? String(v) : fine(v));
  const scaled = (v, units, step) => {
    let at = 0;
    while (Math.abs(v) >= step * 0.9995 && at + 1 < units.length) { v /= step; at += 1; }
    return (at === 0 ? short(v) : fine(v)) + ' ' + units[at];
  };
  const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'];
  /** A number with its unit, by the name of the unit. */
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

  /** 1, user → `1 user`; 2, user → `2 users`. */
  const plural = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

  const nice = (span, count) => {
    const raw = span / Math.max(1, count), ten = 10 ** Math.floor(Math.log10(raw));
    return [1, 2, 5, 10].map((f) => f * ten).find((s) => s >= raw * 0.999);
  };
  const range = (lo, hi, step) => {
    const out = [];
    for (let k = Math.ceil(lo / step - 1e-9); k * step <= hi + step * 1e-9; k += 1) out.push(+(k * step).toPrecision(12));
    return out;
  };
  /** Round numbers from `lo` to `hi`, about `count` of them; `whole`: no fractions. */
  const ticks = (lo, hi, count, whole) => range(lo, hi, whole ? Math.max(1, nice(hi - lo, count)) : nice(hi - lo, count));
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

  Object.assign(Charts, { formats, clock, plural, ticks, timeTicks, logTicks });
})();
