// Steering the run that is on: its load, its classes, a pause, a mark, an end.

import { change, post } from './api.js';
import { by, el, keyed, mark, put, show } from './dom.js';
import { note, say } from './say.js';
import { isOn, mayAct, on, run, store } from './store.js';
import { choose, chosen } from './tabs.js';
import { ask } from './ask.js';
import { lastOrder, ordered } from './again.js';

/** Does a change; what is refused is said where it was asked. */
const act = async (fault, done, what, more) => {
  try {
    await change(what, more);
    if (fault) show(fault, false);
    say(done);
    return true;
  } catch (error) {
    if (fault) { put(fault, error.message); show(fault, true); } else note(error.message, 'bad');
    return false;
  }
};

// ---- the drawer with the load ----

const number = (text) => (/^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : NaN);

const field = (id, label, unit) => el('label', { for: id }, label, el('input', { id, type: 'text', inputmode: 'decimal', autocomplete: 'off', size: '8', 'aria-describedby': 'edit-fault' }), unit ? el('span', { class: 'soft', text: unit }) : null);

const buildEdit = () => {
  const form = by('edit');
  form.append(
    el('div', { class: 'row', id: 'edit-closed' }, field('edit-users', 'Users'), field('edit-rate', 'Spawn rate', 'users per second')),
    el('div', { class: 'row', id: 'edit-open', hidden: true }, field('edit-arrivals', 'Arrival rate', 'task starts per second')),
    el('details', { id: 'edit-weights' }, el('summary', { text: 'Weights of the classes' }), el('div', { class: 'row', id: 'edit-classes' })),
    el('div', { class: 'row' },
      el('button', { type: 'submit', class: 'go', text: 'Change load' }),
      el('button', { type: 'button', text: 'Close', onclick: () => toggle('edit', false) })),
    el('p', { class: 'fault', id: 'edit-fault', role: 'alert', hidden: true }),
  );
  form.addEventListener('submit', (event) => { event.preventDefault(); submitEdit(); });
};

const fillEdit = () => {
  const it = run();
  show(by('edit-closed'), !it.open);
  show(by('edit-open'), it.open);
  by('edit-users').value = it.target_users;
  by('edit-rate').value = it.spawn_rate;
  by('edit-arrivals').value = it.arrival_rate ?? '';
  show(by('edit-weights'), it.weights.length > 1);
  keyed(by('edit-classes'), it.weights, (one) => one.class, (one) => {
    const id = `edit-weight-${one.class}`;
    return el('label', { for: id }, one.class, el('input', { id, type: 'text', inputmode: 'numeric', size: '4', autocomplete: 'off', 'aria-describedby': 'edit-fault' }));
  }, (node, one) => { node.querySelector('input').value = one.weight; });
  document.querySelectorAll('#edit input').forEach((input) => input.removeAttribute('aria-invalid'));
  show(by('edit-fault'), false);
};

const wrong = (input, text) => {
  put(by('edit-fault'), text);
  show(by('edit-fault'), true);
  if (input.closest('details')) input.closest('details').open = true;
  input.setAttribute('aria-invalid', 'true');
  input.focus();
};

/** What of the drawer is another than the run has, as changes; null where something is no number. */
const wanted = () => {
  const it = run(), changes = [];
  const read = (id, name, whole) => {
    const value = number(by(id).value);
    if (Number.isNaN(value) || (whole && !Number.isInteger(value))) { wrong(by(id), `${name}: ${by(id).value || 'nothing'} is no ${whole ? 'whole ' : ''}number of 0 or more.`); return null; }
    by(id).removeAttribute('aria-invalid');
    return value;
  };
  if (it.open) {
    const rate = read('edit-arrivals', 'Arrival rate', false);
    if (rate === null) return null;
    if (rate !== it.arrival_rate) changes.push(['arrival-rate', { rate }]);
  } else {
    const users = read('edit-users', 'Users', true), rate = users === null ? null : read('edit-rate', 'Spawn rate', false);
    if (users === null || rate === null) return null;
    if (users !== it.target_users || rate !== it.spawn_rate) changes.push(['users', { users, spawn_rate: rate }]);
  }
  for (const one of it.weights.length > 1 ? it.weights : []) {
    const weight = read(`edit-weight-${one.class}`, `Weight of ${one.class}`, true);
    if (weight === null) return null;
    if (weight !== one.weight) changes.unshift(['weight', { class: one.class, weight }]);
  }
  return changes;
};

