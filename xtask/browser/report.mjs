// A page of a run in a browser: sort, filter, zoom, crosshair, legend, keyboard, theme, axe.
// node report.mjs PAGES MODULES BROWSER: the pages of the example `pages` of katydid-report, a folder in
// which playwright-core and axe-core are installed, and the program of a Chromium (`cargo xtask browser`).
// Prints `ok …` for everything that it has checked; ends with 1 if anything is wrong.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { open } from './live/browser.mjs';

const [pages, modules, browser] = process.argv.slice(2);
const { context, axe, close } = await open(modules, browser);

let failed = 0;
/** One check on a page of its own; nothing may reach the console, nothing may leave the page. */
const check = async (what, name, test, options = {}) => {
  const page = await context.newPage();
  const said = [], asked = [];
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) said.push(message.text()); });
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  try {
    await page.emulateMedia({ colorScheme: options.dark ? 'dark' : 'light' });
    await page.setViewportSize(options.size || { width: 1280, height: 900 });
    await page.goto(pathToFileURL(path.resolve(pages, `${name}.html`)).href);
    await test(page);
    assert.deepEqual(said, [], 'the console is silent');
    assert.equal(asked.length, 1, `only the page itself is asked for: ${asked.join(', ')}`);
    console.log(`ok ${what}`);
  } catch (fault) {
    failed += 1;
    console.log(`not ok ${what}: ${fault.stack}`);
  }
  await page.close();
};

const data = (page) => page.evaluate(() => JSON.parse(document.getElementById('data').textContent));
const column = (page, id, index) => page.$$eval(`[aria-labelledby="${id}"] tbody tr:not(.total):not([hidden])`, (rows, at) => rows.map((row) => row.cells[at].textContent), index);
const chart = (page, title) => page.locator('figure.chart', { has: page.locator('.title', { hasText: title }) }).first();
const legend = (figure) => figure.locator('.legend button').evaluateAll((all) => Object.fromEntries(all.map((button) => [button.querySelector('bdi').textContent, button.querySelector('output').textContent])));
const windowText = (page) => page.locator('#window').textContent();

await check('tables sort by click and by keyboard, the sum stays last', 'hour', async (page) => {
  const head = page.locator('div[aria-labelledby="requests"] th', { hasText: /^p95$/ });
  await head.locator('button').click();
  let seen = (await column(page, 'requests', 9)).map(Number);
  assert.deepEqual(seen, [...seen].sort((a, b) => b - a));
  assert.ok(seen[0] > seen.at(-1), 'the rows differ');
  assert.equal(await head.getAttribute('aria-sort'), 'descending');
  await head.locator('button').focus();
  await page.keyboard.press('Enter');
  seen = (await column(page, 'requests', 9)).map(Number);
  assert.deepEqual(seen, [...seen].sort((a, b) => a - b));
  assert.equal(await page.locator('div[aria-labelledby="requests"] tbody tr').last().locator('td').nth(1).textContent(), 'Aggregated');
});

await check('tables filter by text, tag and class', 'hour', async (page) => {
  await page.fill('#filter-text', 'things/1');
  assert.equal((await column(page, 'requests', 1)).length, 11);
  assert.equal((await column(page, 'phases', 1)).length, 11);
  await page.selectOption('#filter-of', { label: 'tts' });
  const names = await column(page, 'requests', 1);
  assert.deepEqual(names.map((name) => Number(name.split('/').pop()) % 2), names.map(() => 1));
  assert.match(await page.locator('#filter-told').textContent(), /^6 of 20 names/);
  await page.fill('#filter-text', '');
  await page.selectOption('#filter-of', { label: 'Reader' });
  assert.equal((await column(page, 'requests', 1)).length, 10);
});

await check('the stretch shown has exactly the requests of its steps, by drag, keys and reset', 'hour', async (page) => {
  const all = await data(page);
  const plot = chart(page, 'Response times').locator('.plot');
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  assert.match(await windowText(page), /^Whole run, .*216000 requests/);
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
  await page.mouse.up();
  const shown = await windowText(page);
  assert.match(shown, /^Shown, /);
  const [from, until] = shown.match(/(\d+):(\d+)/g).map((text) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0));
  const sum = all.steps.requests.filter((_, k) => all.steps.at[k] >= from - 0.6 && all.steps.at[k + 1] <= until + 0.6).reduce((a, b) => a + b, 0);
  assert.equal(Number(/(\d+) requests/.exec(shown)[1]), sum);
  assert.ok(sum > 15000 && sum < 40000, String(sum));
  await plot.focus();
  await page.keyboard.press('+');
  assert.ok(Number(/(\d+) requests/.exec(await windowText(page))[1]) < sum);
  await page.keyboard.press('Escape');
  assert.match(await windowText(page), /^Whole run/);
  await page.keyboard.press('+');
  await page.click('#reset');
  assert.match(await windowText(page), /^Whole run/);
});

