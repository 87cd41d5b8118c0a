// Shows /openapi.json: routes by subject, what they take and answer, and a form to try each.
// Everything is put into the page as text, never as HTML.

const VERBS = ['get', 'post', 'put', 'patch', 'delete'];
const $ = (id) => document.getElementById(id);

/** An element with attributes and contents. */
const el = (name, attributes = {}, ...contents) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...contents.flat().filter((part) => part !== undefined && part !== null));
  return made;
};

const pretty = (value) => JSON.stringify(value, null, 2);
const code = (text) => el('code', {}, text);
const block = (text, label) => el('pre', { tabindex: 0, role: 'region', 'aria-label': label }, code(text));

let api;

/** What a reference points at. */
const resolved = (thing) => {
  if (!thing?.$ref) return thing;
  return thing.$ref.slice(2).split('/').reduce((at, part) => at[part], api);
};

/** A text in which `code` is marked as in Markdown. */
const prose = (text) => text.split('`').map((part, number) => number % 2 ? code(part) : part);

/** A schema in a few words: `text, 3 to 50 characters`. */
const kind = (given) => {
  const schema = resolved(given);
  if (!schema || !Object.keys(schema).length) return 'anything';
  if (schema.anyOf) return [...new Set(schema.anyOf.map(kind))].join(' or ');
  if (schema.enum) return schema.enum.map((word) => `${word}`).join(' | ');
  const types = [schema.type].flat();
  return types.map((type) => {
    if (type === 'array') return `list of ${plural(schema.items)}${schema.maxItems ? `, up to ${schema.maxItems}` : ''}`;
    if (type === 'string') return schema.format ?? 'text';
    return { integer: 'whole number', boolean: 'true or false', object: 'object' }[type] ?? type;
  }).join(' or ') + bounds(schema);
};

const plural = (items) => resolved(items)?.type === 'object' ? 'objects' : kind(items);

const bounds = ({ minLength, maxLength, minimum, maximum }) => {
  const range = (low, high, unit = '') => {
    if (high !== undefined) return `, ${low ?? 0} to ${high.toLocaleString('en')}${unit}`;
    return low !== undefined && low > 0 ? `, at least ${low}${unit}` : '';
  };
  return range(minLength, maxLength, ' characters') + range(minimum, maximum);
};

/** The form that a text must have. */
const form = (given) => {
  const { pattern } = resolved(given) ?? {};
  return pattern ? [' ', code(pattern)] : [];
};

/** The rows of an object's fields, those of objects inside it one step further in. */
const rows = (given, depth = 0) => {
  let schema = resolved(given);
  if (schema?.type === 'array') schema = resolved(schema.items);
  const must = schema?.required ?? [];
  const names = Object.keys(schema?.properties ?? {}).sort((a, b) => must.includes(b) - must.includes(a));
  return names.flatMap((name) => {
    const field = schema.properties[name];
    const told = [field.description ?? resolved(field)?.description, field.default === undefined ? undefined : `Otherwise ${JSON.stringify(field.default)}.`];
    const row = el('tr', {},
      el('th', { scope: 'row', class: `in${Math.min(depth, 3)}` }, code(name), must.includes(name) ? undefined : el('small', {}, ' optional')),
      el('td', {}, kind(field), form(field)),
      el('td', {}, told.filter(Boolean).join(' ')));
    return [row, ...rows(field, depth + 1)];
  });
};

const table = (caption, body) => {
  if (!body.length) return undefined;
  const heads = ['Name', 'Kind', 'Meaning'].map((text) => el('th', { scope: 'col' }, text));
  return el('div', { class: 'wide', tabindex: 0, role: 'region', 'aria-label': caption },
    el('table', {}, el('caption', {}, caption), el('thead', {}, el('tr', {}, heads)), el('tbody', {}, body)));
};

/** A shape: the table of its fields, or in words. */
const shape = (caption, schema) => table(caption, rows(schema)) ?? el('p', {}, `${caption}: ${kind(schema)}.`);

