// Runs: those that were kept, the newest first. Open a report, or lay two side by side.

import { get } from './api.js';
import { el, put } from './dom.js';
import { count, moment, share, watch } from './format.js';
import { Grid } from './grid.js';
import { isOn, run, store } from './store.js';

const pair = { base: null, with: null };
const path = (name) => encodeURIComponent(name);

const pick = (which) => ({
  key: which, title: which === 'base' ? 'Base' : 'With', value: null, text: () => '',
  draw(cell, row) {
    if (!cell.firstChild) cell.append(el('input', { type: 'radio', name: `pick-${which}`, 'aria-label': `${which === 'base' ? 'Base' : 'With'} of the comparison: ${row.name}`, onchange: () => { pair[which] = row.name; tellPair(); } }));
  },
});
/** The run that is on has no end yet, and is not broken off for that. */
const goesOn = (row) => isOn() && run().folder === row.name;
const trust = (row) => row.run || (row.fault ? 'not readable' : goesOn(row) ? 'goes on' : row.whole ? '–' : 'broken off');
const TONES = { PASS: 'good', FAIL: 'bad', INVALID: 'slow' };
const COLUMNS = [
  pick('base'), pick('with'),
  { key: 'started', title: 'Started', tight: true, text: (row) => moment(row.started), value: (row) => row.started },
  {
    key: 'name', title: 'Run', text: (row) => row.name,
    draw(cell, row) { if (!cell.firstChild) cell.append(el('a', { href: `api/v1/runs/${path(row.name)}/report`, target: '_blank', rel: 'noopener', text: row.label || row.name, title: row.fault || row.name })); },
  },
  { key: 'run', title: 'Trust', text: trust, tone: (row) => (row.run === 'VALID' ? 'good' : goesOn(row) ? '' : 'slow') },
  { key: 'verdict', title: 'Verdict', text: (row) => row.verdict || '–', tone: (row) => TONES[row.verdict] },
  { key: 'length', title: 'Lasted', number: true, text: (row) => (row.length === null || row.length === undefined ? '–' : watch(row.length)), value: (row) => row.length },
  { key: 'requests', title: '# Requests', number: true, text: (row) => count(row.requests), value: (row) => row.requests },
  { key: 'failures', title: 'Fails %', number: true, text: (row) => share(row.requests ? row.failures / row.requests : null), value: (row) => (row.requests ? row.failures / row.requests : null) },
  { key: 'scenario', title: 'Scenario', text: (row) => row.scenario || '–' },
  { key: 'load', title: 'Load', text: (row) => row.load },
  { key: 'host', title: 'Host', text: (row) => row.host },
];

let grid, compare, told, asked = '';

const tellPair = () => {
  const ready = pair.base && pair.with && pair.base !== pair.with;
  compare.hidden = !ready;
  if (ready) compare.href = `api/v1/compare?base=${path(pair.base)}&with=${path(pair.with)}`;
  put(told, ready ? `${pair.with} against ${pair.base}` : pair.base && pair.base === pair.with ? 'A run cannot be compared with itself.' : 'Choose a base and a run to compare with it.');
};

const ask = async () => {
  const now = `${store.state.instance} ${store.state.run ? store.state.run.number : 0} ${store.state.stage}`;
  if (asked === now) return;
  asked = now;
  try { const { runs } = await get('runs'); grid.update(runs); } catch (fault) { asked = ''; put(told, fault.message); }
};

export const runs = {
  id: 'runs', title: 'Runs', needs: null, hears: 'state',
  build(host) {
    compare = el('a', { class: 'button', target: '_blank', rel: 'noopener', text: 'Compare', hidden: true });
    told = el('span', { class: 'soft' });
    host.append(el('div', { class: 'tools' }, compare, told));
    grid = new Grid(host, COLUMNS, { id: 'runs', label: 'Runs that were kept', name: 3, key: (row) => row.name, sort: ['started', true], empty: 'No run was kept yet.' });
    tellPair();
  },
  update: ask,
};
