// Nobody sees anything before they have logged in; who has, sees the page.
import assert from 'node:assert/strict';
import path from 'node:path';
import { all, examine, watched } from './browser.mjs';
import { forget, start } from './program.mjs';

export const login = async (tools) => {
  const program = await start(tools.binary, ['--embedded', '--web-login']);
  const { page, quiet } = await watched(tools, program.address);
  const group = [
    ['without a login there is the login', async () => {
      await page.waitForURL(/\/login$/);
      await page.screenshot({ path: path.join(tools.shots, 'login.png') });
      for (const colorScheme of ['light', 'dark']) { await page.emulateMedia({ colorScheme }); await examine(tools, page, `login, ${colorScheme}`); }
      const refused = await page.evaluate(() => fetch('api/v1/suite').then((answer) => answer.status));
      assert.equal(refused, 401);
    }],
    ['a wrong password is refused, the one on the terminal opens the page', async () => {
      const [, password] = /Log in on the live page as `operator` with (\S+)/.exec(program.said()) || [];
      assert.ok(password, `no password on the terminal:\n${program.said()}`);
      await page.fill('#password', 'wrong');
      await page.click('button[type="submit"]');
      assert.match(await page.locator('[role="alert"]').textContent(), /wrong/);
      await page.fill('#password', password);
      await page.click('button[type="submit"]');
      await page.locator('#go').waitFor();
      quiet(/status of 401/);
    }],
  ];
  try { await all(group, tools, program, page); } finally {
    await page.close();
    await program.end();
    forget(program.folder);
  }
};