await check('the crosshair says what the data has, in all charts at once', 'hour', async (page) => {
  const all = await data(page);
  const times = chart(page, 'Response times'), plot = times.locator('.plot');
  await plot.focus();
  await page.keyboard.press('Home');
  for (let k = 0; k < 40; k += 1) await page.keyboard.press('ArrowRight');
  const said = await times.locator('.said').textContent();
  const [m, s] = said.split(' ')[0].split(':').map(Number), at = m * 60 + s;
  // The line may stand on the border of two steps.
  const near = all.steps.at.slice(0, -1).map((_, k) => k).filter((k) => all.steps.at[k] <= at + 0.6 && all.steps.at[k + 1] >= at - 0.6);
  const exact = (k, q) => {
    let bucket = 0, seen = 0;
    const step = all.steps.times[k], count = all.steps.requests[k], wanted = Math.ceil(q * count);
    for (let i = 0; i < step.length; i += 2) {
      bucket += step[i]; seen += step[i + 1];
      if (seen >= wanted) return Math.min(all.steps.max[k], Math.max(all.steps.min[k], all.factor ** (bucket + all.shift) / 1000));
    }
    return NaN;
  };
  const shown = await legend(times), number = (text) => Number.parseFloat(text);
  for (const [name, of] of [['p50', (k) => exact(k, 0.5)], ['p95', (k) => exact(k, 0.95)], ['longest', (k) => all.steps.max[k]]]) {
    assert.ok(near.some((k) => Math.abs(of(k) - number(shown[name])) <= 0.01 * of(k)), `${name}: ${shown[name]}, not ${near.map(of)}`);
  }
  // Of one step the data has the percentiles themselves, and no bucket is between.
  assert.ok(near.some((k) => Math.abs(all.steps.p95[k] - number(shown.p95)) <= 0.05), `p95: ${shown.p95}`);
  const rates = await legend(chart(page, 'Rate per second')), users = await legend(chart(page, 'Users'));
  assert.equal(number(rates.requests), 60);
  assert.ok(near.some((k) => all.steps.users[k] === number(users.running)), users.running);
});

await check('the legend hides and shows a line, by click and by keyboard', 'hour', async (page) => {
  const times = chart(page, 'Response times');
  const button = times.locator('.legend button', { hasText: 'longest' });
  const lines = () => times.locator('.plot .line').count();
  const before = await lines();
  await button.click();
  assert.equal(await button.getAttribute('aria-pressed'), 'false');
  assert.equal(await lines(), before - 1);
  await button.focus();
  await page.keyboard.press('Space');
  assert.equal(await lines(), before);
});

