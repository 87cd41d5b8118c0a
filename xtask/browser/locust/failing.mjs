// Failures in Locust's front end: tts-load against a server that knows none of its paths.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { forget, start } from '../live/program.mjs';
import { agrees, opened, send, tab } from './page.mjs';

/** The server and its address. */
const server = async (binary) => {
  const child = spawn(binary, ['--bind', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((resolve, reject) => {
    child.stdout.once('data', (piece) => resolve(String(piece).trim()));
    child.once('exit', (code) => reject(new Error(`the target ended with ${code}`)));
  });
  return { address, end: () => child.kill() };
};

export const failing = async (tools) => {
  const target = await server(tools.target);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'katydid-page-'));
  fs.writeFileSync(path.join(folder, 'accounts.csv'), 'username,password\nreader@example.com,secret-of-a-test\n');
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
  try { for (const [what, test] of group) if (!(await tools.check(what, test))) { await page.screenshot({ path: path.join(tools.shots, 'fault.png') }).catch(() => {}); console.log(program.said().split('\n').slice(-15).join('\n')); break; } } finally {
    await locust.close();
    await program.end();
    target.end();
    forget(program.folder);
  }
};
