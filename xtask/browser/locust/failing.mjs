// Failures in Locust's front end: tts-load against a server that knows none of its paths.
import assert from 'node:assert/strict';
import path from 'node:path';
import { all } from '../live/browser.mjs';
import { forget, room, start } from '../live/program.mjs';
import { agrees, opened, send, tab } from './page.mjs';
import { server } from './target.mjs';

export const failing = async (tools) => {
  const target = await server(tools.target);
  const folder = room({ 'accounts.csv': 'username,password\nreader@example.com,secret-of-a-test\n' });
  const program = await start(tools.binary, ['-H', target.address, '--accounts', 'accounts.csv', '--no-preflight'], { folder });
  const locust = await opened(tools, program.address);
  const { page, heard } = locust;
  const group = [
    ['failures in its table are the errors of /stats/requests', async () => {
      assert.equal(await page.getByLabel(/^Host/).inputValue(), target.address);
      await send(page, 1, 1, 'Start');
      await tab(page, 'Failures');
      const rows = ({ errors }) => errors.map((it) => [it.occurrences, it.method, it.name, it.error]);
      const answer = await agrees(locust, '/stats/requests', rows, 60);
      assert.ok(answer.errors.length > 0);
      await page.screenshot({ path: path.join(tools.shots, 'failures.png') });
    }],
    ['the share of failures stands in its head', async () => {
      const { fail_ratio: ratio } = heard('/stats/requests').at(-1);
      assert.ok(ratio > 0);
      await page.locator('header').getByText(/%/).first().waitFor();
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByRole('button', { name: 'New', exact: true }).waitFor();
      locust.quiet();
    }],
  ];
  try { await all(group, tools, program, page); } finally {
    await locust.close();
    await program.end();
    target.end();
    forget(program.folder);
  }
};
