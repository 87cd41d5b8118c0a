// Statistics: Locust's columns, and a few of ours to choose.

import { el, put } from './dom.js';
import { count, ms, rate, share, bytes, stages } from './format.js';
import { Grid } from './grid.js';
import { store } from './store.js';
import { choose } from './tabs.js';
import { lookAt } from './charts.js';

/** A name leads to its charts, by a click or by Enter. That of all requests leads nowhere. */
const drawName = (cell, row) => {
  if (row.name === 'Aggregated' || row.method === TRANSACTION) { put(cell, row.name); return; }
  const go = (event) => { event.preventDefault(); lookAt(`${row.method} ${row.name}`); choose('charts', true); };
  if (!cell.firstElementChild) cell.append(el('a', { class: 'lead', href: '?tab=charts', title: 'Its charts', draggable: 'false', onclick: go }));
  put(cell.firstElementChild, row.name);
};

const TRANSACTION = 'TRANSACTION';
const part = (row) => (row.requests ? row.failures / row.requests : null);
const number = (key, title, say, value = (row) => row[key], more = {}) => ({ key, title, number: true, text: (row) => say(value(row)), value, ...more });
const COLUMNS = [
  { key: 'method', title: 'Type', text: (row) => row.method },
  { key: 'name', title: 'Name', text: (row) => row.name, draw: drawName },
  number('requests', '# Requests', count),
  number('failures', '# Fails', count, undefined, { tone: (row) => (row.failures ? 'bad' : '') }),
  number('p50', 'Median (ms)', ms),
  number('p95', '95%ile (ms)', ms),
  number('p99', '99%ile (ms)', ms),
  number('mean', 'Average (ms)', ms),
  number('min', 'Min (ms)', ms),
  number('max', 'Max (ms)', ms),
  number('size', 'Average size (bytes)', count, (row) => (row.requests ? row.size : null)),
  number('rps', 'Current RPS', rate),
  number('fps', 'Current Failures/s', rate, undefined, { tone: (row) => (row.fps > 0 ? 'bad' : '') }),
  number('share', 'Fails %', share, part, { off: true, tone: (row) => (row.failures ? 'bad' : '') }),
  number('total_rps', 'RPS, whole run', rate, undefined, { off: true }),
  number('moved', 'Bodies in all', bytes, (row) => (row.size === null ? null : row.size * row.requests), { off: true }),
  { key: 'stages', title: 'Server-Timing', text: (row) => stages(row.server_timing || []), off: true },
  { key: 'tags', title: 'Tags', text: (row) => (row.tags || []).join(', '), off: true },
];

let grid, told, filter;
const apply = () => {
  const text = filter.value.trim().toLowerCase();
  const shown = grid.filter((row) => !text || `${row.method} ${row.name} ${(row.tags || []).join(' ')}`.toLowerCase().includes(text));
  const { snapshot } = store, more = snapshot ? snapshot.more_rows : 0;
  put(told, [text ? `${shown} of ${grid.rows.length} names; the last line stays that of all requests` : '', more ? `${more} more names are in the files` : ''].filter(Boolean).join('; '));
};

export const stats = {
  id: 'stats', title: 'Statistics', needs: 'run', hears: 'snapshot state',
  build(host) {
    filter = el('input', { type: 'search', 'aria-label': 'Filter by name, type or tag', placeholder: 'Filter by name, type or tag', 'data-filter': true, oninput: apply });
    told = el('span', { class: 'soft' });
    const tools = el('div', { class: 'tools' }, filter, told);
    grid = new Grid(host, COLUMNS, {
      id: 'stats', label: 'Request statistics', name: 1, key: (row) => `${row.method} ${row.name}`, choose: true,
      empty: 'No request has ended yet.',
    });
    grid.choice.parentNode.replaceWith(tools);
    tools.append(grid.choice);
  },
  update() {
    const { snapshot } = store;
    if (!snapshot) { grid.update([]); return; }
    const transactions = snapshot.transactions.map((row) => ({ ...row, method: row.method || TRANSACTION }));
    grid.update([...snapshot.rows, ...transactions], { ...snapshot.total, method: '', name: 'Aggregated' });
    apply();
  },
};
