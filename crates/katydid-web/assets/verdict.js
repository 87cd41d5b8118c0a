// Verdict: what the run says of the target, target by target with how much is left, and whether it may say
// anything at all.

import { el, keyed, put, show } from './dom.js';
import { at, count } from './format.js';
import { Grid } from './grid.js';
import { store } from './store.js';

/** How near the measured number is to its limit: 1 is at it. `null` where there is no such share. */
const nearness = (target) => {
  const { measured, limit, rule } = target;
  if (measured === null || measured === undefined) return null;
  const below = /[<]|== *0/.test(rule);
  if (below) return limit > 0 ? measured / limit : measured > 0 ? 2 : 0;
  // Shares that must be reached: what is left of the failures that are allowed.
  if (target.unit === 'share' && limit < 1) return (1 - measured) / (1 - limit);
  return measured > 0 ? limit / measured : 2;
};

const drawNear = (cell, target) => {
  let meter = cell.firstChild;
  if (!meter) { meter = el('meter', { min: '0', max: '1', low: '0.8', high: '0.99', optimum: '0', 'aria-label': 'How much of the limit is used' }); cell.append(meter); }
  const near = nearness(target);
  show(meter, near !== null);
  if (near !== null) { meter.value = Math.min(1, near); meter.title = `${Math.round(near * 100)} % of the limit`; }
};

const TARGETS = [
  { key: 'met', title: 'Result', text: (t) => (t.met ? '✓ met' : t.samples ? '✗ missed' : '✗ no data'), value: (t) => (t.met ? 1 : 0), tone: (t) => (t.met ? 'good' : 'bad') },
  { key: 'rule', title: 'Target', text: (t) => t.rule },
  { key: 'scope', title: 'On', text: (t) => [t.scope, t.phase && `in ${t.phase}`].filter(Boolean).join(', ') },
  { key: 'shown', title: 'Measured', number: true, text: (t) => t.shown || '–', value: (t) => t.measured },
  { key: 'margin', title: 'Margin', number: true, text: (t) => t.margin || '–', value: (t) => -(nearness(t) ?? 9), tone: (t) => (t.met ? '' : 'bad') },
  { key: 'near', title: 'Used', text: () => '', value: nearness, draw: drawNear },
  { key: 'samples', title: 'Samples', number: true, text: (t) => count(t.samples), value: (t) => t.samples },
];
const EXPECTED = [
  { key: 'met', title: 'Result', text: (t) => (t.met ? '✓ met' : '✗ missed'), value: (t) => (t.met ? 1 : 0), tone: (t) => (t.met ? 'good' : 'bad') },
  { key: 'rule', title: 'Expectation', text: (t) => t.rule },
  { key: 'seen', title: 'Seen', text: (t) => t.seen },
  { key: 'details', title: 'More', text: (t) => [t.cause, ...(t.details || [])].filter(Boolean).join('; ') },
];

const DIAGNOSIS = [
  { key: 'place', title: 'Where', text: (d) => d.place },
  { key: 'seen', title: 'What was seen', text: (d) => d.seen },
  { key: 'since', title: 'Since', number: true, text: (d) => at(d.since), value: (d) => d.since },
  { key: 'cause', title: 'Likely cause', text: (d) => d.cause },
  { key: 'next', title: 'Next step', text: (d) => d.next },
];

let parts;
const card = (title) => {
  const word = el('strong'), why = el('p'), list = el('ul');
  return { box: el('div', { class: 'word-card' }, el('h3', { text: title }), word, why, list), word, why, list };
};
const lines = (list, texts) => keyed(list, texts.map((text, k) => ({ text, k })), (one) => `${one.k}`, () => el('li'), (node, one) => put(node, one.text));

/** The probes of a search, and what they came to. */
const buildSearch = (host) => {
  const box = el('section', { hidden: true }, el('h3', { text: 'Search for a capacity' })), outcome = el('p', { class: 'outcome' }), probes = el('ol');
  box.append(outcome, probes, el('p', { class: 'help', text: 'Each probe is a run of its own; what follows is of the newest.' }));
  host.append(box);
  return { box, outcome, probes };
};