const parameters = (operation) => table('Parameters', (operation.parameters ?? []).map((one) => el('tr', {},
  el('th', { scope: 'row' }, code(one.name), el('small', {}, ` ${one.in}${one.required ? '' : ', optional'}`)),
  el('td', {}, kind(one.schema), form(one.schema)),
  el('td', {}, one.description ?? ''))));

const answer = (status, response) => {
  const contents = Object.entries(response.content ?? {}).flatMap(([media, { schema, example, examples }]) => {
    const all = examples ? Object.values(examples) : example === undefined ? [] : [{ value: example }];
    const many = all.length > 1;
    const shown = many
      ? el('ul', {}, all.map(({ summary, value }) => el('li', {}, `${summary} `, code(JSON.stringify(value)))))
      : all.map(({ value }) => block(pretty(value), `Example of ${status}`));
    return [media === 'application/json' ? undefined : el('p', {}, code(media)), status < 300 && schema ? shape('Fields', schema) : undefined, shown];
  });
  const headers = Object.entries(response.headers ?? {}).map(([name, header]) =>
    el('li', {}, code(name), ` ${resolved(header).description}`, resolved(header).required ? undefined : el('small', {}, ' not always')));
  return el('details', { class: `answer s${status[0]}`, open: status < 300 },
    el('summary', {}, el('b', {}, status), ' ', response.description),
    headers.length ? el('ul', { class: 'headers' }, headers) : undefined,
    contents);
};

/** The form that sends a request from this page. */
const trial = (path, verb, operation) => {
  const wanted = (operation.parameters ?? []).map((one) => [one, el('input', { autocomplete: 'off', spellcheck: 'false', required: one.required, placeholder: one.required ? 'needed' : 'left out' })]);
  const example = operation.requestBody?.content['application/json']?.example;
  const body = operation.requestBody ? el('textarea', { rows: Math.min(12, pretty(example ?? {}).split('\n').length + 1), spellcheck: 'false' }) : undefined;
  if (body) body.value = pretty(example ?? {});
  const told = el('div', { role: 'status' });
  const send = async (event) => {
    event.preventDefault();
    told.replaceChildren('Sending …');
    const value = (place) => wanted.filter(([one, input]) => one.in === place && input.value !== '').map(([one, input]) => [one.name, input.value]);
    const to = value('path').reduce((text, [name, part]) => text.replace(`{${name}}`, encodeURIComponent(part)), path);
    const query = new URLSearchParams(value('query')).toString();
    const headers = new Headers(value('header'));
    if (operation.security && $('token').value) headers.set('Authorization', `Bearer ${$('token').value.trim()}`);
    if (body) headers.set('Content-Type', 'application/json');
    try {
      const start = performance.now();
      const response = await fetch(query ? `${to}?${query}` : to, { method: verb.toUpperCase(), headers, body: body?.value });
      await show(told, response, performance.now() - start);
    } catch (fault) {
      told.replaceChildren(el('p', { class: 'fault' }, `No answer: ${fault.message}`));
    }
  };
  const labelled = (text, input) => el('label', {}, text, input);
  return el('details', { class: 'try' }, el('summary', {}, 'Try it'),
    el('form', { onsubmit: send },
      wanted.map(([one, input]) => labelled(el('span', {}, code(one.name), ` ${one.in}`), input)),
      body ? labelled(el('span', {}, 'Body'), body) : undefined,
      el('button', {}, `Send ${verb.toUpperCase()}`), told));
};

/** What came back. */
const show = async (told, response, took) => {
  const media = response.headers.get('content-type') ?? '';
  const parts = [el('p', {}, el('b', { class: `s${String(response.status)[0]}` }, response.status), ` in ${Math.round(took)} ms`)];
  if (media.startsWith('audio/')) {
    parts.push(el('p', {}, `${(await response.blob()).size} bytes of ${media}`));
  } else {
    const text = await response.text();
    let shown = text;
    try { shown = pretty(JSON.parse(text)); } catch { /* It is no JSON, so it is shown as it came. */ }
    parts.push(block(shown.length > 20_000 ? `${shown.slice(0, 20_000)} …` : shown || 'No body.', 'Answer'));
    const token = response.ok && media.includes('json') ? JSON.parse(text).access_token : undefined;
    if (token) parts.push(el('button', { type: 'button', onclick: () => { $('token').value = token; } }, 'Use this access token'));
  }
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  parts.push(el('details', {}, el('summary', {}, 'Headers'), block(headers, 'Headers of the answer')));
  told.replaceChildren(...parts);
};

