// A whole session in Locust's front end, over tts-load and its embedded backend.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { all } from '../live/browser.mjs';
import { forget, start } from '../live/program.mjs';
import { agrees, opened, send, statistics, tab } from './page.mjs';

const USERS = 10, MORE = 15;
const wait = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

export const run = async (tools) => {
  const program = await start(tools.binary, ['--embedded']);
  const locust = await opened(tools, program.address);
  const { page, heard } = locust;
  fs.mkdirSync(tools.shots, { recursive: true });
  const shot = (name) => page.screenshot({ path: path.join(tools.shots, `${name}.png`) });
  /** The last state that the page has heard of. */
  const state = () => (heard('/stats/requests').at(-1) || {}).state;
  const until = async (what, so, seconds = 60) => {
    const end = Date.now() + seconds * 1000;
    while (!(await so())) { assert.ok(Date.now() < end, `${what}: not within ${seconds} s`); await wait(100); }
  };
  const bar = () => page.locator('header').innerText();
  const csv = async (link, head) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).click()]);
    const text = fs.readFileSync(await download.path(), 'utf8');
    assert.ok(text.startsWith(head), text.slice(0, 200));
    return { name: download.suggestedFilename(), lines: text.trim().split(/\r?\n/).slice(1) };
  };
  const group = [
    ['Locust’s front end opens with its form', async () => {
      await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
      for (const label of ['Number of users (peak concurrency)', /Ramp up/i]) assert.equal(await page.getByLabel(label).isVisible(), true);
      for (const name of ['TTSReaderUser', 'BurstTrafficUser', 'HeavyTTSUser', 'ReadOnlyUser']) assert.equal(await page.getByText(name).first().isVisible(), true, name);
      await shot('form');
    }],
    ['a mistake is told in the form, in Locust’s way', async () => {
      await page.getByText('Advanced options').click();
      await page.getByLabel(/^Run time/).fill('soon');
      await send(page, USERS, 5, 'Start');
      await page.getByText('Valid run_time formats are').waitFor();
      await page.getByLabel(/^Run time/).fill('');
    }],
    ['its form starts a run', async () => {
      await send(page, USERS, 5, 'Start');
      await until('the run goes on', () => state() === 'running');
      await until('all users run', () => heard('/stats/requests').at(-1).user_count === USERS);
    }],
    ['its statistics are the numbers of /stats/requests, row by row', async () => {
      await until('names come in', () => heard('/stats/requests').at(-1).stats.length > 5);
      const answer = await agrees(locust, '/stats/requests', statistics);
      assert.ok(answer.stats.at(-1).num_requests > 0);
      await shot('statistics');
    }],
    ['its head shows state, users, rate and failures', async () => {
      const text = await bar();
      assert.match(text, /running/i);
      assert.match(text, new RegExp(`\\b${USERS}\\b`));
    }],
    ['users are edited while it runs', async () => {
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByText('Edit running load test').waitFor();
      await send(page, MORE, 5, 'Update');
      await until('there are more users', () => heard('/stats/requests').at(-1).user_count === MORE);
      await page.getByText('Edit running load test').waitFor({ state: 'hidden' });
    }],
    ['its charts are drawn and go on', async () => {
      await tab(page, 'Charts');
      const charts = page.locator('canvas');
      await charts.first().waitFor();
      assert.equal(await charts.count(), 3);
      const drawn = () => charts.evaluateAll((all) => all.map((it) => it.toDataURL().length + it.toDataURL().slice(-2000)));
      // They move for a moment after they have come.
      await wait(1500);
      const before = await drawn();
      await until('every chart is drawn anew', async () => (await drawn()).every((it, k) => it !== before[k]), 20);
      await shot('charts');
    }],
    ['its ratios are those of /tasks, with what is in flows', async () => {
      await tab(page, 'Current Ratio');
      await until('ratios come', () => heard('/tasks').length > 0);
      const text = await page.locator('main').innerText().catch(() => page.locator('body').innerText());
      const { per_class: classes } = heard('/tasks').at(-1);
      for (const [name, { ratio, tasks }] of Object.entries(classes)) {
        assert.ok(text.includes(`${(ratio * 100).toFixed(1)}% ${name}`), `${ratio} ${name} in:\n${text}`);
        for (const inner of Object.keys(tasks)) assert.ok(text.includes(inner), inner);
      }
      await shot('ratios');
    }],
    ['its log has the lines of /logs', async () => {
      await tab(page, 'Logs');
      await until('lines come', () => heard('/logs').length > 0);
      const lines = heard('/logs').at(-1).master;
      assert.ok(lines.length > 0);
      await page.getByText(lines.find((line) => /Ramping to/.test(line)).slice(-60).trim()).first().waitFor();
      await shot('logs');
    }],
    ['exceptions: none, and the table says so', async () => {
      await tab(page, 'Exceptions');
      await until('the page has asked', () => heard('/exceptions').length > 0);
      assert.deepEqual(heard('/exceptions').at(-1), { exceptions: [] });
    }],
    ['its downloads are files with the rows of the run', async () => {
      await tab(page, 'Download Data');
      const requests = await csv('Download requests CSV', 'Type,Name,Request Count,Failure Count,Median Response Time');
      assert.match(requests.name, /^Locust_\d{4}-\d\d-\d\d-\d\dh\d\d_tts-load_.*_requests\.csv$/);
      assert.ok(requests.lines.length >= heard('/stats/requests').at(-1).stats.length, 'a row for each name and for all');
      await csv('Download failures CSV', 'Method,Name,Error,Occurrences');
      await csv('Download exceptions CSV', 'Count,Message,Traceback,Nodes');
      await shot('downloads');
    }],
    ['its report is ours', async () => {
      const [other] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: 'Download Report' }).click()]);
      await other.waitForLoadState();
      assert.match(await other.textContent('body'), /Load test report/);
      await other.close();
    }],
    ['the statistics are reset while it runs', async () => {
      const before = heard('/stats/requests').at(-1).stats.at(-1).num_requests;
      await page.getByRole('button', { name: 'Reset', exact: true }).click();
      await until('they begin anew', () => heard('/stats/requests').at(-1).stats.at(-1).num_requests < before);
    }],
    ['it stops, and the last numbers stand', async () => {
      await tab(page, 'Statistics');
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await until('it is stopped', () => state() === 'stopped');
      assert.equal(heard('/stats/requests').at(-1).user_count, 0);
      await page.getByRole('button', { name: 'New', exact: true }).waitFor();
      const { stats } = await agrees(locust, '/stats/requests', statistics);
      assert.match(await bar(), /stopped/i);
      await shot('stopped');
      await tab(page, 'Download Data');
      const { lines } = await csv('Download requests CSV', 'Type,Name,Request Count');
      assert.deepEqual(lines.map((line) => Number(/^[^,]*,[^,]*,(\d+),/.exec(line)[1])), stats.map((it) => it.num_requests), 'the file has the numbers of the table');
    }],
    ['another run begins from its form, of one class alone, and is edited', async () => {
      await page.getByRole('button', { name: 'New', exact: true }).click();
      await page.getByRole('button', { name: 'Start', exact: true }).waitFor();
      for (const name of ['TTSReaderUser', 'BurstTrafficUser', 'HeavyTTSUser', 'WebSocketProgressUser']) await page.getByRole('row', { name }).getByRole('checkbox').click();
      await send(page, 4, 4, 'Start');
      await until('it runs', () => state() === 'running' && heard('/stats/requests').at(-1).user_count === 4);
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByText('Edit running load test').waitFor();
      await send(page, 6, 4, 'Update');
      await until('there are more users of it', () => heard('/stats/requests').at(-1).user_count === 6);
      await tab(page, 'Current Ratio');
      await until('only that class has users', () => (heard('/tasks').at(-1) || { per_class: { ReadOnlyUser: {} } }).per_class.ReadOnlyUser.ratio === 1);
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await until('it is stopped', () => state() === 'stopped');
      locust.quiet();
    }],
    ['a page that is opened later shows the run that is over', async () => {
      locust.forget('/stats/requests');
      await page.goto(locust.proxy.address);
      await agrees(locust, '/stats/requests', statistics);
      locust.quiet();
    }],
  ];
  try { await all(group, tools, program, page); } finally {
    await locust.close();
    await program.end();
    forget(program.folder);
  }
};