const submitEdit = async () => {
  const changes = wanted();
  if (!changes) return;
  for (const [what, more] of changes) if (!(await act(by('edit-fault'), 'The load changes.', what, more))) return;
  if (changes.length) toggle('edit', false);
  else { put(by('edit-fault'), 'This is the load that runs already.'); show(by('edit-fault'), true); }
};

// ---- buttons ----

const toggle = (id, open = by(id).hidden) => {
  const button = { edit: by('act-edit'), marking: by('act-mark') }[id];
  show(by(id), open);
  mark(button, 'aria-expanded', String(open));
  if (open) {
    toggle(id === 'edit' ? 'marking' : 'edit', false);
    if (id === 'edit') fillEdit();
    const first = [...by(id).querySelectorAll('input')].find((input) => !input.closest('[hidden]'));
    first.focus();
    first.select();
  } else if (by(id).contains(document.activeElement)) button.focus();
};

const submitMark = async () => {
  const text = by('marking-text').value.trim();
  if (!text) { put(by('marking-fault'), 'Say in a few words what happened.'); show(by('marking-fault'), true); return; }
  if (await act(by('marking-fault'), 'Marked on the time line.', 'mark', { text })) { by('marking-text').value = ''; toggle('marking', false); }
};

/** The run again with the numbers that it had, or says why not. */
const again = async (confirmed = false) => {
  const order = lastOrder();
  try { await post('run', { ...order, confirmed }); ordered(order); } catch (fault) {
    if (fault.code === 'confirm' && !confirmed) { if (await ask(fault.message, 'Start')) again(true); } else note(fault.message, 'bad');
  }
};

export const actions = {
  edit: () => toggle('edit'),
  pause: () => act(null, run().paused ? 'The run goes on.' : 'Users begin nothing new.', run().paused ? 'resume' : 'pause'),
  mark: () => toggle('marking'),
  reset: async () => { if (await ask('The statistics begin anew: what was counted up to now leaves all tables. The time line keeps the moment.', 'Reset')) act(null, 'The statistics begin anew.', 'reset-stats'); },
  stop: () => act(null, 'The run ends: users finish their tasks.', 'stop'),
  cut: async () => { if (await ask('Tasks are cut where they are; requests under way are given up and counted as cut.', 'Stop now')) act(null, 'The run ends now.', 'cut'); },
  again: () => again(),
  fresh: () => choose('start', true),
};

/** Whether a search is on, which chooses its loads itself. */
const searching = () => isOn() && Boolean(store.state.search);

/** Whether an action can be taken now. */
export const can = (name) => {
  const over = Boolean(store.state) && store.state.stage === 'over';
  // What would spoil a probe is not offered; the server would refuse it, too.
  if (searching() && ['edit', 'pause', 'reset'].includes(name)) return false;
  return mayAct() && (name === 'fresh' ? over : name === 'again' ? over && lastOrder() !== null : isOn());
};

const BUTTONS = { 'act-edit': 'edit', 'act-pause': 'pause', 'act-mark': 'mark', 'act-reset': 'reset', 'act-stop': 'stop', 'act-cut': 'cut', 'act-again': 'again', 'act-new': 'fresh' };

const tell = () => {
  const it = run();
  show(by('actions'), Boolean(it) && mayAct());
  show(by('role'), Boolean(it) && Boolean(store.suite) && !mayAct());
  for (const [id, name] of Object.entries(BUTTONS)) show(by(id), can(name));
  show(by('actions').querySelector('.apart'), isOn());
  if (!it) return;
  const stopping = it.state === 'stopping' || it.state === 'stopped';
  for (const id of ['act-edit', 'act-pause', 'act-stop']) by(id).disabled = stopping;
  put(by('act-pause'), it.paused ? 'Resume' : 'Pause');
  if (!isOn()) for (const id of ['edit', 'marking']) if (!by(id).hidden) toggle(id, false);
};

/** Why an order came to nothing stands in the form; who looks elsewhere is told there. */
const tellFault = (() => {
  let before = null;
  return () => {
    const { fault } = store.state;
    if (fault && fault !== before && chosen() !== 'start') note(fault, 'bad');
    before = fault;
  };
})();

export const begin = () => {
  buildEdit();
  for (const [id, name] of Object.entries(BUTTONS)) by(id).addEventListener('click', () => actions[name]());
  by('marking').addEventListener('submit', (event) => { event.preventDefault(); submitMark(); });
  by('marking').querySelector('[data-close]').addEventListener('click', () => toggle('marking', false));
  for (const id of ['edit', 'marking']) by(id).addEventListener('keydown', (event) => { if (event.key === 'Escape') toggle(id, false); });
  on('state suite', () => { if (store.state) tell(); });
  on('state', tellFault);
};