await check('a chart opens as a table with its numbers', 'hour', async (page) => {
  const rates = chart(page, 'Rate per second');
  await rates.locator('summary').click();
  const rows = await rates.locator('details tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.ok(rows.length > 20 && rows.length <= 60);
  assert.equal(rows[0][1], '60.0/s');
});

await check('one name has charts of its own', 'hour', async (page) => {
  await page.selectOption('#name', { label: 'GET /api/things/7' });
  assert.equal(await page.locator('#name-charts figure').count(), 2);
  await page.selectOption('#name', { label: 'GET /api/things/8' });
  assert.equal(await page.locator('#name-charts figure').count(), 2);
  assert.match(await page.locator('#name-charts').textContent(), /things\/8/);
});

const growing = JSON.parse(fs.readFileSync(path.join(pages, 'growing.json'), 'utf8'));
/** A page as the live one has it, at second `at`. */
const begin = (page, at) => page.evaluate(([messages, last]) => {
  const by = (id) => document.getElementById(id);
  window.run = Charts.run(messages[0], { time: by('time'), side: by('side'), spread: by('spread'), name: by('name'), window: by('window'), reset: by('reset') }, { now: true });
  window.grow = (more) => more.every((message) => run.grow(message));
  return grow(messages.slice(1, last));
}, [growing.messages, at]);
const grow = (page, from, until) => page.evaluate((more) => grow(more), growing.messages.slice(from, until));

await check('messages of a run that goes on make what the whole data has', 'growing', async (page) => {
  assert.ok(await begin(page, 200));
  assert.ok(await grow(page, 200));
  assert.deepEqual(await page.evaluate(() => run.data()), growing.whole);
  assert.equal(growing.whole.steps.at.length, 301, 'steps have become one');
  assert.match(await windowText(page), /^Whole run, .*7920 requests/);
});
await check('a chart that is drawn again keeps zoom, crosshair, hidden lines and itself', 'growing', async (page) => {
  assert.ok(await begin(page, 100));
  const times = chart(page, 'Response times');
  await times.locator('.legend button', { hasText: 'longest' }).click();
  const before = await page.evaluate(() => {
    run.view.zoom(20, 40);
    run.view.look(31.5);
    document.querySelectorAll('figure').forEach((figure) => { figure.before = true; });
    document.querySelector('.plot').focus();
    return document.querySelectorAll('figure').length;
  });
  const told = await legend(times), shown = await windowText(page);
  assert.ok(await grow(page, 100, 160));
  assert.deepEqual(await page.evaluate(() => [run.view.from, run.view.until, run.view.cursor]), [20, 40, 31.5]);
  assert.deepEqual(await legend(times), told);
  assert.equal(await windowText(page), shown);
  assert.equal(await times.locator('.legend button[aria-pressed="false"]').count(), 1);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('figure')].filter((figure) => figure.before).length), before);
  assert.ok(await page.evaluate(() => document.activeElement === document.querySelector('.plot')));
  // A stretch at the end moves along, the whole run stays the whole run.
  await page.evaluate(() => run.view.zoom(140, 160));
  assert.ok(await grow(page, 160, 170));
  assert.deepEqual(await page.evaluate(() => [run.view.from, run.view.until]), [150, 170]);
  await page.click('#reset');
  assert.ok(await grow(page, 170, 180));
  assert.deepEqual(await page.evaluate(() => [run.view.from, run.view.until]), [0, 180]);
});
await check('a page that has missed a message says so and goes on from the whole', 'growing', async (page) => {
  assert.ok(await begin(page, 100));
  assert.equal(await grow(page, 101, 102), false);
  await page.evaluate((whole) => run.update(whole), growing.whole);
  assert.deepEqual(await page.evaluate(() => run.data()), growing.whole);
  await page.evaluate((first) => run.update(first), growing.messages[0]);
  assert.deepEqual(await page.evaluate(() => [run.view.from, run.view.until]), [0, 1], 'another run');
});
await check('after a reset the charts begin where the figures do', 'anew', async (page) => {
  const { since, steps } = await data(page);
  assert.deepEqual([since, steps.at[0]], [40, 40]);
  assert.match(await windowText(page), /^Since the statistics began, 40 s to 2:00: 1600 requests/);
  const users = chart(page, 'Users'), plot = users.locator('.plot');
  // The line of the users begins at the axis, and so does that of what is watched beside.
  for (const figure of [users, chart(page, 'database')]) {
    const [left, axis] = await figure.evaluate((it) => ['.line[d^="M"]', '.grid'].map((part) => Number(/^M([\d.]+)/.exec(it.querySelector(`.plot ${part}`).getAttribute('d'))[1])));
    assert.ok(left - axis >= 0 && left - axis < 12, `${left}, not ${axis}`);
  }
  await plot.focus();
  await page.keyboard.press('Home');
  assert.match(await users.locator('.said').textContent(), /^40 s/);
  await page.keyboard.press('+');
  assert.match(await windowText(page), /^Shown, /);
  await page.keyboard.press('0');
  assert.match(await windowText(page), /^Since the statistics began, 40 s/);
});
await check('a stretch that a reset has emptied is left', 'growing', async (page) => {
  assert.deepEqual(await page.evaluate(() => {
    const view = Charts.makeView(0, 100), seen = () => [view.from, view.until, view.whole()];
    view.zoom(20, 40);
    view.grow(60, 101);
    const after = seen();
    view.zoom(70, 80);
    view.grow(60, 102);
    const zoomed = seen();
    view.zoom(0, 1000);
    return [after, zoomed, seen()];
  }), [[60, 101, true], [70, 80, false], [60, 102, true]]);
});
await check('tables that are shown again keep their order', 'growing', async (page) => {
  const table = (numbers) => ({ id: 'some', title: 'Some', note: '', total: true, columns: [{ name: 'Name', number: false }, { name: 'Count', number: true }], rows: numbers.map((count, k) => [{ text: `<b>${k}` }, { text: String(count), class: 'n' }]).concat([[{ text: 'all' }, { text: '9', class: 'n' }]]) });
  const shown = (numbers) => page.evaluate((made) => {
    Tables.show(document.getElementById('name'), made);
    return [...document.querySelectorAll('#name tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent).join(' '));
  }, table(numbers));
  assert.deepEqual(await shown([1, 3, 2]), ['<b>0 1', '<b>1 3', '<b>2 2', 'all 9']);
  await page.click('#name th:nth-child(2) button');
  assert.deepEqual(await shown([1, 3, 2]), ['<b>1 3', '<b>2 2', '<b>0 1', 'all 9']);
  assert.deepEqual(await shown([5, 3, 2, 4]), ['<b>0 5', '<b>3 4', '<b>1 3', '<b>2 2', 'all 9']);
  assert.deepEqual(await shown([5]), ['<b>0 5', 'all 9']);
});

await check('the theme can be chosen', 'hour', async (page) => {
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await back();
  await page.click('#theme');
  assert.equal(await back(), light);
  await page.click('#theme');
  assert.notEqual(await back(), light);
});

await check('names with markup, quotes, line ends and other directions stay text', 'names', async (page) => {
  assert.equal(await page.locator('main b').count(), 0);
  const names = await column(page, 'requests', 1);
  assert.equal(names.length, 251);
  assert.ok(names.every((name) => name.length < 400 && !/[\u202a-\u202e\n]/.test(name)));
});

await check('a run of nothing says so', 'nothing', async (page) => {
  assert.match(await page.locator('.run').textContent(), /RUN INVALID/);
  assert.match(await page.locator('.headline').textContent(), /No request was completed/);
});
await check('a run of one second opens', 'second', async (page) => assert.match(await windowText(page), /5 requests/));
await check('a run in which all failed says so', 'failing', async (page) => {
  assert.match(await page.locator('.verdict').textContent(), /FAIL/);
  assert.match(await page.locator('.headline').textContent(), /900 of 900 requests failed/);
});

for (const name of ['hour', 'failing', 'nothing']) {
  for (const dark of [false, true]) {
    await check(`axe has no serious finding in ${name}, ${dark ? 'dark' : 'light'}`, name, async (page) => {
      const found = await page.evaluate(`(() => { ${axe}; return axe.run(document); })()`);
      const serious = found.violations.filter((it) => ['serious', 'critical'].includes(it.impact));
      assert.deepEqual(serious.map((it) => `${it.id}: ${it.nodes.slice(0, 3).map((node) => node.html.slice(0, 120)).join(' | ')}`), []);
      assert.ok(found.passes.length > 20, 'axe has looked');
    }, { dark });
  }
}
for (const name of ['hour', 'failing', 'names']) {
  await check(`a phone shows ${name} without scrolling sideways, words as cards`, name, async (page) => {
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    const top = await page.evaluate(() => document.querySelector('.figures').getBoundingClientRect().top / innerHeight);
    // A failure of 10 kB takes its part of the first screen.
    assert.ok(top < (name === 'names' ? 1.5 : 1), `the figures begin at ${top} screens`);
    assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('[aria-labelledby="settings"] td')).display), 'block');
  }, { size: { width: 390, height: 844 } });
}
await check('paper has charts in pairs, drawn for it, and the screen has them as before', 'hour', async (page) => {
  const drawn = () => page.evaluate(() => Number(document.querySelector('#time-charts .plot svg').getAttribute('viewBox').split(' ')[2]));
  const before = await drawn();
  const seen = await page.evaluate(() => new Promise((done) => {
    dispatchEvent(new Event('beforeprint'));
    const [one, other] = [...document.querySelectorAll('#time-charts figure')].map((figure) => figure.getBoundingClientRect());
    done([one.top === other.top, Number(document.querySelector('#time-charts .plot svg').getAttribute('viewBox').split(' ')[2])]);
  }));
  assert.equal(seen[0], true, 'two beside each other');
  assert.ok(seen[1] > 400 && seen[1] < 520, String(seen[1]));
  await page.emulateMedia({ media: 'print' });
  const head = page.locator('div[aria-labelledby="requests"] th button').first();
  assert.equal(await head.evaluate((button) => getComputedStyle(button).display), 'contents', 'so that heads stand on each page');
  await page.emulateMedia({ media: 'screen' });
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.equal(await drawn(), before);
});

await close();
process.exitCode = failed ? 1 : 0;
