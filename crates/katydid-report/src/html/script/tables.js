// Tables that sort, and that keep their order when their numbers change.
const Tables = (() => {
  'use strict';
  const { html, svg } = Charts;
  const UNITS = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };
  /** What a cell is sorted by: a number with its unit, or its text. */
  const key = (cell) => {
    const text = cell.textContent.trim(), found = /^([+-]?[\d.]+)\s*(%|[kMGTP]?B|ms|s|\/s|×|pt)?$/.exec(text);
    if (text === '–' || text === '-' || text === '') return -Infinity;
    return found && cell.classList.contains('n') ? +found[1] * (UNITS[found[2]] || 1) : text;
  };
  const compare = (a, b) => (typeof a === typeof b ? (typeof a === 'number' ? a - b : a.localeCompare(b)) : typeof a === 'number' ? -1 : 1);

  /** Sorts the rows by the column that is marked; the sum stays last. */
  const sort = (table) => {
    const heads = [...table.tHead.rows[0].cells], column = heads.findIndex((head) => head.hasAttribute('aria-sort'));
    if (column < 0) return;
    const down = heads[column].getAttribute('aria-sort') === 'descending', body = table.tBodies[0];
    const keyed = [...body.rows].filter((row) => !row.classList.contains('total')).map((row) => [key(row.cells[column]), row]);
    keyed.sort((a, b) => (down ? compare(b[0], a[0]) : compare(a[0], b[0])));
    const total = body.querySelector('.total');
    keyed.forEach(([, row]) => body.insertBefore(row, total));
  };
  /** Makes the heads of a table buttons that sort it. */
  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head) => {
      const button = html('button', { type: 'button' }, null, head.textContent);
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        // Numbers begin with the largest, words with A.
        const number = head.classList.contains('n'), was = head.getAttribute('aria-sort');
        const down = was ? was === 'ascending' : number;
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        sort(table);
      });
    });
  };

  const write = (cell, { text, class: name = '', share }) => {
    if (cell.className !== name) cell.className = name;
    if (share === undefined) { if (cell.textContent !== text) cell.textContent = text; return; }
    if (cell.textContent === text) return;
    const bar = svg('svg', { 'aria-hidden': 'true' });
    svg('rect', { width: `${(share * 100).toFixed(1)}%`, height: '100%' }, bar);
    cell.replaceChildren(bar, text);
  };
  /** A sentence in which backticks set code. */
  const say = (place, text) => {
    place.hidden = !text;
    if (place.dataset.text === text) return;
    place.dataset.text = text;
    place.replaceChildren(...text.split('`').map((part, k, all) => (k % 2 && all.length % 2 ? html('code', {}, null, part) : k && !(all.length % 2) ? '`' + part : part)));
  };
  /** Shows a table of the server in `host`: title, note and rows. The order that somebody has chosen, the place of
      the scroll bar and the focus stay; cells that say the same are not touched. Nothing without rows. */
  const show = (host, { id, title, note, columns, rows, total }) => {
    host.hidden = !rows.length;
    if (!host.firstChild) {
      html('h2', { id }, host, title);
      html('p', { class: 'lead' }, host);
      html('p', { class: 'note' }, host);
      const wide = html('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-labelledby': id }, host);
      const made = html('table', {}, wide), top = html('tr', {}, html('thead', {}, made));
      columns.forEach((column) => html('th', { scope: 'col', ...(column.number ? { class: 'n' } : {}) }, top, column.name));
      html('tbody', {}, made);
      sortable(made);
    }
    const table = host.querySelector('table'), body = table.tBodies[0], lines = note.split('\n');
    say(host.querySelector('.lead'), lines.length > 1 ? lines[0] : '');
    say(host.querySelector('.note'), lines.at(-1));
    // In the order of the server, so that a row stays the row that it was.
    const known = [...body.rows].sort((a, b) => a.dataset.at - b.dataset.at);
    rows.forEach((cells, at) => {
      const row = known[at] || html('tr', { 'data-at': at }, body);
      row.classList.toggle('total', Boolean(total) && at === rows.length - 1);
      cells.forEach((cell, k) => write(row.cells[k] || html('td', {}, row), cell));
    });
    known.slice(rows.length).forEach((row) => row.remove());
    if (total) body.append(body.querySelector('.total'));
    sort(table);
  };

  return { sortable, show };
})();
