// Settings: with what the run was started, and the command that makes it again.

import { copyButton, el, put, show } from './dom.js';
import { moment } from './format.js';
import { Grid } from './grid.js';
import { run, store } from './store.js';

const COLUMNS = [
  { key: 'name', title: 'Setting', text: (row) => row[0] },
  { key: 'value', title: 'Value', text: (row) => row[1] },
  { key: 'from', title: 'From', text: (row) => row[2] },
];

let grid, parts;
export const settings = {
  id: 'settings', title: 'Settings', needs: null, hears: 'state suite',
  build(host) {
    const command = el('pre', { tabindex: '0' }), facts = el('p', { class: 'soft' });
    const box = el('div', {}, el('div', { class: 'block-head' }, el('h3', { text: 'The same run again' }), copyButton('the command', () => command.textContent)), command);
    parts = { command, facts, box, rows: el('h3', { text: 'Settings of the run' }) };
    host.append(facts, box, parts.rows);
    grid = new Grid(host, COLUMNS, { id: 'settings', label: 'Settings of the run', key: (row) => row[0], empty: 'They are told once a run has begun.' });
  },
  update() {
    const it = run(), { suite } = store;
    put(parts.facts, [suite && `${suite.name}, Katydid ${suite.version}`, it && `run ${it.number}, started ${moment(it.started)}`, it && `seed ${it.seed}`, it && it.folder && `kept as ${it.folder}`].filter(Boolean).join(' · '));
    show(parts.box, Boolean(it));
    put(parts.command, it ? it.command : '');
    grid.update(it ? it.settings : []);
  },
};
