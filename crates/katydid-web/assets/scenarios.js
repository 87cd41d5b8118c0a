// The plan's scenarios as presets: one is chosen, its numbers stand in the fields, its purpose beside them.

import { by, el, put, show } from './dom.js';
import { fields } from './fields.js';
import { plural } from './format.js';

const card = (value, name, load, on) => el('label', { class: 'card' },
  el('input', { type: 'radio', name: 'scenario', value, checked: on }), el('b', { text: name }), el('small', { text: load.replace(/,(?! )/g, ', ') }));

/** `choose(classes)` is told the classes of the scenario. */
export const buildScenarios = (host, suite, given, choose) => {
  if (!suite.scenarios.length) { show(host, false); return; }
  const first = (given.scenario || [])[0] || '';
  host.append(el('div', { class: 'presets', role: 'radiogroup', 'aria-label': 'Scenario' },
    card('', 'By hand', 'your own numbers', first === ''),
    ...suite.scenarios.map((one) => card(one.name, one.name, one.load, one.name === first))));
  const pick = (name) => { const found = suite.scenarios.find((one) => one.name === name); fill(found); choose(found ? found.classes : []); tellAbout(found); };
  host.addEventListener('change', (event) => { if (event.target.name === 'scenario') pick(event.target.value); });
  if (first) pick(first); else tellAbout(null);
};

/** The numbers of a scenario in the fields; one with stages or a search leaves them to itself. */
const fill = (scenario) => {
  const numbers = { users: null, 'spawn-rate': null, 'run-time': null, stages: null, tags: null, 'exclude-tags': null };
  if (!scenario) { for (const name in numbers) fields.get(name).reset(); hint(''); return; }
  const plain = !scenario.stages && !scenario.search;
  fields.get('users').fill(plain || scenario.search ? scenario.users : null);
  fields.get('spawn-rate').fill(plain || scenario.search ? scenario.spawn_rate : null);
  fields.get('run-time').fill(plain || scenario.search ? scenario.run_time : null);
  fields.get('stages').fill(scenario.stages);
  fields.get('tags').fill(scenario.tags.length ? scenario.tags.join(', ') : null);
  fields.get('exclude-tags').fill(scenario.exclude_tags.length ? scenario.exclude_tags.join(', ') : null);
  hint(plain || scenario.search ? '' : 'by its stages');
  by('model-closed').checked = true;
  by('model-closed').dispatchEvent(new Event('change'));
};

const hint = (text) => {
  for (const [name, usual] of [['users', '1'], ['spawn-rate', '1'], ['run-time', '20s, 3m, 1h30m']]) fields.get(name).input.placeholder = text || usual;
};

const tellAbout = (scenario) => {
  const host = by('about-scenario');
  show(host, Boolean(scenario));
  if (!scenario) return;
  const rules = [...scenario.targets, ...scenario.expectations];
  const line = (name, text) => (text ? [el('dt', { text: name }), el('dd', { text })] : []);
  host.replaceChildren(el('h3', { text: `Scenario ${scenario.name}` }), el('dl', { class: 'about' },
    ...line('Purpose', scenario.purpose), ...line('Expected', scenario.expected), ...line('Load', scenario.load),
    ...line('Stages', scenario.stages), ...line('Steps', scenario.steps && `${scenario.steps}, each an equal part of the time`), ...line('Classes', scenario.classes.join(', ')), ...line('Only tags', scenario.tags.join(', ')), ...line('Without tags', scenario.exclude_tags.join(', ')),
    el('dt', { text: rules.length ? `${plural(rules.length, 'rule')} it is judged by` : 'Judged by' }),
    el('dd', {}, rules.length ? el('ul', {}, ...rules.map((rule) => el('li', {}, el('code', { text: rule })))) : 'nothing but failures')),
  ...(scenario.search ? [el('p', { class: 'help', text: 'A search is a row of runs, each with more or fewer users, until it is known which load holds. It chooses them itself.' })] : []),
  ...(scenario.confirm ? [el('p', { class: 'help', text: 'It asks before it starts.' })] : []));
  put(by('look-hint'), 'Check first looks at target, accounts and every task once, and makes no load.');
};
