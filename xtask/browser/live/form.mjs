// The form of a start: the first paint, the guide's words, presets, faults at their fields, a question in the page.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { all, examine, watched } from './browser.mjs';
import { forget, start } from './program.mjs';

export const form = async (tools) => {
  const program = await start(tools.binary, ['--embedded']);
  const { page, quiet } = await watched(tools, program.address);
  const field = (label) => page.locator('#start-form').getByLabel(label);
  const fault = (name) => page.locator(`#f-${name}-fault`);
  const group = [
    ['the first paint takes less than a second', async () => {
      await page.reload();
      await page.waitForSelector('#go');
      const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime);
      assert.ok(paint > 0 && paint < 1000, `${paint} ms`);
    }],
    ['the form has the guide’s words', async () => {
      for (const label of ['Number of users', 'Spawn rate', 'Host', 'Run time']) assert.equal(await field(label).first().isVisible(), true, label);
      assert.equal(await page.getByRole('button', { name: 'Start swarming' }).isEnabled(), true);
      assert.equal(await page.title(), 'Katydid');
    }],
    ['a scenario fills the fields and says what it is for', async () => {
      await page.locator('.card', { hasText: 'smoke' }).click();
      assert.deepEqual([await page.inputValue('#f-users'), await page.inputValue('#f-spawn-rate'), await page.inputValue('#f-run-time')], ['5', '1', '2m']);
      const about = await page.locator('#about-scenario').textContent();
      assert.match(about, /Quick check that the system works/);
      assert.match(about, /success == 100%/);
      await page.locator('.card', { hasText: 'spike' }).click();
      assert.equal(await page.inputValue('#f-users'), '');
      assert.match(await page.inputValue('#f-stages'), /300@100\/s/);
      await page.locator('.card', { hasText: 'By hand' }).click();
      assert.equal(await page.inputValue('#f-stages'), '');
    }],
    ['a fault stands at its field, and the field has the focus', async () => {
      for (const [name, word, told] of [['users', 'ten', /ten/], ['users', '-3', /-3/], ['users', '10000000000', /10000000000/], ['users', '1000000000', /1000000000 users need .* users fit/], ['users', '2.5', /2\.5/], ['spawn-rate', 'fast', /fast/], ['run-time', 'soon', /soon/]]) {
        await page.fill(`#f-${name}`, word);
        await page.click('#go');
        await fault(name).waitFor();
        assert.match(await fault(name).textContent(), told, `${name} ${word}`);
        assert.equal(await page.evaluate(() => document.activeElement.id), `f-${name}`);
        assert.equal(await page.getAttribute(`#f-${name}`, 'aria-invalid'), 'true');
        await page.fill(`#f-${name}`, '');
        assert.equal(await fault(name).isVisible(), false, 'a new try takes the fault away');
      }
    }],
    ['a host that is none is refused at its field', async () => {
      // Where the suite has no backend of its own, its users need accounts.
      fs.writeFileSync(path.join(program.folder, 'accounts.csv'), 'email,password\nreader@example.com,secret-of-a-test\n');
      await page.locator('label[for="f-embedded"]').click();
      await page.$eval('#more-own', (part) => { part.open = true; });
      await page.fill('#f-accounts', 'accounts.csv');
      for (const host of ['localhost:5000', 'ftp://localhost', 'javascript:alert(1)', 'http://']) {
        await page.fill('#f-host', host);
        await page.click('#go');
        await fault('host').waitFor();
        await page.fill('#f-host', '');
      }
      await page.fill('#f-accounts', '');
      await page.locator('label[for="f-embedded"]').click();
      assert.equal(await page.isDisabled('#f-host'), true);
    }],
    ['no class is a fault that is told before anything is asked', async () => {
      await page.click('#more-classes > summary');
      for (const box of await page.locator('#classes input[type="checkbox"]').all()) await box.uncheck();
      await page.click('#go');
      assert.match(await page.locator('#classes-fault').textContent(), /at least one class/);
      for (const box of await page.locator('#classes input[type="checkbox"]').all()) await box.check();
    }],
    ['a scenario that asks is asked in the page, and no is no', async () => {
      await page.locator('.card', { hasText: 'stress' }).click();
      await page.click('#go');
      await page.locator('#ask[open]').waitFor();
      assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Cancel');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(500);
      assert.equal(await page.getAttribute('body', 'data-stage'), 'ready');
      await page.locator('.card', { hasText: 'By hand' }).click();
    }],
    ['what is looked at before a start is told', async () => {
      await page.click('#look');
      await page.locator('#findings li').first().waitFor({ timeout: 60_000 });
      assert.match(await page.locator('#look-hint').textContent(), /Nothing stands in the way|would spoil/);
      // Every task was tried; those that are good are one line, which opens.
      assert.ok((await page.locator('#findings li').count()) < 15, 'what is to be read is short');
      assert.match(await page.locator('#findings-more > summary').textContent(), /^✓ \d+ tasks: each good$/);
      await page.click('#findings-more > summary');
      assert.ok((await page.locator('#findings-alike li').count()) > 20);
      await page.click('#findings-more > summary');
    }],
    ['the form holds on a phone, in light and in dark', async () => {
      for (const summary of await page.locator('details.more:not([open]) > summary').all()) await summary.click();
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        await examine(tools, page, `the form, ${colorScheme}`);
        fs.mkdirSync(tools.shots, { recursive: true });
        await page.screenshot({ path: path.join(tools.shots, `start-${colorScheme}.png`), fullPage: true });
      }
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 390, height: 844 });
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
      await page.screenshot({ path: path.join(tools.shots, 'start-phone.png'), fullPage: true });
      // What is refused is told by its status, which a browser writes to the console by itself.
      quiet(/status of (400|428)/);
    }],
  ];
  try { await all(group, tools, program, page); } finally {
    await page.close();
    await program.end();
    forget(program.folder);
  }
};
