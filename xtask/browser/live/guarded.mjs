// Loads that could hurt somebody: nothing is sent before a person has said yes in the page. The hosts are names
// that do not resolve, or this machine; whatever the page does, nothing leaves it.
import assert from 'node:assert/strict';
import { all, examine, figure, until, watched } from './browser.mjs';
import { forget, room, start } from './program.mjs';

const PLAN = `[hosts]
staging = "http://staging.invalid"
production = "http://shop.invalid"
[scenario.careful]
purpose = "Asks before it starts."
users = 2
spawn-rate = 10
run-time = "1h"
confirm = true
`;

export const guarded = async (tools) => {
  const folder = room({ 'plan.toml': PLAN, 'accounts.csv': 'username,password\nreader,secret-of-a-test\n' });
  const program = await start(tools.binary, ['--plan', 'plan.toml', '--accounts', 'accounts.csv', '--users', '1'], { folder });
  const { page, quiet } = await watched(tools, program.address);
  const stage = () => page.getAttribute('body', 'data-stage');
  const group = [
    ['another machine is asked for in the page, with what would be done to it', async () => {
      await page.locator('.chip', { hasText: 'staging' }).click();
      assert.equal(await page.inputValue('#f-host'), 'http://staging.invalid');
      await page.click('#go');
      await page.locator('#ask[open]').waitFor();
      const text = await page.locator('#ask-text').textContent();
      assert.match(text, /1 user at .* will load http:\/\/staging\.invalid/);
      await examine(tools, page, 'the question');
    }],
    ['no is no: nothing is begun, and nobody was asked for', async () => {
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Cancel', 'no is what Enter says');
      await page.keyboard.press('Escape');
      await page.locator('#ask').waitFor({ state: 'hidden' });
      await page.waitForTimeout(500);
      assert.equal(await stage(), 'ready');
      assert.doesNotMatch(program.said(), /staging\.invalid/, 'the program has not turned to it');
      assert.equal(await page.isEnabled('#go'), true);
    }],
    ['production is not a question: it wants its words on the command line', async () => {
      await page.locator('.chip', { hasText: 'production' }).click();
      await page.click('#go');
      const fault = page.locator('#f-host-fault');
      await fault.waitFor();
      assert.match(await fault.textContent(), /where people work.*--allow-production/);
      assert.equal(await stage(), 'ready');
    }],
    ['a scenario that asks starts once somebody has said yes', async () => {
      await page.locator('label[for="f-embedded"]').click();
      await page.locator('.card', { hasText: 'careful' }).click();
      await page.click('#go');
      await page.locator('#ask[open]').waitFor();
      assert.match(await page.locator('#ask-text').textContent(), /Scenario careful: 2 users .* will load the embedded backend/);
      await page.click('#ask-yes');
      await until(page, 'state', /Running|Spawning/, 60_000);
      await until(page, 'users', /^2$/);
      await page.click('#act-stop');
      await until(page, 'state', /Over/, 60_000);
    }],
    ['started again it asks again', async () => {
      const number = await page.locator('[data-figure="state"] small').textContent();
      await page.click('#act-again');
      await page.locator('#ask[open]').waitFor();
      await page.keyboard.press('Escape');
      await page.waitForTimeout(300);
      assert.match(await figure(page, 'state'), /Over/);
      assert.equal(await page.locator('[data-figure="state"] small').textContent(), number);
      quiet(/status of (400|428)/);
    }],
  ];
  try { await all(group, tools, program, page); } finally {
    await page.close();
    await program.end();
    forget(folder);
  }
};
