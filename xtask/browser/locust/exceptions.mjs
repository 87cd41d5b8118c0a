// Exceptions in Locust's front end: a suite whose own code fails, by an error and by a panic.
import assert from 'node:assert/strict';
import path from 'node:path';
import { all } from '../live/browser.mjs';
import { forget, start } from '../live/program.mjs';
import { opened, send, tab, table } from './page.mjs';
import { server } from './target.mjs';

/** Whether a row of the table has all of an exception, whatever the order of its columns. */
const shows = (row, { count, msg, traceback }) => row.includes(String(count)) && [msg, traceback].every((text) => row.some((cell) => cell.includes(text)));

export const exceptions = async (tools) => {
  const target = await server(tools.target);
  const program = await start(tools.faulty, ['-H', target.address]);
  const locust = await opened(tools, program.address);
  const { page, heard } = locust;
  const last = () => (heard('/exceptions').at(-1) || { exceptions: [] }).exceptions;
  const until = async (what, so) => {
    const end = Date.now() + 30_000;
    while (!(await so())) {
      assert.ok(Date.now() < end, `${what}: not within 30 s; ${JSON.stringify(last())}; ${JSON.stringify(await table(page))}`);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
  };
  const group = [
    ['exceptions stand in its table with count, message and traceback, as /exceptions has them', async () => {
      await send(page, 2, 2, 'Start');
      await tab(page, 'Exceptions');
      await until('both come again and again', () => last().length === 2 && last().every((it) => it.count > 3));
      await page.getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByRole('button', { name: 'New', exact: true }).waitFor();
      const answer = await (await fetch(new URL('exceptions', program.address))).json();
      const [error, panic] = ['the shelf is empty', 'the till fell over'].map((text) => answer.exceptions.find(({ msg }) => msg.includes(text)));
      assert.equal(answer.exceptions.length, 2);
      assert.ok(error.count > 3 && panic.count > 3, JSON.stringify(answer));
      assert.match(error.traceback, /^Faulty\/\S*stumble/);
      assert.match(panic.traceback, /^Faulty\/\S*panic at \S*faulty\.rs:\d+/);
      // It asks no more once the run has stopped: the table is its last answer.
      await until('the table has them', async () => {
        const rows = await table(page);
        return rows.length === 2 && last().every((one) => rows.some((row) => shows(row, one)));
      });
      for (const { msg, count, traceback } of last()) {
        const now = answer.exceptions.find((one) => one.msg === msg);
        assert.ok(now.count >= count && now.traceback === traceback, `${msg}: ${count}, then ${now.count}`);
      }
      await page.screenshot({ path: path.join(tools.shots, 'exceptions.png') });
    }],
    ['its file of exceptions has the same', async () => {
      const { exceptions: wanted } = await (await fetch(new URL('exceptions', program.address))).json();
      const [head, ...rows] = (await (await fetch(new URL('exceptions/csv', program.address))).text()).trim().split(/\r?\n/);
      assert.equal(head, 'Count,Message,Traceback,Nodes');
      assert.equal(rows.length, wanted.length);
      for (const { count, msg, traceback, nodes } of wanted) assert.ok(rows.includes([count, msg, traceback, nodes].join(',')), `${msg} in ${rows.join(' | ')}`);
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
