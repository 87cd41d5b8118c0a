// The line at the top: what matters most, in every tab. State, load, answers, failures, verdict, trust.

import { by, el, mark, put, show } from './dom.js';
import { grouped, plural, rate, share, time, watch } from './format.js';
import { on, run, store } from './store.js';
import { choose } from './tabs.js';

const SPARK = 60, RECENT = 10;

/** A figure: its name, its number, a line below it, and perhaps how it went lately. */
const figure = (key, title, { spark = false, tab = null } = {}) => {
  const number = el('b'), below = el('small'), head = el('dt', { text: title }), line = el('span', { class: 'number' });
  const box = el('div', { class: 'figure', 'data-figure': key }, head, el('dd', {}, line, below));
  line.append(tab ? el('button', { type: 'button', class: 'bare', onclick: () => choose(tab) }, number) : number);
  let path = null;
  if (spark) {
    const svg = Charts.svg('svg', { class: 'spark', viewBox: '0 0 100 20', preserveAspectRatio: 'none', 'aria-hidden': 'true' }, line);
    path = Charts.svg('path', {}, svg);
  }
  by('figures').append(box);
  return { box, head, number, below, path };
};

let figures;
const build = () => {
  figures = {
    state: figure('state', 'Run'),
    verdict: figure('verdict', 'Targets', { tab: 'verdict' }),
    trust: figure('trust', 'Trust', { tab: 'verdict' }),
    users: figure('users', 'Users', { spark: true }),
    rate: figure('rate', 'Requests/s', { spark: true }),
    p95: figure('p95', 'p95 of 10 s', { spark: true }),
    failures: figure('failures', 'Failures', { spark: true, tab: 'failures' }),
  };
};

const tone = (figure, word) => mark(figure.box, 'data-tone', word);

/** The words for where a run stands. */
export const stateWord = (state) => {
  const it = state.run;
  if (state.stage === 'preparing') return 'Preparing';
  if (!it) return 'Ready';
  if (state.stage === 'over') return 'Over';
  if (it.paused) return 'Paused';
  return { ready: 'Starting', spawning: 'Spawning', running: 'Running', stopping: 'Stopping', stopped: 'Over' }[it.state] || it.state;
};

const tellState = () => {
  const { state, snapshot } = store, it = run();
  show(by('now'), Boolean(it));
  put(figures.state.number, stateWord(state));
  tone(figures.state, state.stage === 'on' && !it.paused ? 'go' : it && it.paused ? 'wait' : null);
  const lasted = snapshot ? watch(snapshot.elapsed) : '0:00';
  put(figures.state.below, !it ? '' : state.stage === 'over' ? `${lasted}${it.ended ? `, ${it.ended}` : ''}` : it.run_time ? `${lasted} of ${watch(it.run_time)}` : lasted);
  mark(figures.state.below, 'title', state.stage === 'over' && it ? it.ended : null);
  tellSearch(state.search);
  put(by('suite-name'), it ? it.suite : store.suite ? store.suite.name : 'Katydid');
  put(by('where'), it ? [it.host, it.scenario && `scenario ${it.scenario}`, it.label, it.load].filter(Boolean).join(' · ') : '');
};

/** A search is told in every tab by its newest line; all of them stand in Verdict. */
const tellSearch = (search) => {
  show(by('search-line'), Boolean(search));
  if (!search) return;
  const { probes, outcome } = search, last = probes[probes.length - 1];
  put(by('search-line'), outcome || (last ? `The search goes on. ${last}` : 'The search goes on with its first probe.'));
};

/** A rate as somebody has written it: 20, not 20.0. */
const asked = (perSecond) => (perSecond === null ? '–' : `${Number(perSecond.toFixed(2))}/s`);

