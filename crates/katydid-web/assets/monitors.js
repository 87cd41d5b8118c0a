// Monitors: what is watched beside the load. Its charts are under Charts, "Target and machine".

import { el } from './dom.js';
import { formats, orDash } from './format.js';
import { Grid } from './grid.js';
import { store } from './store.js';

const number = (key, title) => ({ key, title, number: true, text: (row) => orDash(formats[row.unit] || formats.number)(row[key]), value: (row) => row[key] });
const COLUMNS = [
  { key: 'monitor', title: 'Monitor', text: (row) => row.monitor },
  { key: 'kind', title: 'Kind', text: (row) => row.kind },
  { key: 'name', title: 'Series', text: (row) => row.name },
  number('last', 'Now'), number('min', 'Least'), number('mean', 'Mean'), number('max', 'Most'),
];

let grid;
export const monitors = {
  id: 'monitors', title: 'Monitors', needs: 'run', hears: 'snapshot state',
  build(host) {
    host.append(el('p', { class: 'note', text: 'Processes, machine and what the plan watches. Over time they are drawn under Charts, “Target and machine”.' }));
    grid = new Grid(host, COLUMNS, { id: 'monitors', label: 'Monitors', name: 2, key: (row) => `${row.nth} ${row.name}`, empty: 'Nothing is watched, or nothing was seen yet. A plan says what to watch ([monitor.NAME]).' });
  },
  update() {
    const all = store.snapshot ? store.snapshot.monitors : [];
    grid.update(all.flatMap((monitor, nth) => monitor.series.map((series) => ({ ...series, nth, monitor: monitor.name, kind: monitor.kind }))));
  },
};
