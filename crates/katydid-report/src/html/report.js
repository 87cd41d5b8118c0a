// The page of one run: its charts from the data beside it, tables that sort and filter, copying.
(() => {
  'use strict';
  const { formats, clock, merged, quantile, overSteps, ofSamples, makeView, timeChart, curveChart, heatMap, html } = Charts;
  const by = (id) => document.getElementById(id);
  const data = JSON.parse(by('data').textContent);
  const { steps, times } = data, at = steps.at;

  // ---- numbers of a stretch of steps ----

  const sum = (list, i, j) => { let all = 0; for (let k = i; k < j; k += 1) all += list[k]; return all; };
  const length = (i, j) => at[j] - at[i];
  const rate = (list) => (i, j) => (length(i, j) > 0 ? sum(list, i, j) / length(i, j) : null);
  const last = (list) => (i, j) => list[j - 1];
  const most = (list) => (i, j) => list.slice(i, j).reduce((a, b) => Math.max(a, b), 0);
  const some = (i, j) => sum(steps.requests, i, j) > 0;
  const least = (i, j) => { let low = Infinity; for (let k = i; k < j; k += 1) if (steps.requests[k]) low = Math.min(low, steps.min[k]); return low; };
  const longest = (i, j) => (some(i, j) ? most(steps.max)(i, j) : null);
  // A chart asks for several percentiles of the same steps.
  let known = { i: -1, j: -1, buckets: [] };
  const bucketsOf = (i, j) => {
    if (known.i !== i || known.j !== j) known = { i, j, buckets: merged(times, i, j) };
    return known.buckets;
  };
  const share = (q) => (i, j) => (some(i, j) ? quantile(bucketsOf(i, j), q, times.factor, least(i, j), longest(i, j)) : null);
  const whole = (of) => (from, until) => {
    const parts = Charts.bins(at, from, until, 1);
    return parts.length ? of(...parts[0]) : null;
  };
  const line = (name, of, more = {}) => ({ name, points: overSteps(at, of), whole: whole(of), ...more });

  // ---- charts ----

  const view = makeView(Math.max(data.end, 0.001));
  const logScale = by('log');
  const log = () => logScale.checked;
  const common = { bands: data.phases, marks: data.marks, log };
  // A few times hundred times the usual one hide it on an even scale.
  const usual = whole(share(0.5))(0, view.end), far = whole(longest)(0, view.end);
  logScale.checked = usual > 0 && far / usual > 20;

  const timeCharts = (host) => {
    const add = (title, unit, lines, more) => timeChart(host, { title, unit, lines, ...common, ...more }, view);
    add('Users', 'users', [
      line('planned', last(steps.planned), { style: 6, stepped: true, whole: null }),
      line('running', last(steps.users), { style: 0, stepped: true, whole: null }),
    ], { log: null });
    const rates = [line('requests', rate(steps.requests)), line('failures', rate(steps.failed), { style: 1 })];
    if (steps.due.length) {
      rates.unshift(line('task starts planned', rate(steps.due), { style: 6 }), line('task starts begun', rate(steps.begun), { style: 3 }));
      rates[2].style = 0;
    }
    add('Rate per second', '/s', rates, { log: null });
    add('Response times', 'ms', [
      line('p50', share(0.5)), line('p95', share(0.95)), line('p99', share(0.99)), line('longest', longest),
    ], { height: 230 });
    if (data.failures.length) {
      add('Failures per second by class', '/s', data.failures.map((kind) => line(kind.name, rate(kind.counts))), { log: null, most: 60 });
    }
    add('Generator: latest look of a thread at its clock', 'ms', [line('late', most(steps.late), { style: 5 })], { log: null, height: 110, least: 10 });
  };

  const sideCharts = (host) => data.charts.forEach((chart) => timeChart(host, {
    title: chart.title, unit: chart.unit, ...common, log: null, height: 140,
    lines: chart.lines.map((series) => {
      const points = ofSamples(series.at, series.value);
      return { name: series.name, points, whole: (from, until) => (points(from, until, 1)[0] || [])[2] };
    }),
  }, view));

  const distribution = (host) => {
    const window = () => Charts.bins(at, view.from, view.until, 1)[0];
    const here = () => {
      const [i, j] = window() || [0, 0];
      if (!some(i, j)) return [];
      const buckets = bucketsOf(i, j), count = sum(steps.requests, i, j), low = least(i, j), high = longest(i, j);
      const nines = Math.max(1, Math.log10(count)), out = [];
      for (let k = 0; k <= 80; k += 1) {
        const q = 1 - 10 ** ((-nines * k) / 80);
        out.push([q, quantile(buckets, q, times.factor, low, high)]);
      }
      return out;
    };
    // The exact curves of the whole run, and what the zoomed stretch makes of its buckets.
    const lines = data.curves.map((curve) => ({ name: `${curve.name}, whole run`, points: () => curve.points }));
    lines.push({ name: 'response time, stretch shown', points: () => (view.whole() ? [] : here()) });
    curveChart(host, { title: 'Percentiles, each nine as wide as the one before', lines, log }, view);
    heatMap(host, { title: 'How many requests took how long, over time (darker: more of that moment)', at, factor: times.factor, cells: (i, j) => merged(times, i, j), marks: data.marks }, view);
  };

  const nameCharts = () => {
    const choice = by('name'), host = by('name-charts');
    data.names.forEach((name, k) => html('option', { value: String(k) }, choice, name.name));
    const before = [view.changed.length, view.moved.length];
    choice.addEventListener('change', () => {
      [view.changed.length, view.moved.length] = before;
      host.replaceChildren();
      const name = data.names[+choice.value];
      if (choice.value === '' || !name) return;
      const edges = data.points, over = (of) => overSteps(edges, of);
      const per = (list) => over((i, j) => sum(list, i, j) / (edges[j] - edges[i] || 1));
      // Percentiles of a name cannot be added up any more: a wide point shows the longest of its own.
      const ms = (list) => over((i, j) => (sum(name.requests, i, j) ? most(list)(i, j) : null));
      timeChart(host, { title: `${name.name}: rate per second`, unit: '/s', ...common, log: null, lines: [
        { name: 'requests', points: per(name.requests) }, { name: 'failures', points: per(name.failed) }] }, view);
      timeChart(host, { title: `${name.name}: response times`, unit: 'ms', ...common, height: 230, lines: [
        { name: 'p50', points: ms(name.p50) }, { name: 'p95', points: ms(name.p95) }, { name: 'p99', points: ms(name.p99) }, { name: 'longest', points: ms(name.max) }] }, view);
    });
  };

  const tellWindow = () => {
    const parts = Charts.bins(at, view.from, view.until, 1);
    const [i, j] = parts[0] || [0, 0];
    const count = sum(steps.requests, i, j), failed = sum(steps.failed, i, j);
    const facts = count
      ? [`${count} requests`, `${failed} failed`, `${formats['/s'](count / (length(i, j) || 1))}`].concat([0.5, 0.95, 0.99].map((q) => `p${q * 100} ${formats.ms(share(q)(i, j))}`), `longest ${formats.ms(longest(i, j))}`)
      : ['no request ended in it'];
    by('window').textContent = `${view.whole() ? 'Whole run' : 'Shown'}, ${clock(i < j ? at[i] : 0)} to ${clock(i < j ? at[j] : view.end)}: ${facts.join(' · ')}`;
    by('reset').disabled = view.whole();
  };

  if (at.length > 1) {
    timeCharts(by('time-charts'));
    if (by('side-charts')) sideCharts(by('side-charts'));
    distribution(by('distribution-charts'));
    nameCharts();
    view.changed.unshift(tellWindow);
    tellWindow();
    by('reset').addEventListener('click', () => view.zoom(0, view.end));
    logScale.addEventListener('change', () => view.zoom(view.from, view.until));
  }

  // ---- tables ----

  const UNITS = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };
  /** What a cell is sorted by: a number with its unit, or its text. */
  const key = (cell) => {
    const text = cell.textContent.trim(), found = /^([+-]?[\d.]+)\s*(%|[kMGTP]?B|ms|s|\/s|×|pt)?$/.exec(text);
    if (text === '–' || text === '-' || text === '') return -Infinity;
    return found && cell.classList.contains('n') ? +found[1] * (UNITS[found[2]] || 1) : text;
  };
  const compare = (a, b) => (typeof a === typeof b ? (typeof a === 'number' ? a - b : a.localeCompare(b)) : typeof a === 'number' ? -1 : 1);
  document.querySelectorAll('table[data-sort]').forEach((table) => {
    if (table.tBodies[0].rows.length < 3) return;
    const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = html('button', { type: 'button' }, null, head.textContent);
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        // Numbers begin with the largest, words with A.
        const number = head.classList.contains('n'), was = head.getAttribute('aria-sort');
        const down = was ? was === 'ascending' : number;
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        const rows = [...body.rows].filter((row) => !row.classList.contains('total'));
        const keyed = rows.map((row) => [key(row.cells[column]), row]);
        keyed.sort((a, b) => (down ? compare(b[0], a[0]) : compare(a[0], b[0])));
        keyed.forEach(([, row]) => body.insertBefore(row, body.querySelector('.total')));
      });
    });
  });

  const filter = by('filter-text'), belongs = by('filter-of'), told = by('filter-told');
  if (filter) {
    const apply = () => {
      const text = filter.value.trim().toLowerCase(), of = belongs.value;
      let shown = 0, all = 0;
      document.querySelectorAll('tr[data-row]').forEach((row) => {
        const fits = (!text || `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase().includes(text))
          && (of === '' || data.rows[+row.dataset.row].of.includes(+of));
        row.hidden = !fits;
        if (row.closest('[aria-labelledby="requests"]')) { all += 1; shown += fits ? 1 : 0; }
      });
      told.textContent = text || of !== '' ? `${shown} of ${all} names; the row Aggregated stays that of all` : '';
    };
    filter.addEventListener('input', apply);
    belongs.addEventListener('change', apply);
  }

  // ---- the rest ----

  document.querySelectorAll('pre[data-copy]').forEach((text) => {
    const button = html('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${text.dataset.copy}` }, null, 'Copy');
    text.before(button);
    button.addEventListener('click', async () => {
      let done = true;
      try { await navigator.clipboard.writeText(text.textContent); } catch {
        const all = document.createRange();
        all.selectNodeContents(text);
        getSelection().removeAllRanges();
        getSelection().addRange(all);
        done = document.execCommand('copy');
      }
      button.textContent = done ? 'Copied' : 'Selected: press Ctrl+C';
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
  });

  const theme = by('theme'), names = { '': 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' };
  theme.hidden = false;
  theme.addEventListener('click', () => {
    const root = document.documentElement, order = ['', 'light', 'dark'];
    const next = order[(order.indexOf(root.dataset.theme || '') + 1) % 3];
    if (next) root.dataset.theme = next; else delete root.dataset.theme;
    theme.textContent = names[next];
  });
  document.documentElement.classList.add('live');
  // What is folded on the screen is wanted on paper.
  addEventListener('beforeprint', () => document.querySelectorAll('details.print').forEach((part) => { part.open = true; }));
})();
