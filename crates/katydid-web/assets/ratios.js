// Current ratio: the mix of work as documented and as measured, and what every task did.

import { el, keyed, put } from './dom.js';
import { count, orDash, percent, rate } from './format.js';
import { Grid } from './grid.js';
import { run, store } from './store.js';

/** Flows, and tasks outside of flows, of each class: shares of the class's executions. */
const mixOf = (tasks) => {
  const all = new Map(), sums = new Map();
  for (const task of tasks) {
    const part = task.flow || task.task, key = `${task.class}/${part}`, drawn = task.executions + task.cut;
    const row = all.get(key) || { key, class: task.class, part, executions: 0, expected: 0 };
    row.executions += drawn;
    row.expected = row.expected === null || task.expected_share === null ? null : row.expected + task.expected_share;
    all.set(key, row);
    sums.set(task.class, (sums.get(task.class) || 0) + drawn);
  }
  return [...all.values()].map((row) => ({ ...row, measured: sums.get(row.class) ? row.executions / sums.get(row.class) : null }));
};

const points = orDash((v) => `${v >= 0 ? '+' : '−'}${Math.abs(v * 100).toFixed(1)} pt`);
const difference = (row) => (row.expected === null || row.measured === null ? null : row.measured - row.expected);

/** Two bars, one over the other: the thin one is documented. */
const drawBars = (cell, row) => {
  let svg = cell.firstChild;
  if (!svg) {
    svg = Charts.svg('svg', { class: 'mix', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, cell);
    Charts.svg('rect', { class: 'measured', x: 0, y: 1, height: 8 }, svg);
    Charts.svg('rect', { class: 'documented', y: 0, width: 0.8, height: 10 }, svg);
  }
  const [measured, documented] = svg.children;
  measured.setAttribute('width', (100 * (row.measured || 0)).toFixed(2));
  documented.setAttribute('x', row.expected === null ? -5 : (99.2 * row.expected).toFixed(2));
};

const MIX = [
  { key: 'class', title: 'Class', text: (row) => row.class },
  { key: 'part', title: 'Flow or task', text: (row) => row.part },
  { key: 'executions', title: 'Executions', number: true, text: (row) => count(row.executions), value: (row) => row.executions },
  { key: 'expected', title: 'Documented', number: true, text: (row) => percent(row.expected), value: (row) => row.expected },
  { key: 'measured', title: 'Measured', number: true, text: (row) => percent(row.measured), value: (row) => row.measured },
  { key: 'difference', title: 'Difference', number: true, text: (row) => points(difference(row)), value: difference },
  { key: 'bars', title: 'Measured (bar), documented (line)', text: () => '', value: null, draw: drawBars },
];
const TASKS = [
  { key: 'class', title: 'Class', text: (row) => row.class },
  { key: 'flow', title: 'Flow', text: (row) => row.flow || '–' },
  { key: 'task', title: 'Task', text: (row) => row.task },
  { key: 'executions', title: 'Executions', number: true, text: (row) => count(row.executions), value: (row) => row.executions },
  { key: 'cut', title: 'Cut', number: true, text: (row) => count(row.cut), value: (row) => row.cut },
  { key: 'requests', title: 'Requests', number: true, text: (row) => count(row.requests), value: (row) => row.requests },
  { key: 'each', title: 'Per execution', number: true, text: (row) => rate(each(row)), value: (row) => each(row) },
  { key: 'exceptions', title: 'Exceptions', number: true, text: (row) => count(row.exceptions), value: (row) => row.exceptions, tone: (row) => (row.exceptions ? 'bad' : '') },
  { key: 'tags', title: 'Tags', text: (row) => row.tags.join(', ') },
];
const each = (row) => (row.executions + row.cut ? row.requests / (row.executions + row.cut) : null);

let users, mix, tasks;
export const ratios = {
  id: 'ratios', title: 'Current ratio', needs: 'run', hears: 'snapshot state',
  build(host) {
    users = el('ul', { class: 'users-now' });
    host.append(el('h3', { text: 'Users now' }), users, el('h3', { text: 'Mix of work' }), el('p', { class: 'note', text: 'The share of each flow in the task executions of its class: as the weights document it, and as it was measured. A short run differs by chance.' }));
    mix = new Grid(host, MIX, { id: 'mix', label: 'Mix of work', name: 1, key: (row) => row.key, empty: 'No task has ended yet.' });
    host.append(el('h3', { text: 'Tasks' }));
    tasks = new Grid(host, TASKS, { id: 'tasks', label: 'Tasks', name: 2, key: (row) => `${row.class}/${row.flow}/${row.task}`, empty: 'No task has ended yet.' });
  },
  update() {
    const { snapshot } = store, it = run();
    if (!snapshot || !it) return;
    const all = snapshot.classes.reduce((sum, one) => sum + one.users, 0), weights = it.weights.reduce((sum, one) => sum + one.weight, 0);
    keyed(users, snapshot.classes, (one) => one.class, () => el('li', {}, el('b'), el('span'), el('span', { class: 'soft' })), (node, one) => {
      const [name, number, wanted] = node.children, weight = (it.weights.find((other) => other.class === one.class) || {}).weight;
      put(name, one.class);
      put(number, ` ${one.users} (${percent(all ? one.users / all : null)})`);
      put(wanted, weight === undefined ? '' : `, by weight ${percent(weights ? weight / weights : null)}`);
    });
    mix.update(mixOf(snapshot.tasks));
    tasks.update(snapshot.tasks);
  },
};
