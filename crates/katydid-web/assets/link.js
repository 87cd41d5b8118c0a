// Whether the page hears of the server, and what becomes of a run: said once with each change.

import { by, put, show } from './dom.js';
import { note, say } from './say.js';
import { on, store } from './store.js';
import { stateWord } from './now.js';
import { plural } from './format.js';

let ticking = 0, before = '', verdict = '';

const tellLink = () => {
  by('link').dataset.link = store.link;
  put(by('link-text'), { connecting: 'connecting', live: 'live', lost: 'lost' }[store.link]);
  clearInterval(ticking);
  const lost = store.link === 'lost';
  show(by('banner'), lost);
  if (!lost) { if (before) say('The connection is back.'); return; }
  const tell = () => put(by('banner'), `The server does not answer since ${plural(Math.round((Date.now() - store.lostAt) / 1000), 'second')}. The numbers below stand still; trying again.`);
  tell();
  say('The connection to the server is lost. Trying again.');
  ticking = setInterval(tell, 1000);
};

const tellState = () => {
  const { state } = store, word = stateWord(state), it = state.run;
  const now = it ? `Run ${it.number}: ${word}` : word;
  document.body.dataset.stage = state.stage;
  document.title = it ? `${word} · ${it.suite} · Katydid` : 'Katydid';
  show(by('waiting'), false);
  if (now !== before) { if (before) say(`${now}.`); before = now; }
};

/** A target that breaks while nobody looks at the tab is said. */
const tellVerdict = () => {
  const { snapshot } = store, word = snapshot ? `${snapshot.verdict.word}, ${snapshot.trust.word}` : '';
  if (verdict && word && word !== verdict) say(`Verdict so far: ${snapshot.verdict.word}. The run is ${snapshot.trust.word}.`);
  verdict = word;
};

export const begin = () => {
  on('link', tellLink);
  on('state', tellState);
  on('snapshot', tellVerdict);
  on('restart', () => note('The program was started again. This is its new session; earlier runs are under Runs.'));
};
