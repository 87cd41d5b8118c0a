// A page that is left open while the program goes and comes again.
import assert from 'node:assert/strict';
import { watched } from './browser.mjs';
import { forget, start } from './program.mjs';

export const reconnect = async (tools) => {
  const first = await start(tools.binary, ['--embedded']);
  const { page, quiet } = await watched(tools, first.address);
  let second = null;
  try {
    await tools.check('a page whose program has gone says so', async () => {
      await page.locator('#link[data-link="live"]').waitFor();
      await first.end('SIGINT');
      await page.locator('#link[data-link="lost"]').waitFor();
      assert.match(await page.locator('#banner').textContent(), /does not answer/);
    });
    await tools.check('it finds the next one by itself, and says that it is another', async () => {
      second = await start(tools.binary, ['--embedded', '--users', '3'], { port: first.port, folder: first.folder });
      await page.locator('#link[data-link="live"]').waitFor({ timeout: 30_000 });
      assert.equal(await page.locator('#banner').isHidden(), true);
      assert.match(await page.locator('.note-box').textContent(), /started again/);
      await page.waitForFunction(() => document.querySelector('#f-users') && document.querySelector('#f-users').value === '3');
      quiet(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|net::ERR/);
    });
  } finally {
    await page.close();
    if (second) await second.end();
    forget(first.folder);
  }
};
