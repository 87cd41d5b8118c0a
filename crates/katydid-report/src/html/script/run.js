// All charts of a run, from its data: for a report, and for a page on which the run goes on.
(() => {
  'use strict';
  const { formats, clock, plural, merged, quantile, bins, overSteps, ofSamples, makeView, timeChart, curveChart, heatMap, html } = Charts;

  /** Numbers of a stretch of steps. They read the data anew each time, for it may have grown. */
  const numbersOf = (data) => {
    const steps = () => data().steps, at = () => steps().at;
    const sum = (list, i, j) => { let all = 0; for (let k = i; k < j; k += 1) all += list[k]; return all; };
    const length = (i, j) => at()[j] - at()[i];
    const requests = (i, j) => sum(steps().requests, i, j);
    const most = (list, i, j) => list.slice(i, j).reduce((a, b) => Math.max(a, b), 0);
    const least = (i, j) => {
      const { min, requests: count } = steps();
      let low = Infinity;
      for (let k = i; k < j; k += 1) if (count[k]) low = Math.min(low, min[k]);
      return low;
    };
    const longest = (i, j) => (requests(i, j) ? most(steps().max, i, j) : null);
    const ms = (bucket) => data().factor ** (bucket + data().shift) / 1000;
    const cells = (i, j) => merged(steps().times, i, j);
    // A chart asks for several percentiles of the same steps.
    let known = {};
    const buckets = (i, j) => {
      if (known.of !== data() || known.i !== i || known.j !== j) known = { of: data(), i, j, buckets: cells(i, j) };
      return known.buckets;
    };
    /** Those of one step and of the whole run are in the data; else buckets are added up. */
    const share = (q) => (i, j) => {
      const name = `p${q * 100}`;
      if (!requests(i, j)) return null;
      if (j === i + 1 && steps()[name]) return steps()[name][i];
      if (i === 0 && j === at().length - 1 && name in data().exact) return data().exact[name];
      return quantile(buckets(i, j), q, ms, least(i, j), longest(i, j));
    };
    return {
      at, ms, cells, requests, longest, share, length,
      /** The last step may be a stump of a few ms, of which a rate says nothing: it goes with the one before. */
      rate: (list) => (i, j) => {
        const stump = i > 0 && j === i + 1 && j === at().length - 1 && length(i, j) < length(i - 1, i) / 4;
        const from = stump ? i - 1 : i;
        return length(from, j) > 0 ? sum(list(), from, j) / length(from, j) : null;
      },
      last: (list) => (i, j) => list()[j - 1],
      most: (list) => (i, j) => most(list(), i, j),
      sum: (list) => (i, j) => sum(list(), i, j),
    };
  };

  /** Charts of a run in the elements of `places`, each of which may be missing: `time` (users, rate, response
      times, failures, generator), `side` (target and machine), `spread` (percentiles, heat map), `log` (a box that
      sets response times on a log scale), `window` (a sentence on the stretch shown), `reset` (a button back to the
      whole run), `name` (charts of one name). `now`: legends say the newest number and not that of the stretch.

      The answer: `update(data)` takes the data of a later moment or of another run, zoom and crosshair stay; it
      draws only what is shown. `grow(message)` takes a message of the feed; `false` when the data must be asked
      for whole. `showName(series)`: charts of one name, `null` for none. `view`, `data()`. */
  const run = (first, places, { now = false } = {}) => {
    let data = first;
    const ends = () => [data.since, Math.max(data.end, data.since + 0.001)];
    const view = makeView(...ends()), of = numbersOf(() => data);
    const { at, rate, most, share, longest } = of;
    const column = (name) => () => data.steps[name];
    /** A number of all steps that lie in a window. */
    const whole = (number) => (from, until) => {
      const [part] = bins(at(), from, until, 1);
      return part ? number(...part) : null;
    };
    const line = (name, number, more) => ({ name, points: overSteps(at, number), whole: whole(number), ...more });
    const log = () => Boolean(places.log && places.log.checked);
    const common = { bands: () => data.phases, marks: () => data.marks, now };

    // ---- what there is to draw: host, what tells it from the others, how it is made ----

    const timeCharts = () => {
      const list = [], add = (title, unit, lines, more) => list.push({ host: places.time, title, lines, make: () => timeChart(places.time, { title, unit, lines, ...common, ...more }, view) });
      add('Users', 'users', [
        line('planned', of.last(column('planned')), { style: 6, stepped: true, whole: whole(most(column('planned'))) }),
        line('running', of.last(column('users')), { style: 0, stepped: true, whole: whole(most(column('users'))) }),
      ]);
      const rates = [line('requests', rate(column('requests')), { style: 0 }), line('failures', rate(column('failed')), { style: 1 })];
      if (data.steps.due) rates.unshift(line('task starts planned', rate(column('due')), { style: 6 }), line('task starts begun', rate(column('begun')), { style: 3 }));
      add('Rate per second', '/s', rates);
      add('Response times', 'ms', [
        line('p50', share(0.5)), line('p95', share(0.95)), line('p99', share(0.99)), line('longest', longest),
      ], { height: 230, log });
      if (data.failures.length) {
        add('Failures per second by class', '/s', data.failures.map((kind, k) => line(kind.name, rate(() => data.failures[k].counts))), { most: 60 });
      }
      add('Generator: how late its threads looked at the clock', 'ms', [line('late', most(column('late')), { style: 5 })], { height: 110, least: 10 });
      return list;
    };
    const sideCharts = () => data.charts.map((chart, c) => {
      const lines = chart.lines.map((series, l) => {
        const points = ofSamples(() => (data.charts[c] || chart).lines[l] || series);
        return { name: series.name, points, whole: (from, until) => (points(from, until, 1)[0] || [])[2] };
      });
      const { title, unit } = chart;
      return { host: places.side, title, lines, nth: c, make: () => timeChart(places.side, { title, unit, lines, ...common, height: 140 }, view) };
    });
    const spreadCharts = () => {
      if (!data.curves.length) return [];
      const here = () => {
        const [i, j] = bins(at(), view.from, view.until, 1)[0] || [0, 0], count = of.requests(i, j), out = [];
        const nines = Math.max(1, Math.log10(count || 1));
        for (let k = 0; count && k <= 80; k += 1) { const q = 1 - 10 ** ((-nines * k) / 80); out.push([q, share(q)(i, j)]); }
        return out;
      };
      // The exact curves of the whole run, and what the zoomed stretch makes of its buckets.
      const lines = data.curves.map((curve, k) => ({ name: `${curve.name}, whole run`, points: () => data.curves[k].points }));
      lines.push({ name: 'response time, stretch shown', points: () => (view.whole() ? [] : here()) });
      const curves = 'Percentiles, each nine as wide as the one before', heat = 'How many requests took how long, over time (darker: more of that moment)';
      return [
        { host: places.spread, title: curves, lines, make: () => curveChart(places.spread, { title: curves, lines, log }, view) },
        { host: places.spread, title: heat, lines: [], make: () => heatMap(places.spread, { title: heat, at, ms: of.ms, cells: of.cells, marks: common.marks }, view) },
      ];
    };

    // ---- keeping what is drawn ----

    const drawn = new Map();
    /** Makes charts that there are none of yet, takes away what is no more; all others stay as they are. */
    const arrange = () => {
      const wanted = [...timeCharts(), ...sideCharts(), ...spreadCharts()].filter((it) => it.host);
      const keyed = wanted.map((it) => [JSON.stringify([it.nth, it.title, ...it.lines.map((l) => l.name)]), it]), keys = new Set(keyed.map(([key]) => key));
      for (const [key, chart] of drawn) {
        if (keys.has(key)) continue;
        // A line that somebody has hidden stays so in the chart that comes instead.
        const hidden = new Set(chart.lines.filter((l) => l.hidden).map((l) => l.name));
        const next = wanted.find((it) => it.title === chart.title);
        if (next) next.lines.forEach((l) => { l.hidden = hidden.has(l.name); });
        chart.remove();
        drawn.delete(key);
      }
      const last = new Map();
      for (const [key, it] of keyed) {
        if (!drawn.has(key)) drawn.set(key, { title: it.title, ...it.make() });
        const { figure } = drawn.get(key), before = last.get(it.host);
        const next = before ? before.nextElementSibling : it.host.firstElementChild;
        if (next !== figure) it.host.insertBefore(figure, next);
        last.set(it.host, figure);
      }
    };

    let named = [];
    const showName = (name) => {
      named.forEach((chart) => chart.remove());
      named = [];
      if (!name || !places.name) return;
      const { at: edges } = name, over = (number) => overSteps(() => edges, number);
      const per = (list) => over((i, j) => (edges[j] > edges[i] ? list.slice(i, j).reduce((a, b) => a + b, 0) / (edges[j] - edges[i]) : null));
      // Every point is drawn and has a row: percentiles of a name cannot be added up any more.
      const ms = (list) => over((i) => (name.requests[i] ? list[i] : null));
      const add = (what, unit, lines, more) => named.push(timeChart(places.name, { title: `${name.name}: ${what}`, unit, lines, rows: edges.length, ...common, ...more }, view));
      add('rate per second', '/s', [{ name: 'requests', points: per(name.requests) }, { name: 'failures', points: per(name.failed) }]);
      add('response times', 'ms', [{ name: 'p50', points: ms(name.p50) }, { name: 'p95', points: ms(name.p95) }, { name: 'p99', points: ms(name.p99) }, { name: 'longest', points: ms(name.max) }], { height: 230, log });
    };

    const tell = () => {
      if (places.reset) places.reset.disabled = view.whole();
      if (!places.window) return;
      const [i, j] = bins(at(), view.from, view.until, 1)[0] || [0, 0], count = of.requests(i, j);
      const facts = count
        ? [plural(count, 'request'), `${of.sum(column('failed'))(i, j)} failed`, formats['/s'](count / (of.length(i, j) || 1))].concat([0.5, 0.95, 0.99].map((q) => `p${q * 100} ${formats.ms(share(q)(i, j))}`), `longest ${formats.ms(longest(i, j))}`)
        : ['no request ended in it'];
      const whole = data.since > 0 ? 'Since the statistics began' : 'Whole run';
      places.window.textContent = `${view.whole() ? whole : 'Shown'}, ${clock(i < j ? at()[i] : view.from)} to ${clock(i < j ? at()[j] : view.end)}: ${facts.join(' · ')}`;
    };

    // A few times a hundred times the usual one hide it on an even scale. Whoever has chosen, has chosen.
    let chosen = false;
    const chooseScale = () => {
      if (!places.log || chosen || places.log.checked) return;
      const all = [0, at().length - 1], usual = share(0.5)(...all), far = longest(...all);
      places.log.checked = usual > 0 && far / usual > 20;
    };

    const update = (later) => {
      data = later;
      chooseScale();
      arrange();
      view.grow(...ends());
    };
    if (places.log) places.log.addEventListener('change', () => { chosen = true; view.zoom(view.from, view.until); });
    if (places.reset) places.reset.addEventListener('click', () => view.all());
    view.changed.add(tell);
    chooseScale();
    arrange();
    tell();
    return {
      view, update, showName, data: () => data,
      grow: (message) => { const later = Charts.grown(data, message); if (later) update(later); return Boolean(later); },
    };
  };

  Object.assign(Charts, { run });
})();
