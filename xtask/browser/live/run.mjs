// The guide's Option 1, from the start to the downloads, with the manual spike and everything that can be
// steered; then each tab, in light, dark and on a phone.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { all, examine, figure, until, watched } from './browser.mjs';
import { forget, start } from './program.mjs';

const TABS = ['stats', 'charts', 'verdict', 'failures', 'exceptions', 'ratios', 'timeline', 'monitors', 'logs', 'reports', 'runs', 'settings'];

const events = (page) => page.$$eval('#grid-timeline tbody tr', (rows) => rows.map((row) => row.textContent));
const requests = (page) => page.$eval('#grid-stats tr.total td:nth-of-type(2)', (cell) => Number(cell.textContent));

/** Changes the load in the drawer. */
const load = async (page, users, rate) => {
  await page.click('#act-edit');
  await page.fill('#edit-users', String(users));
  await page.fill('#edit-rate', String(rate));
  await page.click('#edit button[type="submit"]');
  await page.locator('#edit').waitFor({ state: 'hidden' });
};

export const run = async (tools) => {
  const program = await start(tools.binary, ['--embedded']);
  const { page, quiet } = await watched(tools, program.address);
  const tab = (id) => page.click(`#tab-${id}`);
  const group = [
    ['Option 1: users, spawn rate, Start swarming', async () => {
      await page.fill('#f-users', '10');
      await page.fill('#f-spawn-rate', '5');
      await page.click('#go');
      await until(page, 'state', /Running|Spawning/, 60_000);
      assert.equal(await page.getAttribute('#tab-stats', 'aria-selected'), 'true', 'the statistics come by themselves');
      await until(page, 'users', /^10$/);
      await page.waitForFunction(() => document.querySelectorAll('#grid-stats tbody tr').length > 4);
    }],
    ['statistics have Locust’s columns, and are told each second in the same cells', async () => {
      const heads = await page.$$eval('#grid-stats th[scope="col"]:not([hidden])', (all) => all.map((head) => head.textContent));
      assert.deepEqual(heads, ['Type', 'Name', '# Requests', '# Fails', 'Median (ms)', '95%ile (ms)', '99%ile (ms)', 'Average (ms)', 'Min (ms)', 'Max (ms)', 'Average size (bytes)', 'Current RPS', 'Current Failures/s']);
      await page.evaluate(() => {
        const name = document.querySelector('#grid-stats tbody th');
        getSelection().selectAllChildren(name);
        globalThis.kept = { row: name.parentNode, total: document.querySelector('#grid-stats tr.total') };
      });
      const before = await requests(page);
      await page.waitForFunction((had) => Number(document.querySelector('#grid-stats tr.total td:nth-of-type(2)').textContent) > had, before);
      const same = await page.evaluate(() => ({
        selected: String(getSelection()), name: globalThis.kept.row.querySelector('th').textContent,
        total: globalThis.kept.total === document.querySelector('#grid-stats tr.total'), there: globalThis.kept.row.isConnected,
      }));
      assert.deepEqual(same, { ...same, selected: same.name, total: true, there: true });
      await page.evaluate(() => getSelection().removeAllRanges());
    }],
    ['statistics sort and filter while the run goes on', async () => {
      await page.click('#grid-stats th:nth-child(3) button');
      const counts = await page.$$eval('#grid-stats tbody tr:not(.total)', (rows) => rows.map((row) => Number(row.cells[2].textContent)));
      assert.deepEqual(counts, [...counts].sort((a, b) => b - a));
      await page.keyboard.press('/');
      await page.keyboard.type('login');
      const names = await page.$$eval('#grid-stats tbody tr:not(.total):not([hidden]) th', (all) => all.map((cell) => cell.textContent));
      assert.ok(names.length > 0 && names.every((name) => name.includes('login')), names.join());
      await page.fill('#panel-stats input[type="search"]', '');
    }],
    ['the manual spike: from 10 to 300 at 100 per second, and back', async () => {
      await load(page, 300, 100);
      await until(page, 'users', /^300$/, 30_000);
      await load(page, 10, 100);
      await until(page, 'users', /^10$/, 60_000);
      await tab('timeline');
      const told = (await events(page)).filter((text) => /300/.test(text));
      assert.ok(told.length > 0, (await events(page)).join('\n'));
    }],
    ['no number is refused in the drawer', async () => {
      await page.keyboard.press('e');
      await page.fill('#edit-users', 'many');
      await page.keyboard.press('Enter');
      assert.match(await page.locator('#edit-fault').textContent(), /many is no whole number/);
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('#edit').isHidden(), true);
    }],
    ['a pause, and on again', async () => {
      await page.click('#act-pause');
      await until(page, 'state', /Paused/);
      await page.click('#act-pause');
      await until(page, 'state', /Running/);
    }],
    ['a mark with a note that has markup is a text on the time line', async () => {
      await page.click('#act-mark');
      await page.fill('#marking-text', 'deployed <b>42</b>');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelector('#grid-timeline').textContent.includes('deployed <b>42</b>'));
      assert.equal(await page.locator('#grid-timeline b').count(), 0);
    }],
    ['the weight of a class changes', async () => {
      await page.click('#act-edit');
      await page.click('#edit-weights > summary');
      await page.locator('#edit-classes input').first().fill('7');
      await page.click('#edit button[type="submit"]');
      await page.locator('#edit').waitFor({ state: 'hidden' });
      await page.waitForFunction(() => /weight/i.test(document.querySelector('#grid-timeline').textContent));
    }],
    ['the statistics begin anew, once somebody said yes', async () => {
      await tab('stats');
      const before = await requests(page);
      await page.click('#act-reset');
      await page.click('#ask-yes');
      await page.waitForFunction((had) => Number(document.querySelector('#grid-stats tr.total td:nth-of-type(2)').textContent) < had, before);
    }],
    ['charts are drawn, follow the run, and stay where somebody has zoomed', async () => {
      await tab('charts');
      const shown = () => page.locator('#panel-charts .window').textContent();
      // The statistics began anew a moment ago.
      await page.waitForFunction(() => /^Since the statistics began/.test(document.querySelector('#panel-charts .window').textContent));
      assert.ok((await page.locator('#panel-charts figure.chart').count()) >= 4);
      const whole = await shown();
      await page.waitForFunction((had) => document.querySelector('#panel-charts .window').textContent !== had, whole);
      const plot = page.locator('#panel-charts .plot').first();
      await plot.focus();
      await page.keyboard.press('+');
      assert.match(await shown(), /^Shown/);
      await page.keyboard.press('Escape');
      assert.match(await shown(), /^Since the statistics began/);
    }],
    ['a name leads to its charts, by Enter and by a click', async () => {
      for (const open of [(link) => link.press('Enter'), (link) => link.click()]) {
        await tab('stats');
        const link = page.locator('#grid-stats a.lead').first(), name = await link.textContent();
        await open(link);
        await page.locator('#tab-charts[aria-selected="true"]').waitFor();
        assert.equal(await page.evaluate(() => document.activeElement.id), 'tab-charts');
        const chosen = page.locator('#panel-charts select');
        assert.ok((await chosen.inputValue()).endsWith(name), name);
        await page.locator('#panel-charts .chart-grid').first().locator('figure').first().waitFor();
        await chosen.selectOption('');
      }
      assert.equal(await page.locator('#grid-stats tr.total a').count(), 0, 'all requests are no name');
    }],
    ['the tabs go by arrow keys, and the address has them', async () => {
      await page.focus('#tab-charts');
      await page.keyboard.press('ArrowRight');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'tab-verdict');
      assert.match(page.url(), /[?&]tab=verdict/);
      await page.goto(`${program.address.replace(/\/?$/, '/')}?tab=timeline`);
      await page.locator('#tab-timeline[aria-selected="true"]').waitFor();
      assert.ok((await events(page)).length > 0);
    }],
    ['each tab is read by axe, and looked at', async () => {
      fs.mkdirSync(tools.shots, { recursive: true });
      const shot = (name) => page.screenshot({ path: path.join(tools.shots, `${name}.png`) });
      await page.locator('#waiting').waitFor({ state: 'hidden' });
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        for (const id of TABS) {
          await tab(id);
          await page.waitForTimeout(300);
          await examine(tools, page, `${id}, ${colorScheme}`);
          await shot(`${id}-${colorScheme}`);
        }
      }
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 390, height: 844 });
      for (const id of TABS) {
        await tab(id);
        await page.waitForTimeout(300);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, `${id} does not scroll sideways`);
        await shot(`${id}-phone`);
      }
      await page.setViewportSize({ width: 1280, height: 900 });
    }],
    ['numbers of monitors have their units', async () => {
      await tab('monitors');
      const cells = await page.$$eval('#grid-monitors tbody tr', (rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
      for (const [, , series, now] of cells.filter((row) => /^network_/.test(row[2]))) assert.match(now, /B\/s$/, `${series} ${now}`);
      assert.ok(cells.some((row) => /^network_/.test(row[2])), 'the machine is watched');
    }],
    ['the keys are told, and can be turned off', async () => {
      await page.keyboard.press('?');
      await page.locator('#help[open]').waitFor();
      await page.uncheck('#help-on');
      await page.keyboard.press('Escape');
      await tab('stats');
      await page.keyboard.press('2');
      assert.equal(await page.getAttribute('#tab-stats', 'aria-selected'), 'true');
      await page.keyboard.press('?');
      await page.check('#help-on');
      await page.keyboard.press('Escape');
      await page.keyboard.press('2');
      assert.equal(await page.getAttribute('#tab-charts', 'aria-selected'), 'true');
    }],
    ['it stops: users finish, and the verdict is the last one', async () => {
      await page.click('#act-stop');
      await until(page, 'state', /Over/, 60_000);
      assert.match(await figure(page, 'verdict'), /^(PASS|FAIL|INVALID)$/);
      assert.match(await page.locator('[data-figure="state"] small').textContent(), /stopped by hand/);
    }],
    ['each download comes, and has what it says', async () => {
      await tab('reports');
      const links = page.locator('#panel-reports a[download]');
      await links.first().waitFor();
      const names = await links.evaluateAll((all) => all.map((link) => link.download));
      assert.ok(names.length >= 4, names.join());
      const titles = await links.allTextContents();
      assert.equal(new Set(titles).size, titles.length, `each has a name of its own: ${titles.join()}`);
      for (const [k, name] of names.entries()) {
        const [download] = await Promise.all([page.waitForEvent('download'), links.nth(k).click()]);
        const text = fs.readFileSync(await download.path(), 'utf8');
        if (/\.csv$/.test(name)) assert.match(text.split('\n')[0], /,/, name);
        if (/\.json$/.test(name)) assert.ok(JSON.parse(text), name);
        if (/\.html$/.test(name)) assert.match(text, /<\/html>\s*$/, name);
        if (/\.xml$/.test(name)) assert.match(text, /<\/testsuites>/, name);
        // A log may have nothing to say.
        assert.ok(text.length > 0 || /\.(log|jsonl)$/.test(name), `${name} is empty`);
      }
      assert.ok(names.some((name) => /\.csv$/.test(name)) && names.some((name) => /\.html$/.test(name)), names.join());
    }],
    ['it starts again with the same numbers, and ends now', async () => {
      await page.click('#act-again');
      await until(page, 'state', /Running|Spawning/, 60_000);
      await until(page, 'users', /^10$/);
      await page.click('#act-cut');
      await page.click('#ask-yes');
      await until(page, 'state', /Over/, 30_000);
    }],
    ['two runs were kept; a report opens, and both lie side by side', async () => {
      await tab('runs');
      await page.waitForFunction(() => document.querySelectorAll('#grid-runs tbody tr').length >= 2);
      const opened = async (link) => {
        const [other] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
        await other.waitForLoadState();
        const title = await other.textContent('body');
        await other.close();
        return title;
      };
      assert.match(await opened(page.locator('#grid-runs a').first()), /Load test report/);
      await page.locator('input[name="pick-base"]').nth(1).check();
      await page.locator('input[name="pick-with"]').nth(0).check();
      assert.match(await opened(page.getByRole('link', { name: 'Compare' })), /ompar/);
    }],
    ['a new run begins at the form', async () => {
      await page.click('#act-new');
      assert.equal(await page.isVisible('#go'), true);
      quiet();
    }],
  ];
  try { await all(group, tools, program, page); } finally {
    await page.close();
    await program.end();
    forget(program.folder);
  }
};

