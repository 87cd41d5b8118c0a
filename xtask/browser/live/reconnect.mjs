// A page that is left open while the program goes and comes again.
import assert from 'node:assert/strict';
import { all, figure, until, watched } from './browser.mjs';
import { forget, start } from './program.mjs';

export const reconnect = async (tools) => {
  const first = await start(tools.binary, ['--embedded']);
  const { page, quiet } = await watched(tools, first.address);
  let second = null;
  const group = [
    ['a page whose program has gone says so, and keeps what it knew', async () => {
      await page.locator('#link[data-link="live"]').waitFor();
      await page.fill('#f-users', '2');
      await page.click('#go');
      await until(page, 'users', /^2$/, 60_000);
      await page.waitForFunction(() => document.querySelectorAll('#grid-stats tbody tr').length > 1);
      await first.end('SIGINT');
      await page.locator('#link[data-link="lost"]').waitFor();
      assert.match(await page.locator('#banner').textContent(), /does not answer/);
      assert.match(await figure(page, 'users'), /^\d+$/);
      assert.ok((await page.locator('#grid-stats tbody tr').count()) > 1, 'the last numbers stay');
    }],
    ['it finds the next one by itself, and says that it is another', async () => {
      second = await start(tools.binary, ['--embedded', '--users', '3'], { port: first.port, folder: first.folder });
      await page.locator('#link[data-link="live"]').waitFor({ timeout: 30_000 });
      assert.equal(await page.locator('#banner').isHidden(), true);
      assert.match(await page.locator('.note-box').textContent(), /started again/);
      assert.equal(await page.isVisible('#now'), false, 'the run of the program before is gone');
      await page.click('#tab-runs');
      await page.waitForFunction(() => document.querySelectorAll('#grid-runs tbody tr').length === 1);
      await page.click('#tab-start');
      await page.waitForFunction(() => document.querySelector('#f-users') && document.querySelector('#f-users').value === '3');
      quiet(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|net::ERR/);
    }],
  ];
  try { await all(group, tools, first, page); } finally {
    await page.close();
    if (second) await second.end();
    forget(first.folder);
  }
};
