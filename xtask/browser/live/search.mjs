// A search for a capacity that is ordered in the page: each probe is a run on it, and its end is told.
import assert from 'node:assert/strict';
import path from 'node:path';
import { all, examine, until, watched } from './browser.mjs';
import { forget, room, start } from './program.mjs';

const PLAN = `[scenario.capacity]
purpose = "The most users that hold."
search = "capacity"
from = 1
factor = 2
step-time = "4s"
precision = "50%"
users = 2
spawn-rate = 10
run-time = "5m"
targets = ["failures < 90%"]
`;

export const search = async (tools) => {
  const folder = room({ 'plan.toml': PLAN });
  const program = await start(tools.binary, ['--embedded', '--plan', 'plan.toml'], { folder });
  const { page, quiet } = await watched(tools, program.address);
  const line = page.locator('#search-line');
  const group = [
    ['a search starts from its card, and says what it does', async () => {
      await page.locator('.card', { hasText: 'capacity' }).click();
      assert.match(await page.locator('#about-scenario').textContent(), /A search is a row of runs/);
      await page.click('#go');
      await until(page, 'state', /Running|Spawning/, 60_000);
      assert.match(await line.textContent(), /The search goes on/);
    }],
    ['what would spoil a probe is not offered', async () => {
      for (const id of ['act-edit', 'act-pause', 'act-reset']) assert.equal(await page.isVisible(`#${id}`), false, id);
      assert.equal(await page.isVisible('#act-stop'), true);
    }],
    ['its probes are told as they end, and what it came to', async () => {
      await page.waitForFunction(() => document.body.dataset.stage === 'over', null, { timeout: 120_000 });
      const outcome = await line.textContent();
      assert.match(outcome, /^CAPACITY: /);
      await page.click('#tab-verdict');
      const told = await page.locator('#panel-verdict section li').count();
      // On a machine with other work the first probe may be all there is, and the outcome says why.
      assert.ok(told >= (/^CAPACITY: (at least )?\d/.test(outcome) ? 2 : 1), `${told} probes; ${outcome}`);
      await examine(tools, page, 'a search');
      await page.screenshot({ path: path.join(tools.shots, 'search.png') });
      await page.click('#tab-reports');
      await page.waitForFunction(() => /probes\.csv/.test(document.querySelector('#panel-reports').textContent));
    }],
    ['it is started again, and stopped for good', async () => {
      await page.click('#act-again');
      await until(page, 'state', /Running|Spawning/, 60_000);
      await page.click('#act-stop');
      await page.waitForFunction(() => document.body.dataset.stage === 'over', null, { timeout: 60_000 });
      assert.match(await line.textContent(), /interrupted/);
      quiet();
    }],
  ];
  try { await all(group, tools, program, page); } finally {
    await page.close();
    await program.end();
    forget(folder);
  }
};
