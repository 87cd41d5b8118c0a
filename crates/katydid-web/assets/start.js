// The form of a start. The first line is all that somebody in a hurry needs.

import { post, Refused } from './api.js';
import { ask } from './ask.js';
import { by, el, keyed, mark, put, show } from './dom.js';
import { field, fields, optionsOf } from './fields.js';
import { plural } from './format.js';
import { buildClasses, chooseClasses, classesOf, classesWrong, noClass, tagsOf } from './classes.js';
import { buildScenarios } from './scenarios.js';
import { say } from './say.js';
import { ordered } from './again.js';
import { mayAct, on, store } from './store.js';

const form = () => by('start-form');
let built = null;

const build = (host) => {
  const { suite } = store, given = suite.presets;
  fields.clear();
  host.replaceChildren(el('form', { id: 'start-form', novalidate: true, 'aria-label': 'Start new load test' },
    el('h2', { text: 'Start new load test' }),
    el('p', { class: 'fault general', id: 'start-fault', role: 'alert', hidden: true }),
    el('div', { id: 'scenarios' }),
    el('div', { class: 'start-columns' },
      el('div', { class: 'start-fields' }, essentials(suite, given), buttons(), ...details(suite, given)),
      el('div', { class: 'start-side' },
        el('section', { id: 'about-scenario', 'aria-live': 'polite', hidden: true }),
        el('section', { 'aria-labelledby': 'look-title' }, el('h3', { id: 'look-title', text: 'Before the start' }),
          el('p', { class: 'help', id: 'look-hint', text: 'Check first looks at target, accounts and every task once, and makes no load.' }),
          el('ul', { id: 'findings', class: 'findings' }),
          el('details', { id: 'findings-more', hidden: true }, el('summary'), el('ul', { id: 'findings-alike', class: 'findings' })))))));
  buildClasses(by('classes'), suite.classes, given.classes);
  buildScenarios(by('scenarios'), suite, given, chooseClasses);
  form().addEventListener('submit', (event) => { event.preventDefault(); start(false); });
  by('look').addEventListener('click', look);
  const embedded = fields.get('embedded');
  if (embedded) {
    const tell = () => { const own = embedded.input.checked; fields.get('host').input.disabled = own; fields.get('host').input.placeholder = own ? 'the backend that is started' : 'http://localhost:5000'; };
    embedded.input.addEventListener('input', tell);
    tell();
  }
  built = store.state.instance;
};

const essentials = (suite, given) => {
  const hosts = el('datalist', { id: 'hosts' }, ...suite.hosts.map((host) => el('option', { value: host.address, text: host.name })));
  const open = el('input', { type: 'radio', name: 'model', id: 'model-open', value: 'open', checked: Boolean(given['arrival-rate']) });
  const closed = el('input', { type: 'radio', name: 'model', id: 'model-closed', value: 'closed', checked: !given['arrival-rate'] });
  const byUsers = el('div', { class: 'row', id: 'by-users' },
    field('users', 'Number of users', { given: given.users, mode: 'numeric', placeholder: '1' }),
    field('spawn-rate', 'Spawn rate (users started per second)', { given: given['spawn-rate'], mode: 'decimal', placeholder: '1' }));
  const byRate = el('div', { class: 'row', id: 'by-rate' },
    field('arrival-rate', 'Arrival rate (task starts per second)', { given: given['arrival-rate'], placeholder: '100/s' }),
    field('max-in-flight', 'At most at work at one time', { given: given['max-in-flight'], mode: 'numeric', placeholder: '500' }));
  const tell = () => { show(byUsers, closed.checked); show(byRate, open.checked); };
  for (const radio of [open, closed]) radio.addEventListener('change', tell);
  tell();
  const chips = suite.hosts.map((host) => el('button', { type: 'button', class: 'chip', title: host.address, text: host.name, onclick: () => choose(host.address) }));
  return el('div', { class: 'essentials' },
    el('div', { class: 'segments', role: 'radiogroup', 'aria-label': 'Load by' },
      el('label', {}, closed, ' Load by users'), el('label', {}, open, ' Load by arrival rate')),
    byUsers, byRate,
    el('div', { class: 'row' },
      field('host', 'Host', { given: given.host, placeholder: 'http://localhost:5000', list: 'hosts' }),
      field('run-time', 'Run time (until stopped, if empty)', { given: given['run-time'], placeholder: '20s, 3m, 1h30m' })),
    hosts,
    el('div', { class: 'row chips' }, ...chips, suite.embedded ? field('embedded', 'Start the suite’s own backend', { kind: 'switch', given: given.embedded }) : null));
};

