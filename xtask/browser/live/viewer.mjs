// A viewer sees everything and steers nothing, and is told so; who starts and stops is an operator's script.
import assert from 'node:assert/strict';
import path from 'node:path';
import { all, examine, figure, until, watched } from './browser.mjs';
import { forget, hash, start } from './program.mjs';

const PASSWORD = 'words-of-a-viewer', TOKEN = 'a-token-of-an-operator-0123456789';

export const viewer = async (tools) => {
  const account = `ann:viewer:${hash(tools.binary, PASSWORD)}`;
  const program = await start(tools.binary, ['--embedded', '--web-account', account, '--web-token', `operator:${TOKEN}`]);
  const { page, quiet } = await watched(tools, program.address);
  const operator = (what, body) => fetch(new URL(`api/v1/${what}`, program.address), {
    method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${TOKEN}` },
  });
  const group = [
    ['a viewer logs in by name', async () => {
      await page.waitForURL(/\/login$/);
      await page.fill('#username', 'ann');
      await page.fill('#password', PASSWORD);
      await page.click('button[type="submit"]');
      await page.locator('#go').waitFor();
    }],
    ['nothing can be started, and the page says why', async () => {
      for (const id of ['go', 'look']) assert.equal(await page.isDisabled(`#${id}`), true, id);
      assert.match(await page.locator('#start-role').textContent(), /viewer.*operator/);
      await examine(tools, page, 'the form of a viewer');
      await page.screenshot({ path: path.join(tools.shots, 'viewer-start.png') });
    }],
    ['the server refuses what the page does not offer', async () => {
      const statuses = await page.evaluate(async () => {
        const post = (what, body) => fetch(`api/v1/${what}`, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }).then((answer) => answer.status);
        return [await post('run', { options: { users: ['1'] } }), await post('look', {}), await post('change', { change: 'stop' })];
      });
      assert.deepEqual(statuses, [403, 403, 403]);
    }],
    ['a run of somebody else is seen as it goes', async () => {
      const begun = await operator('run', { options: { users: ['3'], 'spawn-rate': ['10'] } });
      assert.equal(begun.status, 202, await begun.text());
      await until(page, 'users', /^3$/, 60_000);
      const before = await page.$eval('#grid-stats tr.total td:nth-of-type(2)', (cell) => Number(cell.textContent));
      await page.waitForFunction((had) => Number(document.querySelector('#grid-stats tr.total td:nth-of-type(2)').textContent) > had, before);
    }],
    ['and cannot be steered: no button, no key', async () => {
      for (const id of ['act-edit', 'act-pause', 'act-mark', 'act-reset', 'act-stop', 'act-cut']) assert.equal(await page.isVisible(`#${id}`), false, id);
      assert.match(await page.locator('#role').textContent(), /viewer/);
      for (const key of ['p', 'e', 'm', 's']) await page.keyboard.press(key);
      await page.waitForTimeout(500);
      assert.match(await figure(page, 'state'), /Running/);
      assert.deepEqual([await page.isVisible('#edit'), await page.isVisible('#marking')], [false, false]);
    }],
    ['each tab is there, and what can be downloaded', async () => {
      await page.screenshot({ path: path.join(tools.shots, 'viewer-run.png') });
      for (const id of ['charts', 'verdict', 'timeline', 'logs', 'runs', 'settings']) await page.click(`#tab-${id}`);
      await page.click('#tab-reports');
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#panel-reports a[download]').nth(1).click()]);
      assert.ok(await download.path());
    }],
    ['its end is seen, and no next start is offered', async () => {
      assert.equal((await operator('change', { change: 'stop' })).status, 202);
      await until(page, 'state', /Over/, 60_000);
      for (const id of ['act-again', 'act-new']) assert.equal(await page.isVisible(`#${id}`), false, id);
      quiet(/status of 403/);
    }],
  ];
  try { await all(group, tools, program, page); } finally {
    await page.context().clearCookies();
    await page.close();
    await program.end();
    forget(program.folder);
  }
};
