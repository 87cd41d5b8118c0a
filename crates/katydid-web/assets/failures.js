// Failures: each text with its count, and single requests to look at and to send again.

import { get } from './api.js';
import { copyButton, el, keyed, put, show } from './dom.js';
import { at, count, percent, stages, time } from './format.js';
import { Grid } from './grid.js';
import { run, store } from './store.js';
import { badge, chosen } from './tabs.js';
import { on } from './store.js';

const COLUMNS = [
  { key: 'count', title: '# Failures', number: true, text: (row) => count(row.count), value: (row) => row.count },
  { key: 'share', title: 'Of its requests', number: true, text: (row) => percent(share(row)), value: (row) => share(row) },
  { key: 'method', title: 'Method', text: (row) => row.method },
  { key: 'name', title: 'Name', text: (row) => row.name },
  { key: 'error', title: 'Message', text: (row) => row.error },
  { key: 'first', title: 'First seen', number: true, text: (row) => at(row.first), value: (row) => row.first },
  { key: 'last', title: 'Last seen', number: true, text: (row) => at(row.last), value: (row) => row.last },
];
const share = (row) => {
  const of = store.snapshot && store.snapshot.rows.find((one) => one.method === row.method && one.name === row.name);
  return of && of.requests ? row.count / of.requests : null;
};

let grid, parts, asked = '', asking = false;

const block = (title, text) => el('div', { class: 'block' }, el('div', { class: 'block-head' }, el('b', { text: title }), copyButton(title, () => text)), el('pre', { tabindex: '0', text }));

/** An exemplar; what it says never changes, so it is written once. */
const exemplar = (it) => el('details', { class: 'exemplar' },
  el('summary', {}, el('b', { class: it.why === 'slow' ? 'slow' : 'bad', text: it.why }), ` ${it.method} ${it.name}`,
    el('span', { class: 'soft', text: ` at ${at(it.ended)}, ${time(it.response_time)}${it.error ? `: ${it.error}` : ''}` })),
  el('dl', { class: 'about' }, el('dt', { text: 'Address' }), el('dd', { text: it.url }), el('dt', { text: 'User' }), el('dd', { text: [it.class, it.flow, it.task].filter(Boolean).join('/') }),
    el('dt', { text: 'Response and service time' }), el('dd', { text: `${time(it.response_time)}, ${time(it.service_time)}` }),
    ...(it.server_timing.length ? [el('dt', { text: 'Server-Timing' }), el('dd', { text: stages(it.server_timing) })] : [])),
  block('curl', it.curl), block('Request', it.request), it.answer ? block('Answer', it.answer) : el('p', { class: 'soft', text: 'No answer came.' }));

const askExemplars = async () => {
  const { snapshot } = store, now = `${run().number} ${snapshot.exemplars} ${snapshot.total.failures > 0} ${Math.floor(snapshot.elapsed / 5)} ${store.state.stage}`;
  if (asking || asked === now) return;
  asking = true;
  try {
    const { exemplars } = await get('exemplars');
    asked = now;
    const by_ = (it) => `${run().number} ${it.ended} ${it.user ?? ''} ${it.method} ${it.name} ${it.why}`;
    keyed(parts.list, exemplars, by_, exemplar);
    show(parts.none, exemplars.length === 0);
  } catch { /* asked again with the next second */ }
  asking = false;
};

export const failures = {
  id: 'failures', title: 'Failures', needs: 'run', hears: 'snapshot state',
  build(host) {
    grid = new Grid(host, COLUMNS, { id: 'failures', label: 'Failures', name: 3, key: (row) => `${row.method} ${row.name} ${row.error}`, sort: ['count', true], empty: 'Nothing has failed.' });
    parts = { more: el('p', { class: 'soft', hidden: true }), list: el('div'), none: el('p', { class: 'empty', text: 'None is kept yet.' }) };
    host.append(parts.more, el('h3', { text: 'Single requests' }), el('p', { class: 'note', text: 'A few of each kind of failure, and of the slowest successes. Secrets are masked.' }), parts.none, parts.list);
  },
  update() {
    const { snapshot } = store;
    if (!snapshot) { grid.update([]); return; }
    grid.update(snapshot.failures);
    put(parts.more, `${snapshot.more_failures} rarer texts are in the files.`);
    show(parts.more, snapshot.more_failures > 0);
    askExemplars();
  },
};

on('snapshot', () => { if (store.snapshot) badge('failures', store.snapshot.failures.length ? String(store.snapshot.failures.length) : '', 'different failures'); if (chosen() !== 'failures') asked = ''; });