const tellFigures = () => {
  const { snapshot, history } = store, it = run();
  if (!snapshot || !it) return;
  const [i, j] = history.last(RECENT), recent = (q) => (j > i ? history.quantile(q, i, j) : null);
  const { total } = snapshot;
  put(figures.users.head, it.open ? 'Arrival rate' : 'Users');
  if (it.open) {
    put(figures.users.number, asked(it.arrival_rate));
    // Before the first second has ended nothing was due.
    const { arrivals } = snapshot, wait = arrivals ? arrivals.due - arrivals.begun : 0;
    put(figures.users.below, `${plural(snapshot.users, 'user')}, ${plural(wait, 'start')} ${wait === 1 ? 'waits' : 'wait'}`);
  } else {
    put(figures.users.number, grouped(snapshot.users));
    put(figures.users.below, snapshot.users === it.target_users ? 'as planned' : `on the way to ${it.target_users}`);
  }
  put(figures.rate.number, rate(total.rps));
  put(figures.rate.below, `${grouped(total.requests)} in all`);
  put(figures.p95.number, time(recent(0.95)));
  put(figures.p95.below, `p50 ${time(recent(0.5))}`);
  put(figures.failures.number, share(total.requests ? total.failures / total.requests : null));
  put(figures.failures.below, total.failures ? `${grouped(total.failures)} in all, ${rate(total.fps)}/s now` : 'none');
  tone(figures.failures, total.failures ? 'bad' : null);
  tellVerdict(snapshot);
};

const WORDS = { PASS: 'good', FAIL: 'bad', INVALID: 'wait', VALID: 'good', DISTURBED: 'wait' };

const tellVerdict = ({ verdict, trust }) => {
  const over = store.state.stage === 'over', { targets } = verdict;
  const missed = targets.filter((target) => !target.met).length + verdict.expectations.filter((one) => !one.met).length;
  put(figures.verdict.number, over ? verdict.word : targets.length + verdict.expectations.length ? `${verdict.word} so far` : verdict.word === 'PASS' ? 'None set' : `${verdict.word} so far`);
  put(figures.verdict.below, missed ? `${plural(missed, 'target')} missed` : targets.length ? `all ${targets.length} met` : verdict.causes[0] || 'no rules judge this run');
  tone(figures.verdict, !targets.length && verdict.word === 'PASS' && !over ? null : WORDS[verdict.word]);
  put(figures.trust.number, trust.word);
  put(figures.trust.below, trust.findings.length ? trust.findings[0].text : 'nothing against it');
  mark(figures.trust.below, 'title', trust.findings.length ? trust.findings[0].text : null);
  tone(figures.trust, WORDS[trust.word]);
};

const spark = (path, numbers) => {
  const known = numbers.filter((v) => v !== null), top = Math.max(...known, 1e-9);
  let d = '', pen = false;
  numbers.forEach((v, k) => {
    if (v === null) { pen = false; return; }
    d += `${pen ? 'L' : 'M'}${((k / Math.max(1, numbers.length - 1)) * 100).toFixed(1)} ${(19 - (v / top) * 17).toFixed(1)}`;
    pen = true;
  });
  path.setAttribute('d', d);
};

const tellSparks = () => {
  const { history } = store, j = history.length, steps = [];
  for (let k = Math.max(0, j - SPARK); k < j; k += 1) steps.push(k);
  if (!steps.length) { for (const one of Object.values(figures)) if (one.path) one.path.removeAttribute('d'); return; }
  const { at, users, requests, failed, p95 } = history.data.steps, length = (k) => at[k + 1] - at[k] || 1;
  spark(figures.users.path, steps.map((k) => users[k]));
  spark(figures.rate.path, steps.map((k) => requests[k] / length(k)));
  spark(figures.p95.path, steps.map((k) => (requests[k] ? p95[k] : null)));
  spark(figures.failures.path, steps.map((k) => failed[k] / length(k)));
};

export const begin = () => {
  build();
  on('state suite', () => { if (store.state) { tellState(); tellFigures(); } });
  on('snapshot', () => { if (!document.hidden) { tellState(); tellFigures(); } });
  on('history', () => { if (!document.hidden) tellSparks(); });
  document.addEventListener('visibilitychange', () => { if (!document.hidden && store.state) { tellState(); tellFigures(); tellSparks(); } });
};
