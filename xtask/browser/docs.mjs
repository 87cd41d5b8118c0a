// The page of the backend's API in a browser, over a service of its own.
// node docs.mjs SERVICE MODULES BROWSER SHOTS: the tts-reader program, a folder in which playwright-core and axe-core
// are installed, the program of a Chromium, and where screenshots go (`cargo xtask docs`).
// Prints `ok …` for everything that it has checked; ends with 1 if anything is wrong.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { examine, open, watched } from './live/browser.mjs';

const [binary, modules, browser, shots] = process.argv.slice(2);
const WIDE = { width: 1280, height: 900 }, PHONE = { width: 390, height: 844 };
fs.mkdirSync(shots, { recursive: true });
const data = fs.mkdtempSync(path.join(os.tmpdir(), 'tts-reader-docs-'));
const service = spawn(binary, ['serve', '--dev', '--bind', '127.0.0.1:0', '--data', data], { stdio: ['ignore', 'pipe', 'ignore'] });
const address = await new Promise((done, fail) => {
  createInterface({ input: service.stdout }).on('line', (line) => done(line.split(' listens on ')[1]));
  service.on('exit', (code) => fail(new Error(`the service ended with ${code}`)));
});
const tools = await open(modules, browser);

let failed = 0;
const check = async (what, test, { size = WIDE, dark = false, to = '/docs', allowed } = {}) => {
  try {
    const it = await watched(tools, address + to);
    await it.page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    await it.page.setViewportSize(size);
    await it.page.locator('article').first().waitFor();
    await test(it.page);
    it.quiet(allowed);
    await it.page.close();
    console.log(`ok ${what}`);
  } catch (fault) {
    failed += 1;
    console.log(`not ok ${what}: ${fault.stack}`);
  }
};
const shot = (page, name) => page.screenshot({ path: path.join(shots, `${name}.png`) });
const route = (page, id) => page.locator(`#${id}`);
/** Nothing is wider than the screen. */
const narrow = async (page) => {
  const [wide, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(wide <= screen, `${wide} of ${screen} px`);
};

for (const [name, options] of [['light', {}], ['dark', { dark: true }], ['phone', { size: PHONE }]]) {
  await check(`every route of the document is shown, and axe finds nothing serious, ${name}`, async (page) => {
    const told = await (await fetch(`${address}/openapi.json`)).json();
    const names = Object.values(told.paths).flatMap((item) => Object.values(item).map((operation) => operation.operationId));
    assert.deepEqual((await page.locator('article').evaluateAll((all) => all.map((one) => one.id))).sort(), names.sort());
    await shot(page, name);
    await route(page, 'synthesize').locator('summary').first().click();
    await route(page, 'synthesize').locator('.try > summary').click();
    await route(page, 'synthesize').evaluate((one) => one.scrollIntoView());
    await shot(page, `${name}-route`);
    await examine(tools, page, name);
    await narrow(page);
    await page.evaluate(() => { for (const one of document.querySelectorAll('details')) one.open = true; });
    await narrow(page);
    // Not of the whole page: that is 110,000 pixels long, and a busy machine does not draw it in the time of a check.
    await shot(page, `${name}-open`);
  }, options);
}

await check('routes are found by words of their path and of what they do', async (page) => {
  await page.fill('#find', 'credits');
  const shown = await page.locator('article:visible').evaluateAll((all) => all.map((one) => one.id));
  assert.ok(shown.includes('buy_credits') && !shown.includes('login'), shown.join());
  assert.match(await page.locator('#found').textContent(), new RegExp(`^${shown.length} of \\d+ routes`));
  await page.fill('#find', 'nothing has this name');
  assert.equal(await page.locator('#found').textContent().then((text) => text.slice(0, 5)), '0 of ');
  await page.fill('#find', '');
  assert.ok(await page.locator('article:visible').count() > 45);
});

await check('an address names a route, which is open then', async (page) => {
  assert.ok(await route(page, 'health').locator('details.route').evaluate((one) => one.open));
  await page.locator('nav a[href="#login"]').click();
  await page.waitForFunction(() => document.querySelector('#login details.route').open);
}, { to: '/docs#health' });

await check('a route is tried by keyboard, with a token that the page took from a login', async (page) => {
  const send = async (id, body) => {
    const one = route(page, id);
    await page.evaluate((name) => { document.querySelector(`#${name} details.route`).open = true; document.querySelector(`#${name} details.try`).open = true; }, id);
    if (body) await one.locator('textarea').fill(JSON.stringify(body));
    await one.locator('form > button').focus();
    await page.keyboard.press('Enter');
    const status = one.locator('form [role=status] b');
    await status.waitFor();
    return status.textContent();
  };
  const person = { username: 'ann', password: 'a long password' };
  assert.equal(await send('dev_create_account', { ...person, tier: 'PRO', credits: 5 }), '200');
  assert.equal(await send('user'), '401');
  assert.equal(await send('login', person), '200');
  await route(page, 'login').locator('button', { hasText: 'Use this access token' }).click();
  await page.evaluate(() => { document.querySelector('#user form [role=status]').replaceChildren(); });
  assert.equal(await send('user'), '200');
  assert.match(await route(page, 'user').locator('[role=status]').textContent(), /"username": "ann"/);
  assert.equal(await send('synthesize'), '200');
  await route(page, 'synthesize').evaluate((one) => one.scrollIntoView());
  await shot(page, 'tried');
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length), 0, 'nothing is kept');
}, { allowed: /401 \(Unauthorized\)/ });

await tools.close();
// Its database is written until it has ended.
const ended = new Promise((done) => service.once('exit', done));
service.kill();
await ended;
fs.rmSync(data, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;
