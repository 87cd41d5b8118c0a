// Numbers as people read them; times of a run as its report writes them.

const { formats, clock, plural } = Charts;
export { formats, clock, plural };

const known = (v) => v !== null && v !== undefined && Number.isFinite(v);
export const orDash = (say) => (v) => (known(v) ? say(v) : '–');

export const count = orDash((v) => String(Math.round(v)));
/** 216000 → `216 000`, where a number stands alone. */
export const grouped = orDash((v) => String(Math.round(v)).replace(/\B(?=(\d{3})+$)/g, '\u202f'));
export const rate = orDash((v) => (Math.abs(v) < 9.995 ? v.toFixed(2) : Math.abs(v) < 99.95 ? v.toFixed(1) : v.toFixed(0)));
/** The digits of a response time in a column whose head says ms. */
export const ms = rate;
export const time = orDash(formats.ms);
export const share = orDash((v) => `${v === 0 ? '0' : (v * 100).toFixed(2)} %`);
export const percent = orDash((v) => `${(v * 100).toFixed(1)} %`);
export const bytes = orDash(formats.bytes);
export const at = orDash(clock);

/** Stages of a `Server-Timing`, of one answer (`time`) or of many (`mean`): `sql 3.1 ms, hit`. */
export const stages = (list) => list.map(({ name, time: own, mean, about }) => `${name}${known(own ?? mean) ? ` ${time(own ?? mean)}` : ''}${about ? ` (${about})` : ''}`).join(', ');

/** 61 → `1:01`, always with minutes, so that its width stays. */
export const watch = (seconds) => {
  const s = Math.max(0, Math.floor(seconds)), two = (v) => String(v).padStart(2, '0');
  return s >= 3600 ? `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}` : `${Math.floor(s / 60)}:${two(s % 60)}`;
};

/** A moment of the calendar, seconds since 1970, in the time of this browser. */
export const moment = orDash((v) => {
  const d = new Date(v * 1000), two = (n) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
});
