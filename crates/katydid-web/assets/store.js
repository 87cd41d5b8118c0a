// What the page knows now, and who wants to hear of news.

import { History } from './history.js';

const MOST_LINES = 2000;

export const store = {
  suite: null,
  /** `connecting`, `live`, `lost`. */
  link: 'connecting',
  lostAt: 0,
  state: null,
  snapshot: null,
  history: new History(),
  log: [],
};

const listeners = new Map();
/** `link`, `suite`, `state`, `snapshot`, `history`, `log`. */
export const on = (what, hear) => {
  for (const one of what.split(' ')) listeners.set(one, [...(listeners.get(one) || []), hear]);
};
export const tell = (what) => (listeners.get(what) || []).forEach((hear) => hear(store));

export const run = () => (store.state ? store.state.run : null);
export const isOn = () => Boolean(store.state) && store.state.stage === 'on';
export const mayAct = () => Boolean(store.suite) && store.suite.role !== 'viewer';

/** Lines that are new, kept by number; the oldest go. */
export const takeLines = (lines) => {
  const last = store.log.length ? store.log[store.log.length - 1].number : 0;
  store.log.push(...lines.filter((line) => line.number > last));
  if (store.log.length > MOST_LINES) store.log.splice(0, store.log.length - MOST_LINES);
};
