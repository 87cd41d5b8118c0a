// The page of one run: its charts from the data beside it, tables that sort and filter, copying.
(() => {
  'use strict';
  const { html } = Charts, by = (id) => document.getElementById(id);
  const data = JSON.parse(by('data').textContent);

  // ---- charts ----

  let run = null;
  if (data.steps.at.length > 1) {
    run = Charts.run(data, {
      time: by('time-charts'), side: by('side-charts'), spread: by('distribution-charts'), name: by('name-charts'),
      log: by('log'), window: by('window'), reset: by('reset'),
    });
    const choice = by('name');
    data.names.forEach((name, k) => html('option', { value: String(k) }, choice, name.name));
    choice.addEventListener('change', () => run.showName(choice.value === '' ? null : { at: data.points, ...data.names[+choice.value] }));
  }

  // ---- tables ----

  document.querySelectorAll('table[data-sort]').forEach((table) => { if (table.tBodies[0].rows.length > 2) Tables.sortable(table); });

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
  // What is folded on the screen is wanted on paper, and charts as wide as the paper has room for.
  const drawAgain = () => { if (run) run.view.zoom(run.view.from, run.view.until); };
  addEventListener('beforeprint', () => {
    document.querySelectorAll('details.print').forEach((part) => { part.open = true; });
    document.documentElement.classList.add('printing');
    drawAgain();
  });
  addEventListener('afterprint', () => { document.documentElement.classList.remove('printing'); drawAgain(); });
})();