const tellSearch = (search) => {
  const { box, outcome, probes } = parts.search;
  show(box, Boolean(search));
  if (!search) return;
  // What it came to stands above, in every tab.
  put(outcome, search.outcome ? '' : search.probes.length ? 'It goes on.' : 'Its first probe is on.');
  show(outcome, !search.outcome);
  lines(probes, search.probes.map((line) => line.replace(/^Probe \d+, /, '')));
};

const build = (host) => {
  parts = { target: card('What it says of the target'), run: card('Whether it may be trusted'), head: el('ol', { class: 'headline' }), search: buildSearch(host) };
  host.append(el('div', { class: 'words' }, parts.target.box, parts.run.box), parts.head, el('h3', { text: 'Targets' }));
  parts.targets = new Grid(host, TARGETS, { id: 'targets', label: 'Targets', name: 1, key: (t) => `${t.rule} ${t.scope} ${t.phase}`, sort: ['near', true], empty: 'No target judges this run: its verdict is about failures alone. Targets come from a scenario or a plan.' });
  const part = (title) => { const box = el('div', {}, el('h3', { text: title })); host.append(box); return box; };
  parts.more = part('Expectations');
  parts.expected = new Grid(parts.more, EXPECTED, { id: 'expected', label: 'Expectations', name: 1, key: (t) => t.rule });
  parts.ill = part('Diagnosis');
  parts.diagnosis = new Grid(parts.ill, DIAGNOSIS, { id: 'diagnosis', label: 'Diagnosis', key: (d) => `${d.place} ${d.seen}` });
  parts.advice = part('Known mistakes of this run');
  parts.advices = el('ul');
  parts.notes = part('Also seen');
  parts.noted = el('ul', { class: 'soft' });
  parts.advice.append(parts.advices);
  parts.notes.append(parts.noted);
};

const TONES = { PASS: 'pass', FAIL: 'fail', INVALID: 'invalid', VALID: 'pass', DISTURBED: 'invalid' };

const notesOf = ({ verdict: said, trust, warnings, cost }) => [
  ...said.knee, ...trust.notes,
  ...(said.silent.length ? [`Tasks that sent nothing: ${said.silent.join(', ')}`] : []),
  ...(said.never_drawn.length ? [`Tasks that were never drawn, which is no fault: ${said.never_drawn.join(', ')}`] : []),
  ...warnings, ...(cost ? [cost] : []),
];

export const verdict = {
  id: 'verdict', title: 'Verdict', needs: 'run', hears: 'snapshot state',
  build,
  update() {
    const { snapshot } = store;
    tellSearch(store.state.search);
    if (!snapshot) return;
    const over = store.state.stage === 'over', { verdict: said, trust } = snapshot;
    parts.target.box.className = `word-card ${TONES[said.word]}`;
    put(parts.target.word, over ? said.word : `${said.word} so far`);
    put(parts.target.why, over ? `exit code ${said.exit_code}` : said.word === 'PASS' ? 'if the run ended now' : 'and why:');
    lines(parts.target.list, said.causes);
    parts.run.box.className = `word-card ${TONES[trust.word]}`;
    put(parts.run.word, `RUN ${trust.word}`);
    put(parts.run.why, trust.findings.length ? 'because of this:' : 'nothing was seen that could have changed its numbers');
    lines(parts.run.list, trust.findings.map((finding) => finding.text));
    lines(parts.head, snapshot.headline || []);
    parts.targets.update(said.targets);
    parts.expected.update(said.expectations);
    show(parts.more, said.expectations.length > 0);
    parts.diagnosis.update(snapshot.diagnosis);
    show(parts.ill, snapshot.diagnosis.length > 0);
    lines(parts.advices, snapshot.advice.map((one) => `${one.text} ${one.remedy}`));
    show(parts.advice, snapshot.advice.length > 0);
    const notes = notesOf(snapshot);
    lines(parts.noted, notes);
    show(parts.notes, notes.length > 0);
  },
};