const badge = (verb) => el('span', { class: `verb ${verb}` }, verb.toUpperCase());
const lock = (operation) => operation.security ? el('span', { class: 'lock' }, 'token') : undefined;
/** A path that may be broken after each of its parts. */
const broken = (path) => path.split(/(?<=\/)/).flatMap((part) => [part, el('wbr')]);

const article = ({ path, verb, operation }) => {
  const body = operation.requestBody;
  const schema = body?.content['application/json']?.schema;
  return el('article', { id: operation.operationId },
    el('details', { class: 'route' },
      el('summary', {}, el('h3', {}, badge(verb), ' ', el('span', { class: 'path' }, broken(path)), ' ', lock(operation)), el('p', {}, operation.summary)),
      operation.description ? el('p', {}, prose(operation.description)) : undefined,
      parameters(operation),
      schema ? shape(body.required ? 'Body' : 'Body, optional', schema) : undefined,
      body?.content['application/json']?.example === undefined ? undefined : block(pretty(body.content['application/json'].example), 'Example of a body'),
      el('h4', {}, 'Answers'),
      Object.entries(operation.responses).map(([status, response]) => answer(status, response)),
      trial(path, verb, operation)));
};

/** Opens the route that the address names. */
const open = () => {
  const named = location.hash.length > 1 ? $(decodeURIComponent(location.hash.slice(1))) : undefined;
  const details = named?.querySelector('details.route');
  if (!details) return;
  details.open = true;
  named.scrollIntoView();
  details.querySelector('summary').focus({ preventScroll: true });
};

const find = (routes) => {
  const words = $('find').value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const { path, verb, operation, places } of routes) {
    const text = `${verb} ${path} ${operation.summary} ${operation.tags[0]}`.toLowerCase();
    const hidden = !words.every((word) => text.includes(word));
    for (const place of places) place.hidden = hidden;
    shown += hidden ? 0 : 1;
  }
  for (const group of document.querySelectorAll('.group')) group.hidden = ![...group.querySelectorAll('article, li')].some((place) => !place.hidden);
  $('found').textContent = words.length ? `${shown} of ${routes.length} routes` : `${routes.length} routes`;
};

const draw = () => {
  $('title').textContent = `${api.info.title} API`;
  $('version').textContent = api.info.version;
  $('about').replaceChildren(...api.info.description.split('\n\n').map((text) => el('p', {}, prose(text))));
  const routes = Object.entries(api.paths).flatMap(([path, item]) => VERBS.filter((verb) => item[verb]).map((verb) => ({ path, verb, operation: item[verb] })));
  const groups = api.tags.map(({ name }) => [name, routes.filter(({ operation }) => operation.tags[0] === name)]);
  for (const route of routes) {
    const link = el('a', { href: `#${route.operation.operationId}` }, badge(route.verb), ' ', el('span', {}, broken(route.path)));
    route.places = [article(route), el('li', {}, link)];
  }
  $('list').replaceChildren(...groups.map(([name, of]) => el('section', { class: 'group' }, el('h2', {}, name), of.map(({ places }) => places[0]))));
  $('index').replaceChildren(...groups.map(([name, of]) => el('div', { class: 'group' }, el('h2', {}, name), el('ul', {}, of.map(({ places }) => places[1])))));
  $('find').addEventListener('input', () => find(routes));
  find(routes);
  addEventListener('hashchange', open);
  open();
};

try {
  const response = await fetch('/openapi.json');
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  api = await response.json();
  draw();
} catch (fault) {
  $('list').replaceChildren(el('p', { class: 'fault' }, `openapi.json cannot be shown: ${fault.message}. Load the page again.`));
}
