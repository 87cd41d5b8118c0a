// Tabs: one panel at a time, named in the address (`?tab=stats`), moved through by arrow keys. Only the
// panel that is seen is kept up to date.

import { by, el, mark, show } from './dom.js';
import { isOn, on, run, store } from './store.js';

const panels = [];
/** Locust's address of its logs leads to ours. */
const ALIASES = { logViewer: 'logs' };
let current = null, wanted = new URLSearchParams(location.search).get('tab');
wanted = ALIASES[wanted] || wanted;

/** `panel`: {id, title, build(host), update(), needs: 'run' | 'start' | null, hears: 'snapshot …'}. */
export const add = (panel) => {
  const tab = el('button', { type: 'button', role: 'tab', id: `tab-${panel.id}`, 'aria-controls': `panel-${panel.id}`, tabindex: '-1', onclick: () => choose(panel.id) },
    el('span', { text: panel.title }), el('span', { class: 'badge', hidden: true }));
  const host = by(`panel-${panel.id}`);
  by('tabs').append(tab);
  panels.push(Object.assign(panel, { tab, host, built: false }));
  if (panel.hears) on(panel.hears, () => { if (current === panel && !document.hidden) update(panel); });
};

const update = (panel) => {
  if (!panel.built) { panel.build(panel.host); panel.built = true; }
  panel.update();
};

const fits = (panel) => (panel.needs === 'run' ? Boolean(run()) : panel.needs === 'start' ? !isOn() && store.state !== null : true);
export const shown = () => panels.filter(fits);
export const chosen = () => current && current.id;

/** What is shown when nobody has said: the form before a run, its numbers after. */
const usual = () => (run() ? 'stats' : 'start');

export const choose = (id, focus = false) => {
  const panel = shown().find((one) => one.id === id) || shown().find((one) => one.id === usual());
  if (!panel) return;
  for (const one of panels) {
    mark(one.tab, 'aria-selected', String(one === panel));
    one.tab.tabIndex = one === panel ? 0 : -1;
    show(one.host, one === panel);
  }
  const changed = current !== panel;
  current = panel;
  if (changed) {
    const address = new URL(location.href);
    address.searchParams.set('tab', panel.id);
    if (address.href !== location.href) history.replaceState(null, '', address);
    document.body.dataset.tab = panel.id;
    panel.tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  if (store.state) update(panel);
  if (focus) panel.tab.focus();
};

export const badge = (id, text, title) => {
  const panel = panels.find((one) => one.id === id), node = panel.tab.querySelector('.badge');
  show(node, Boolean(text));
  node.textContent = text || '';
  mark(node, 'title', title);
};

/** Which tabs there are follows the state; where one goes away, the usual one takes its place. */
const follow = (() => {
  let before = null;
  return () => {
    const { state } = store, key = `${state.stage === 'on'} ${state.run ? state.run.number : 0}`;
    for (const panel of panels) show(panel.tab, fits(panel));
    if (before !== key) {
      const began = before !== null && state.stage === 'on';
      before = key;
      // A run that begins is what one wants to see.
      const next = wanted || (current && !(began && current.id === 'start') ? current.id : usual());
      wanted = null;
      choose(next);
    }
  };
})();

export const step = (by_) => {
  const all = shown(), k = all.indexOf(current);
  choose(all[(k + by_ + all.length) % all.length].id, true);
};

export const begin = () => {
  on('state', follow);
  by('tabs').addEventListener('keydown', (event) => {
    const all = shown();
    const moves = { ArrowRight: () => step(1), ArrowLeft: () => step(-1), Home: () => choose(all[0].id, true), End: () => choose(all[all.length - 1].id, true) };
    if (moves[event.key] && !event.altKey && !event.ctrlKey && !event.metaKey) { event.preventDefault(); moves[event.key](); }
  });
  document.addEventListener('visibilitychange', () => { if (!document.hidden && current && store.state) update(current); });
};