/** A host of the plan is chosen, and no backend of the suite's own. */
const choose = (address) => {
  fields.get('host').put(address);
  const own = fields.get('embedded');
  if (own) { own.put('false'); own.input.dispatchEvent(new Event('input')); }
};

const buttons = () => el('div', { class: 'row start-buttons' },
  el('button', { type: 'submit', class: 'go large', id: 'go', text: 'Start swarming' }),
  el('button', { type: 'button', id: 'look', text: 'Check first' }),
  el('p', { class: 'help', id: 'start-role', hidden: true, text: 'You are logged in as a viewer: you can look and download. Only an operator can start a run.' }));

const details = (suite, given) => {
  const part = (id, title, ...content) => el('details', { class: 'more', id }, el('summary', { text: title }), el('div', {}, ...content));
  const tags = tagsOf(suite.classes);
  const own = suite.options.map((option) => field(option.name, `--${option.name}`, {
    kind: option.secret ? 'secret' : option.kind === 'switch' ? 'switch' : option.kind === 'choice' ? option.choices : 'text',
    help: option.help, given: given[option.name], placeholder: option.default,
  }));
  return [
    part('more-classes', `User classes and tags`,
      el('fieldset', {}, el('legend', { text: 'User classes' }), el('div', { id: 'classes' }), el('p', { class: 'fault', id: 'classes-fault', role: 'alert', hidden: true })),
      el('div', { class: 'row' },
        field('tags', 'Only tasks with one of these tags', { given: given.tags, many: true, list: 'tags', placeholder: 'critical, revenue' }),
        field('exclude-tags', 'No task with one of these tags', { given: given['exclude-tags'], many: true, list: 'tags' })),
      el('datalist', { id: 'tags' }, ...tags.map((tag) => el('option', { value: tag }))),
      tags.length ? el('p', { class: 'help', text: `Tags: ${tags.join(', ')}` }) : null),
    own.length || suite.accounts ? part('more-own', 'Options of this suite',
      suite.accounts ? field('accounts', 'Accounts (a CSV file where the program runs)', { given: given.accounts, placeholder: 'accounts.csv' }) : null, ...own) : null,
    part('more-options', 'More',
      el('div', { class: 'row' },
        field('stages', 'Stages, in place of users, rate and time', { given: given.stages, placeholder: '10@2/s:2m,300@100/s:5m' }),
        field('profile', 'What this run is called', { given: given.profile, placeholder: 'release 42' })),
      el('div', { class: 'row' },
        field('timeout', 'Time limit of a request', { given: given.timeout, placeholder: '30s' }),
        field('stop-timeout', 'Time for users to finish', { given: given['stop-timeout'] }),
        field('seed', 'Seed', { given: given.seed, mode: 'numeric' }))),
  ];
};

/** What is ordered. The fields of the other model are left out, whatever stands in them. */
const order = (confirmed) => {
  const options = optionsOf(), open = by('model-open').checked;
  for (const name of open ? ['users', 'spawn-rate'] : ['arrival-rate', 'max-in-flight']) {
    delete options[name];
    if (!open && store.suite.presets[name] && name === 'arrival-rate') options[name] = [];
  }
  const scenario = document.querySelector('#scenarios input:checked');
  if (scenario) {
    const started = (store.suite.presets.scenario || [])[0] || '';
    if (scenario.value !== started) options.scenario = scenario.value ? [scenario.value] : [];
  }
  if (fields.has('embedded') && fields.get('embedded').input.checked) delete options.host;
  return { options, classes: classesOf(), confirmed };
};

