// Locust's own front end before our API: the page and its files come from Locust's package, everything else
// is asked of our server, as the browser asks.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const KINDS = { '.css': 'text/css', '.html': 'text/html; charset=utf-8', '.ico': 'image/x-icon', '.js': 'text/javascript', '.png': 'image/png', '.svg': 'image/svg+xml' };

const json = async (url) => (await fetch(url)).json();
const one = (words) => (words && words.length ? words[0] : '');

/** Names of tasks and of what is in flows, without the flows. */
const tasks = (shares) => shares.flatMap((it) => (it.inside.length ? tasks(it.inside) : [it.name]));

/** A suite's option as Locust tells of an argument. */
const argument = (option) => ({
  default_value: option.kind === 'switch' ? option.default === 'true' : option.default, choices: option.choices.length ? option.choices : null,
  help_text: option.help, is_secret: option.secret, is_required: false, is_multiple: false,
});

/** What Locust's server writes into its page, made of what our API says. */
const templateArgs = async (root) => {
  const [suite, state, numbers] = await Promise.all([json(`${root}api/v1/suite`), json(`${root}api/v1/state`), json(`${root}stats/requests`)]);
  const { presets } = suite, names = suite.classes.map((it) => it.name);
  return {
    locustfile: suite.name, state: numbers.state, is_distributed: false, user_count: numbers.user_count, version: suite.version,
    host: state.run ? state.run.host : one(presets.host), history: [], override_host_warning: false, missing_host_warning: false,
    num_users: Number(one(presets.users)) || null, spawn_rate: Number(one(presets['spawn-rate'])) || null, worker_count: 0,
    hide_common_options: false, shape_use_common_options: false, stats_history_enabled: false, tasks: '{}',
    extra_options: Object.fromEntries(suite.options.map((it) => [it.name.replaceAll('-', '_'), argument(it)])),
    run_time: one(presets['run-time']), show_userclass_picker: true, available_user_classes: names, available_shape_classes: ['Default'],
    available_user_tasks: Object.fromEntries(suite.classes.map((it) => [it.name, tasks(it.shares)])),
    users: Object.fromEntries(suite.classes.map((it) => [it.name, { host: it.host, weight: it.weight, fixed_count: it.fixed_count, tasks: tasks(it.shares) }])),
    percentiles_to_chart: [0.5, 0.95], percentiles_to_statistics: [0.95, 0.99], is_host_required: false, profile: one(presets.profile),
  };
};

/** Its page with what stands between double braces. */
const page = async (front, root) => {
  const args = JSON.stringify(await templateArgs(root)).replaceAll('<', '\\u003c');
  const text = fs.readFileSync(path.join(front, 'index.html'), 'utf8');
  return text.replace(/\{\{.*?\}\}/gs, (it) => (it.includes('template_args') ? args : ''));
};

const answer = async (front, root, request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/') {
    response.writeHead(200, { 'content-type': KINDS['.html'], 'cache-control': 'no-store' });
    response.end(await page(front, root));
    return;
  }
  const file = path.join(front, path.normalize(pathname));
  if (pathname.startsWith('/assets/') && fs.existsSync(file)) {
    response.writeHead(200, { 'content-type': KINDS[path.extname(file)] || 'application/octet-stream' });
    fs.createReadStream(file).pipe(response);
    return;
  }
  const { hostname, port } = new URL(root);
  const asked = http.request({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (heard) => {
    response.writeHead(heard.statusCode, heard.headers);
    heard.pipe(response);
  });
  asked.on('error', (fault) => { if (!response.headersSent) response.writeHead(502); response.end(String(fault)); });
  request.pipe(asked);
};

/** Serves the front end in folder `front` before the page at `root`, on a free port of this machine. */
export const serve = async (front, root) => {
  const server = http.createServer((request, response) => {
    answer(front, root, request, response).catch((fault) => { response.writeHead(500); response.end(fault.stack); });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const address = `http://127.0.0.1:${server.address().port}/`;
  return { address, close: () => { server.close(); server.closeAllConnections(); } };
};
