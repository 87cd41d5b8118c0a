// Which classes run, with which weights, and what they do; and the tags of their tasks.

import { by, el } from './dom.js';
import { percent } from './format.js';

const rows = [];

const tasksOf = (info) => {
  const flows = new Map();
  for (const task of info.tasks) {
    const part = task.flow || task.task;
    const sum = flows.get(part) || { share: 0, known: true };
    sum.share += task.expected_share || 0;
    sum.known = sum.known && task.expected_share !== null;
    flows.set(part, sum);
  }
  return [...flows].map(([name, { share, known }]) => (known ? `${name} ${percent(share)}` : name)).join(' · ');
};

/** A line for each class; `given` is what the program was started with (`Shopper`, `Shopper=3`). */
export const buildClasses = (host, infos, given) => {
  rows.length = 0;
  const start = new Map((given || []).map((word) => word.split('=')));
  for (const info of infos) {
    const on = start.size ? start.has(info.name) : !info.when_asked && (info.weight > 0 || info.fixed_count > 0);
    const weight = start.get(info.name) || String(info.weight);
    const box = el('input', { type: 'checkbox', id: `class-${info.name}`, checked: on });
    const input = el('input', { type: 'text', inputmode: 'numeric', size: '4', value: weight, 'aria-label': `Weight of ${info.name}`, disabled: info.fixed_count > 0 });
    host.append(el('div', { class: 'class-row' }, box, el('label', { for: `class-${info.name}`, text: info.name }),
      info.fixed_count > 0 ? el('span', { class: 'soft', text: `always ${info.fixed_count}` }) : el('span', {}, el('span', { class: 'soft', text: 'weight ' }), input),
      el('span', { class: 'soft does', text: [tasksOf(info), info.host && `at ${info.host}`].filter(Boolean).join(', ') })));
    rows.push({ info, box, input, start: { on, weight } });
  }
};

/** Only these classes run, as a scenario has it; none: those at the start. */
export const chooseClasses = (words) => {
  const wanted = new Map(words.map((word) => word.split('=')));
  for (const row of rows) {
    row.box.checked = wanted.size ? wanted.has(row.info.name) : row.start.on;
    row.input.value = wanted.get(row.info.name) || row.start.weight;
  }
  filled = words.length ? said() : null;
};
let filled = null;

const said = () => rows.filter((row) => row.box.checked)
  .map((row) => (row.input.value.trim() === String(row.info.weight) || row.info.fixed_count ? row.info.name : `${row.info.name}=${row.input.value.trim()}`));

/** The classes for the order; none where nothing was changed. */
export const classesOf = () => {
  const same = rows.every((row) => row.box.checked === row.start.on && row.input.value === row.start.weight);
  const now = said();
  return same || (filled && filled.join() === now.join()) ? [] : now;
};

export const noClass = () => rows.length > 0 && !rows.some((row) => row.box.checked);
export const classesWrong = (text) => { by('classes-fault').textContent = text; by('classes-fault').hidden = !text; if (text) by('more-classes').open = true; };

/** All tags of all tasks, sorted. */
export const tagsOf = (infos) => [...new Set(infos.flatMap((info) => info.tasks.flatMap((task) => task.tags)))].sort();
