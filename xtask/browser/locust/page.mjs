// One page of Locust's front end: what it asks and is answered, and what its tables say.
import assert from 'node:assert/strict';
import { serve } from './proxy.mjs';

/** Opens it before the page at `root`. */
export const opened = async ({ context, front }, root) => {
  const proxy = await serve(front, root);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const said = [], refused = [], elsewhere = new Set(), answers = new Map();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) said.push(message.text()); });
  page.on('pageerror', (error) => said.push(error.stack));
  // What is not of this machine is not asked for.
  await page.route((url) => url.origin !== new URL(proxy.address).origin && url.protocol.startsWith('http'), (route) => { elsewhere.add(new URL(route.request().url()).origin); return route.abort(); });
  page.on('response', async (response) => {
    const { pathname } = new URL(response.url());
    if (response.status() >= 400) refused.push(`${response.status()} ${response.request().method()} ${pathname}`);
    if (!/json/.test(response.headers()['content-type'] || '')) return;
    const body = await response.json().catch(() => null);
    if (body) answers.set(pathname, [...(answers.get(pathname) || []).slice(-5), body]);
  });
  await page.goto(proxy.address);
  return {
    page, proxy,
    /** The last answers of a path. */
    heard: (path) => answers.get(path) || [],
    forget: (path) => answers.delete(path),
    /** Nothing was refused, nothing said, nothing asked of anybody else. */
    quiet() {
      assert.deepEqual(refused, [], 'every answer is below 400');
      assert.deepEqual(said, [], 'the console is silent');
      assert.deepEqual([...elsewhere], [], 'no other server is asked');
    },
    async close() { await page.close(); proxy.close(); },
  };
};

/** Cells of the table that is seen, by row. */
export const table = (page) => page.$$eval('table tbody tr', (rows) => rows.filter((row) => row.offsetParent).map((row) => [...row.cells].map((cell) => cell.textContent.trim())));

/** Whether a cell shows a value: a number as Locust's page rounds it, or a text. */
const shows = (cell, value) => (typeof value === 'number' ? cell !== '' && Math.abs(Number(cell) - value) <= 0.0051 : cell === String(value ?? ''));

/** Waits until the table says what one of the last answers of `path` says: `rows(answer)` are its rows of values. */
export const agrees = async ({ page, heard }, path, rows, seconds = 20) => {
  const until = Date.now() + seconds * 1000;
  let seen = [], wanted = [];
  while (Date.now() < until) {
    seen = await table(page);
    for (const answer of heard(path)) {
      wanted = rows(answer);
      if (seen.length === wanted.length && wanted.length && wanted.every((row, k) => row.every((value, i) => shows(seen[k][i], value)))) return answer;
    }
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  throw new assert.AssertionError({ message: `the table never said what ${path} says`, actual: seen, expected: wanted });
};

/** Columns of the statistics, in Locust's order. */
export const statistics = ({ stats }) => stats.map((it) => [
  it.method, it.name, it.num_requests, it.num_failures, it.median_response_time, it['response_time_percentile_0.95'], it['response_time_percentile_0.99'],
  it.avg_response_time, it.min_response_time, it.max_response_time, it.avg_content_length, it.current_rps, it.current_fail_per_sec,
]);

/** The number of users and the ramp of the form that is seen, sent off. */
export const send = async (page, users, rate, button) => {
  await page.getByLabel('Number of users (peak concurrency)').fill(String(users));
  await page.getByLabel(/Ramp up \(users started\/second\)/i).fill(String(rate));
  await page.getByRole('button', { name: button, exact: true }).click();
};

export const tab = (page, name) => page.getByRole('tab', { name }).click();
