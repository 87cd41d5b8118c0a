// A browser, the checks that are made in it, and what must hold of a page whatever is done: nothing reaches the
// console, nothing is asked of another server, axe finds nothing serious.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';

export const open = async (modules, browser) => {
  const require = createRequire(path.join(path.resolve(modules), 'package.json'));
  const { chromium } = require('playwright-core');
  const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  // Playwright wants a path, not a name.
  const program = process.env.PATH.split(path.delimiter).map((folder) => path.join(folder, browser)).find((file) => fs.existsSync(file));
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'katydid-live-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: program, headless: true, viewport: { width: 1280, height: 900 }, acceptDownloads: true, ignoreHTTPSErrors: false,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  // Helpers of the browser end a moment after it, and write to its profile until then.
  const close = async () => { await context.close(); fs.rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }); };
  return { context, axe, close };
};

/** One check, whose outcome is told. What it needs is what the one before it left. */
const check = async (what, test) => {
  try { await test(); console.log(`ok ${what}`); return true; } catch (fault) {
    console.log(`not ok ${what}: ${fault.stack}`);
    return false;
  }
};

/** Makes the checks of a group, up to its first fault, of which the page and the last words of the program are
    left. It must not end well then. */
export const all = async (group, { shots }, program, page) => {
  for (const [what, test] of group) {
    if (await check(what, test)) continue;
    await page?.screenshot({ path: path.join(shots, 'fault.png') }).catch(() => {});
    console.log(program.said().split('\n').slice(-15).join('\n'));
    process.exitCode = 1;
    return;
  }
};

/** Does one group after the other, or those that are named; one that cannot even begin does not keep the others
    from it. */
export const inTurn = async (groups, wanted, tools) => {
  for (const group of groups) {
    if (wanted.length && !wanted.includes(group.name)) continue;
    try { await group(tools); } catch (fault) {
      console.log(`not ok ${group.name}: ${fault.stack}`);
      process.exitCode = 1;
    }
  }
  await tools.close();
};

/** A page that notes what it says and asks. `quiet(what)` asserts that both are as they should be. */
export const watched = async ({ context }, address) => {
  const page = await context.newPage(), said = [], asked = new Set();
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) said.push(message.text()); });
  page.on('pageerror', (error) => said.push(error.stack));
  page.on('request', (request) => asked.add(new URL(request.url()).origin));
  await page.goto(address);
  const quiet = (allowed = /^$/) => {
    assert.deepEqual(said.filter((text) => !allowed.test(text)), [], 'the console is silent');
    assert.deepEqual([...asked], [new URL(address).origin], 'no other server is asked');
  };
  return { page, said, quiet };
};

/** The page in light or dark. Its own axe run, so that nothing of it stays. */
export const examine = async ({ axe }, page, what) => {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  const serious = found.violations.filter((it) => ['serious', 'critical'].includes(it.impact));
  assert.deepEqual(serious.map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`), [], what);
};

/** What one figure of the head says. */
export const figure = (page, name) => page.locator(`[data-figure="${name}"] b`).textContent();
/** Waits until the figure is as wanted. */
export const until = (page, name, wanted, timeout = 30_000) => page.waitForFunction(
  ([key, text]) => new RegExp(text).test(document.querySelector(`[data-figure="${key}"] b`).textContent), [name, wanted.source], { timeout },
);
