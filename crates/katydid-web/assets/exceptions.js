// Exceptions: errors and panics of the suite's own code.

import { count } from './format.js';
import { Grid } from './grid.js';
import { on, store } from './store.js';
import { badge } from './tabs.js';

const COLUMNS = [
  { key: 'count', title: '# Occurrences', number: true, text: (row) => count(row.count), value: (row) => row.count },
  { key: 'message', title: 'Message', text: (row) => row.message },
  { key: 'task', title: 'Where', text: (row) => row.task },
  { key: 'place', title: 'File and line', text: (row) => row.place || '–' },
];

let grid;
export const exceptions = {
  id: 'exceptions', title: 'Exceptions', needs: 'run', hears: 'snapshot state',
  build(host) { grid = new Grid(host, COLUMNS, { id: 'exceptions', label: 'Exceptions', name: 1, key: (row) => `${row.task} ${row.place} ${row.message}`, sort: ['count', true], empty: 'The suite’s own code has not failed.' }); },
  update() { grid.update(store.snapshot ? store.snapshot.exceptions : []); },
};

on('snapshot', () => { if (store.snapshot) badge('exceptions', store.snapshot.exceptions.length ? String(store.snapshot.exceptions.length) : '', 'different exceptions'); });
