// Timeline: what happened when. A click shows the charts around that moment.

import { el } from './dom.js';
import { at, watch, moment } from './format.js';
import { Grid } from './grid.js';
import { run, store } from './store.js';
import { choose } from './tabs.js';
import { zoomTo } from './charts.js';

const AROUND = 30;
const WORDS = { load: 'load', 'load reached': 'load reached', 'by hand': 'by hand', reset: 'reset', warning: 'warning', end: 'end', monitor: 'monitor', process: 'process', standstill: 'standstill' };
const TONES = { warning: 'bad', standstill: 'bad', process: 'bad', monitor: 'slow' };

const COLUMNS = [
  { key: 'at', title: 'When', number: true, text: (row) => watch(row.at), value: (row) => row.k, hint: 'since the start of the run' },
  { key: 'clock', title: 'By the clock', tight: true, text: (row) => moment(row.started === null ? null : row.started + row.at), off: true },
  { key: 'kind', title: 'What', tight: true, text: (row) => WORDS[row.kind] || row.kind, tone: (row) => TONES[row.kind] },
  { key: 'text', title: 'In words', text: (row) => row.text },
  {
    key: 'show', title: '', text: () => '', value: null,
    draw(cell, row) {
      if (cell.firstChild) return;
      cell.append(el('button', { type: 'button', class: 'small', text: 'Charts', 'aria-label': `Charts around ${at(row.at)}`, onclick: () => { choose('charts'); zoomTo(Math.max(0, row.at - AROUND), row.at + AROUND); } }));
    },
  },
];

let grid;
export const timeline = {
  id: 'timeline', title: 'Timeline', needs: 'run', hears: 'snapshot state',
  build(host) { grid = new Grid(host, COLUMNS, { id: 'timeline', label: 'Events of the run', name: 3, key: (row) => `${row.at} ${row.kind} ${row.text} ${row.nth}`, sort: ['at', true], choose: true, empty: 'Nothing has happened yet.' }); },
  update() {
    const marks = store.snapshot ? store.snapshot.marks : [], seen = new Map(), it = run();
    grid.update(marks.map((mark, k) => {
      const same = `${mark.at} ${mark.kind} ${mark.text}`, nth = seen.get(same) || 0;
      seen.set(same, nth + 1);
      return { ...mark, nth, k, started: it ? it.started : null };
    }));
  },
};
