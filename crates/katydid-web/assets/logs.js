// Logs: the last lines of the terminal, followed unless somebody has scrolled up.

import { el, isHeld, put } from './dom.js';
import { on, store } from './store.js';
import { badge, chosen } from './tabs.js';

const LOUD = /\b(WARNING|ERROR|CRITICAL)\b/;
const level = (text) => (LOUD.exec(text) || [''])[0].toLowerCase();

let list, filter, loud, told, shown = 0, seen = 0;

const line = (one) => el('div', { class: `log-line ${level(one.text)}`, text: one.text });
const fits = (one) => (!filter.value || one.text.toLowerCase().includes(filter.value.toLowerCase())) && (!loud.checked || LOUD.test(one.text));

/** All of it anew: after another filter, or another session. */
const rewrite = () => {
  const lines = store.log.filter(fits);
  list.replaceChildren(...lines.map(line));
  shown = store.log.length ? store.log[store.log.length - 1].number : 0;
  list.scrollTop = list.scrollHeight;
  tellCount();
};
const tellCount = () => put(told, `${list.childElementCount} of ${store.log.length} lines`);

const append = () => {
  const last = store.log.length ? store.log[store.log.length - 1].number : 0;
  if (last < shown) { rewrite(); return; }
  const bottom = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(...store.log.filter((one) => one.number > shown && fits(one)).map(line));
  shown = last;
  while (list.childElementCount > store.log.length && !isHeld(list)) list.firstChild.remove();
  if (bottom && !isHeld(list)) list.scrollTop = list.scrollHeight;
  tellCount();
};

const tellBadge = () => {
  const last = store.log.length ? store.log[store.log.length - 1].number : 0;
  if (chosen() === 'logs' || last < seen) seen = last;
  const count = store.log.filter((one) => one.number > seen && LOUD.test(one.text)).length;
  badge('logs', count ? String(count) : '', 'warnings and errors that are new');
};

export const logs = {
  id: 'logs', title: 'Logs', needs: null, hears: 'log',
  build(host) {
    filter = el('input', { type: 'search', placeholder: 'Filter lines', 'aria-label': 'Filter lines', 'data-filter': true, oninput: rewrite });
    loud = el('input', { type: 'checkbox', onchange: rewrite });
    told = el('span', { class: 'soft' });
    list = el('div', { class: 'log', tabindex: '0', role: 'region', 'aria-label': 'Lines of the log' });
    host.append(el('div', { class: 'tools' }, filter, el('label', {}, loud, ' Only warnings and errors'), told), list);
  },
  update() { append(); tellBadge(); },
};

on('log', tellBadge);
