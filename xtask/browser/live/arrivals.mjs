// A run by arrival rate: started in the form, changed while it is on, and no number out of all measure.
import assert from 'node:assert/strict';
import { all, figure, until, watched } from './browser.mjs';
import { forget, start } from './program.mjs';

export const arrivals = async (tools) => {
  const program = await start(tools.binary, ['--embedded']);
  const { page, quiet } = await watched(tools, program.address);
  const group = [
    ['the load by arrival rate has fields of its own', async () => {
      await page.getByLabel('Load by arrival rate').check();
      assert.deepEqual([await page.isVisible('#f-users'), await page.isVisible('#f-arrival-rate')], [false, true]);
    }],
    ['a rate that is none, or that no machine makes, is refused at its field', async () => {
      for (const [rate, told] of [['fast', /`fast` is no rate/], ['-5', /-5/], ['1e12/s', /is no rate/], ['1000000000000/s', /more than any machine begins; write at most 10000000\/s/]]) {
        await page.fill('#f-arrival-rate', rate);
        await page.click('#go');
        await page.locator('#f-arrival-rate-fault').waitFor();
        assert.match(await page.locator('#f-arrival-rate-fault').textContent(), told, rate);
      }
      await page.fill('#f-arrival-rate', '20/s');
      await page.fill('#f-max-in-flight', '1000000000');
      await page.click('#go');
      await page.locator('#f-max-in-flight-fault').waitFor();
      assert.match(await page.locator('#f-max-in-flight-fault').textContent(), /users need .* users fit/);
    }],
    ['a run by arrival rate starts', async () => {
      await page.fill('#f-max-in-flight', '100');
      await page.click('#go');
      await until(page, 'state', /Running/, 60_000);
      await until(page, 'users', /^20\/s$/);
      await page.waitForFunction(() => Number(document.querySelector('#grid-stats tr.total td:nth-of-type(2)').textContent) > 20);
    }],
    ['its rate is changed while it is on, and the time line has it', async () => {
      await page.click('#act-edit');
      assert.equal(await page.isVisible('#edit-users'), false, 'there are no users to change');
      assert.equal(await page.inputValue('#edit-arrivals'), '20');
      await page.fill('#edit-arrivals', '60');
      await page.click('#edit button[type="submit"]');
      await page.locator('#edit').waitFor({ state: 'hidden' });
      await until(page, 'users', /^60\/s$/);
      await page.click('#tab-timeline');
      await page.waitForFunction(() => /60\/s/.test(document.querySelector('#grid-timeline').textContent));
    }],
    ['a change that no machine makes is refused in the drawer', async () => {
      await page.click('#act-edit');
      await page.fill('#edit-arrivals', '1000000000000');
      await page.keyboard.press('Enter');
      await page.locator('#edit-fault').waitFor();
      assert.match(await page.locator('#edit-fault').textContent(), /more than any machine begins/);
      await page.keyboard.press('Escape');
      assert.match(await figure(page, 'users'), /^60\/s$/);
    }],
    ['it stops, and every start is accounted for', async () => {
      await page.click('#act-stop');
      await until(page, 'state', /Over/, 60_000);
      assert.match(await figure(page, 'verdict'), /^(PASS|FAIL)$/);
      quiet(/status of 400/);
    }],
  ];
  try { await all(group, tools, program, page); } finally {
    await page.close();
    await program.end();
    forget(program.folder);
  }
};