const clear = () => { show(by('start-fault'), false); classesWrong(''); for (const one of fields.values()) one.right(); };

/** A fault stands at its field; one that belongs to none stands on top. */
const wrong = (fault) => {
  const one = fault instanceof Refused && fields.get(fault.field);
  if (one && !one.input.closest('[hidden]')) { one.wrong(fault.message); one.input.focus(); return; }
  if (fault.field === 'classes') { classesWrong(fault.message); return; }
  put(by('start-fault'), fault.message);
  show(by('start-fault'), true);
  by('start-fault').scrollIntoView({ block: 'nearest' });
};

const busy = (on_) => { by('go').disabled = on_; by('look').disabled = on_; mark(form(), 'aria-busy', on_ ? 'true' : null); };

const start = async (confirmed) => {
  clear();
  if (noClass()) { classesWrong('Choose at least one class.'); return; }
  const wanted = order(confirmed);
  busy(true);
  try {
    await post('run', wanted);
    ordered(wanted);
    say('The run is being prepared.');
  } catch (fault) {
    busy(false);
    if (fault.code === 'confirm' && !confirmed) { if (await ask(fault.message, 'Start swarming')) await start(true); } else wrong(fault);
  }
  tell();
};

/** A list of what was found. */
const list = (host, findings) => keyed(host, findings, (one) => `${one.k} ${one.what}`, () => el('li', {}, el('span', { 'aria-hidden': 'true' }), el('span', { class: 'unseen' }), el('b'), el('span')), (node, one) => {
  node.className = one.severity;
  const [icon, word, what, text] = node.children;
  put(icon, ICONS[one.severity]);
  put(word, `${SAID[one.severity]}: `);
  put(what, one.what);
  put(text, ` ${one.text}`);
});

/** What stands in the way comes first; many that are good in the same way are one line. */
const tellFindings = (findings) => {
  const all = findings.map((one, k) => ({ ...one, k })), rank = Object.keys(ICONS);
  const good = (what) => all.filter((one) => one.severity === 'good' && one.what === what).length;
  const [few, alike] = [[], []];
  for (const one of all) (one.severity === 'good' && good(one.what) > MANY ? alike : few).push(one);
  list(by('findings'), few.sort((a, b) => rank.indexOf(b.severity) - rank.indexOf(a.severity)));
  list(by('findings-alike'), alike);
  show(by('findings-more'), alike.length > 0);
  const kinds = [...new Set(alike.map((one) => one.what))];
  put(by('findings-more').firstChild, `✓ ${kinds.map((what) => plural(good(what), what)).join(', ')}: each good`);
};

const MANY = 3;
const ICONS = { good: '✓', unknown: '?', bad: '✗' }, SAID = { good: 'good', unknown: 'not known', bad: 'would spoil the run' };

const look = async () => {
  clear();
  busy(true);
  put(by('look-hint'), 'Looking …');
  try {
    const { findings } = await post('look', order(true));
    const bad = findings.filter((one) => one.severity === 'bad').length;
    put(by('look-hint'), findings.length === 0 ? 'There was nothing to look at.' : bad ? `${bad} of ${findings.length} would spoil the run.` : 'Nothing stands in the way of a start.');
    say(by('look-hint').textContent);
    tellFindings(findings);
  } catch (fault) { put(by('look-hint'), 'It could not be looked at.'); wrong(fault); }
  busy(false);
  tell();
};

/** While a run is prepared the form waits; why it came to nothing is said on top. */
const tell = () => {
  const { state } = store;
  if (!state || !form()) return;
  const waits = state.stage === 'preparing';
  put(by('go'), waits ? 'Preparing …' : 'Start swarming');
  by('go').disabled = waits || !mayAct();
  by('look').disabled = waits || !mayAct();
  show(by('start-role'), !mayAct());
  if (state.fault && !waits) wrong(new Error(state.fault));
};

export const startPanel = {
  id: 'start', title: 'New run', needs: 'start', hears: 'state suite',
  build() {},
  update() {
    if (!store.suite) return;
    if (built !== store.state.instance) build(by('panel-start'));
    tell();
  },
};

on('restart', () => { built = null; });
