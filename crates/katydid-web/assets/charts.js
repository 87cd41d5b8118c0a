// Charts: the report's, of the run that goes on. Whoever sees the whole run goes on to; who has zoomed stays.

import { get } from './api.js';
import { el, put, show } from './dom.js';
import { stages, time as asTime } from './format.js';
import { on, run, store } from './store.js';

let parts = null, drawn = null, stale = false, wanted = '', asking = false;

/** Charts of one name, from another tab. */
export const lookAt = (name) => { wanted = name; };

const names = () => (store.snapshot ? store.snapshot.rows.map((row) => `${row.method} ${row.name}`) : []);

const tellNames = () => {
  const all = names(), now = [...parts.name.options].slice(1).map((option) => option.value);
  if (all.length !== now.length || all.some((name, k) => name !== now[k])) {
    const chosen = parts.name.value;
    parts.name.replaceChildren(el('option', { value: '', text: 'none' }), ...all.map((name) => el('option', { value: name, text: name })));
    parts.name.value = all.includes(chosen) ? chosen : '';
  }
  if (wanted && all.includes(wanted)) { parts.name.value = wanted; wanted = ''; askName(true); }
};

/** What the target says of the time of the chosen name, beside what was measured. */
const tellStages = () => {
  const row = store.snapshot && store.snapshot.rows.find((one) => `${one.method} ${one.name}` === parts.name.value), some = Boolean(row) && row.server_timing.length > 0;
  put(parts.stages, some ? `Server-Timing, as the target says, on average: ${stages(row.server_timing)}. The wait measured is ${asTime(row.wait)}.` : '');
  show(parts.stages, some);
};

/** The series of the chosen name, as long as it is looked at. */
const askName = async (move = false) => {
  const name = parts.name.value;
  if (!name) { drawn.showName(null); return; }
  if (asking) return;
  asking = true;
  try {
    const series = await get(`names?name=${encodeURIComponent(name)}`);
    if (parts.name.value === name) drawn.showName(series);
    if (move) parts.ofName.scrollIntoView({ block: 'start' });
  } catch { /* what is drawn stays; the next second asks again */ }
  asking = false;
};

const span = (seconds) => {
  const { view } = drawn, { end } = view;
  if (seconds) view.zoom(end - seconds, end); else view.all();
};

const build = (host) => {
  const button = (text, seconds) => el('button', { type: 'button', text, onclick: () => span(seconds) });
  const log = el('input', { type: 'checkbox' }), reset = button('Whole run', 0);
  const name = el('select', { 'aria-label': 'Charts of one name', onchange: () => { tellStages(); askName(); } }, el('option', { value: '', text: 'none' }));
  const window_ = el('p', { class: 'window' });
  const place = (title) => { const head = el('h3', { text: title }), box = el('div'); return { head, box }; };
  const time = el('div', { class: 'chart-grid over-time' }), spread = place('How response times are spread'), side = place('Target and machine');
  const ofName = el('div', { class: 'chart-grid' });
  parts = { name, ofName, side, spread, stages: el('p', { class: 'note', hidden: true }), empty: el('p', { class: 'empty', text: 'The first second has not ended yet.' }) };
  const tools = el('div', { class: 'tools' }, reset, button('Last 15 min', 900), button('Last 5 min', 300), button('Last minute', 60),
    el('label', {}, log, ' Response times on a log scale'), el('label', {}, 'One\u00a0name ', name));
  side.box.className = spread.box.className = 'chart-grid';
  host.append(tools, window_, parts.empty, parts.stages, ofName, time, spread.head, spread.box, side.head, side.box);
  parts.places = { time, side: side.box, spread: spread.box, name: ofName, log, window: window_, reset };
};

let seconds = 0;
export const charts = {
  id: 'charts', title: 'Charts', needs: 'run', hears: 'history snapshot',
  build,
  update() {
    const { data } = store.history, ready = Boolean(data) && data.steps.at.length > 1;
    show(parts.empty, !ready);
    if (!ready) return;
    if (!drawn) drawn = Charts.run(data, parts.places, { now: true }); else if (stale || drawn.data() !== data) drawn.update(data);
    stale = false;
    show(parts.side.head, data.charts.length > 0);
    show(parts.spread.head, data.curves.length > 0);
    tellNames();
    tellStages();
    seconds += 1;
    if (parts.name.value && seconds % 5 === 0) askName();
  },
};

on('state', () => { const it = run(); if (drawn && it && it.number !== store.history.run) stale = true; });
/** All charts show this stretch. */
export const zoomTo = (from, until) => { if (drawn) drawn.view.zoom(from, until); };
