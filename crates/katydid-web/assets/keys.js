// Keys: one letter each, never while somebody writes; they can be turned off.

import { by, el, memory } from './dom.js';
import { actions, can } from './steer.js';
import { chosen, choose, shown, step } from './tabs.js';
import { nextTheme } from './themes.js';

const focusFilter = () => { const field = document.querySelector(`#panel-${chosen()} [data-filter]`); if (field) { field.focus(); field.select(); } };

const KEYS = [
  ['?', 'these keys', () => by('help').showModal()],
  ['1 … 9', 'a tab by its place', null],
  ['[ ]', 'the tab before, the next one', null],
  ['/', 'filter the table', focusFilter],
  ['e', 'edit the load', 'edit'],
  ['p', 'pause, resume', 'pause'],
  ['m', 'mark this moment', 'mark'],
  ['s', 'stop: users finish their tasks', 'stop'],
  ['n', 'new run, once one is over', 'fresh'],
  ['t', 'theme', nextTheme],
];

const press = (key) => {
  if (key === '[') { step(-1); return true; }
  if (key === ']') { step(1); return true; }
  if (/^[1-9]$/.test(key)) { const panel = shown()[Number(key) - 1]; if (panel) choose(panel.id, true); return Boolean(panel); }
  const [, , act] = KEYS.find(([name]) => name === key) || [];
  if (typeof act === 'string') { if (!can(act)) return false; actions[act](); return true; }
  if (act) act();
  return Boolean(act);
};

export const begin = () => {
  by('help-keys').append(...KEYS.flatMap(([key, what]) => [el('dt', {}, el('kbd', { text: key })), el('dd', { text: what })]));
  by('help-open').addEventListener('click', () => by('help').showModal());
  const box = by('help-on');
  box.checked = memory.get('keys', true);
  box.addEventListener('change', () => memory.set('keys', box.checked));
  document.addEventListener('keydown', (event) => {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector('dialog[open]')) return;
    if (target.closest('input, textarea, select, .plot') || !(box.checked || event.key === '?')) return;
    if (press(event.key)) event.preventDefault();
  });
};
