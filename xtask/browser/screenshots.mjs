// Pictures of pages: light, dark, as wide as a phone (each whole, and its first screen), and printed.
// node screenshots.mjs FOLDER MODULES BROWSER NAME…: FOLDER has NAME.html, and gets the pictures.
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, modules, browser, ...names] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'package.json'));
const { chromium } = require('playwright-core');
const started = await chromium.launch({ executablePath: browser, headless: true, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });

const WIDE = { width: 1280, height: 900 }, PHONE = { width: 390, height: 844 };
const VIEWS = [['light', 'light', WIDE], ['dark', 'dark', WIDE], ['phone', 'light', PHONE]];
for (const name of names) {
  const file = (what, kind = 'png') => path.join(folder, `${name}-${what}.${kind}`);
  for (const [view, colorScheme, viewport] of VIEWS) {
    const page = await started.newPage({ colorScheme, viewport });
    await page.goto(pathToFileURL(path.resolve(folder, `${name}.html`)).href);
    await page.screenshot({ path: file(`${view}-first`) });
    await page.screenshot({ path: file(view), fullPage: true });
    if (view === 'light') await page.pdf({ path: file('print', 'pdf'), preferCSSPageSize: true });
    await page.close();
  }
}
await started.close();
