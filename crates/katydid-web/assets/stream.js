// The stream of news: one EventSource, opened again by us where the browser gives up.

import { get, Refused } from './api.js';
import { store, takeLines, tell } from './store.js';

const SOONEST = 1000, LATEST = 5000;
let source = null, wait = SOONEST, again = 0;

const link = (word) => {
  if (store.link === word) return;
  store.link = word;
  if (word === 'lost') store.lostAt = Date.now();
  tell('link');
};

const takeState = (state) => {
  const restarted = store.state && store.state.instance !== state.instance;
  const before = store.state && store.state.run, now = state.run;
  if (restarted) { store.log = []; store.suite = null; loadSuite(); }
  if (!now || restarted || (before && before.number !== now.number)) { store.snapshot = null; store.history.clear(now ? now.number : null); }
  store.state = state;
  tell('state');
  if (restarted) tell('restart');
};

const heard = {
  state: takeState,
  snapshot(snapshot) { store.snapshot = snapshot; tell('snapshot'); },
  history(event) { if (store.history.take(event)) tell('history'); else open(); },
  log({ lines }) { takeLines(lines); tell('log'); },
};

/** Opens the stream, or opens it anew: the server then begins with everything. */
export const open = () => {
  clearTimeout(again);
  if (source) source.close();
  source = new EventSource('api/v1/events');
  source.addEventListener('open', () => { wait = SOONEST; link('live'); });
  source.addEventListener('error', () => {
    link('lost');
    // The browser tries again by itself, except after an answer that is no stream.
    if (source.readyState === EventSource.CLOSED) later();
  });
  for (const [name, hear] of Object.entries(heard)) {
    source.addEventListener(name, (event) => { link('live'); hear(JSON.parse(event.data)); });
  }
};

const later = () => {
  clearTimeout(again);
  again = setTimeout(async () => {
    // A stream cannot say why it was refused; a plain request leads to the login where that is wanted.
    try { await get('suite'); open(); } catch (fault) { if (fault instanceof Refused) open(); else later(); }
  }, wait);
  wait = Math.min(LATEST, wait * 1.5);
};

export const loadSuite = async () => {
  try { store.suite = await get('suite'); tell('suite'); } catch { setTimeout(loadSuite, SOONEST); }
};
