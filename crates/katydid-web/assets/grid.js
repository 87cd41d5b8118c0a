// A table whose cells are updated in place: sorted by any column, filtered, with columns to choose.

import { el, isHeld, mark, memory, put, show } from './dom.js';

const compare = (a, b) => {
  const none = (v) => v === null || v === undefined || v === '';
  if (none(a) || none(b)) return none(a) - none(b);
  return typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
};

/**
 * `columns`: {key, title, number, tight, text(row), value(row), tone(row), draw(td, row), off, hint}. `value` is what
 * is sorted by (`null`: not at all), `tone` a class, `draw` fills a cell that is more than text, `tight` keeps it on
 * one line, `off` hides a column at first.
 * `options`: {id, label, key(row), sort: [column, down], empty, choose, pick(row)}.
 */
export class Grid {
  constructor(host, columns, options) {
    Object.assign(this, { columns, options, rows: [], total: null, fits: () => true, known: new Map() });
    this.off = new Set(memory.get(`columns-${options.id}`, columns.filter((c) => c.off).map((c) => c.key)));
    this.order = options.sort || null;
    this.build(host);
  }

  build(host) {
    const { id, label, empty, choose } = this.options;
    this.head = el('tr');
    this.body = el('tbody');
    this.heads = this.columns.map((column) => this.headOf(column));
    this.head.append(...this.heads);
    this.wide = el('div', { class: 'wide', tabindex: '0', role: 'region', 'aria-label': label },
      el('table', { id: `grid-${id}` }, el('caption', { class: 'unseen', text: label }), el('thead', {}, this.head), this.body));
    this.nothing = el('p', { class: 'empty', text: empty || 'Nothing yet.' });
    if (choose) host.append(el('div', { class: 'tools' }, this.chooser()));
    host.append(this.wide, this.nothing);
    this.tellOrder();
    this.tellColumns();
    show(this.wide, false);
  }

  headOf(column) {
    const head = el('th', { scope: 'col', class: column.number ? 'n' : '', title: column.hint });
    if (column.value === null) { head.textContent = column.title; return head; }
    head.append(el('button', { type: 'button', text: column.title, onclick: () => this.sortBy(column) }));
    return head;
  }

  chooser() {
    const boxes = this.columns.map((column) => el('label', {}, el('input', {
      type: 'checkbox', checked: !this.off.has(column.key),
      onchange: (event) => {
        this.off[event.target.checked ? 'delete' : 'add'](column.key);
        memory.set(`columns-${this.options.id}`, [...this.off]);
        this.tellColumns();
      },
    }), ` ${column.title}`));
    this.choice = el('details', { class: 'menu' }, el('summary', { text: 'Columns' }), el('div', { class: 'menu-body' }, ...boxes));
    return this.choice;
  }

  sortBy(column) {
    // Numbers begin with the largest, words with A.
    const [key, down] = this.order || [];
    this.order = [column.key, key === column.key ? !down : Boolean(column.number)];
    this.tellOrder();
    this.arrange(true);
  }

  tellOrder() {
    this.columns.forEach((column, k) => {
      const mine = this.order && this.order[0] === column.key;
      mark(this.heads[k], 'aria-sort', mine ? (this.order[1] ? 'descending' : 'ascending') : null);
    });
  }

  tellColumns() {
    const hide = (cells) => this.columns.forEach((column, k) => show(cells[k], !this.off.has(column.key)));
    hide(this.heads);
    for (const node of this.known.values()) hide(node.cells);
    if (this.foot) hide(this.foot.cells);
  }

  /** The rows as they are now, and the one below them that is about all. */
  update(rows, total = null) {
    this.rows = rows;
    const { key } = this.options, wanted = new Set();
    for (const row of rows) {
      const name = key(row);
      wanted.add(name);
      let node = this.known.get(name);
      if (!node) { node = this.make(row); this.known.set(name, node); }
      node.row = row;
      this.fill(node, row);
    }
    for (const [name, node] of this.known) if (!wanted.has(name)) { node.remove(); this.known.delete(name); }
    if (total) {
      if (!this.foot) { this.foot = this.make(total); this.foot.className = 'total'; }
      this.fill(this.foot, total);
    }
    show(this.wide, rows.length > 0);
    show(this.nothing, rows.length === 0);
    this.arrange(false);
  }

  make(row) {
    const node = el('tr', {}, ...this.columns.map((column, k) => el(k === (this.options.name ?? 0) ? 'th' : 'td', {
      class: column.number ? 'n' : column.tight ? 'tight' : null, scope: k === (this.options.name ?? 0) ? 'row' : null,
    })));
    this.columns.forEach((column, k) => show(node.cells[k], !this.off.has(column.key)));
    return node;
  }

  fill(node, row) {
    this.columns.forEach((column, k) => {
      const cell = node.cells[k];
      if (column.draw) column.draw(cell, row); else put(cell, column.text(row));
      if (column.tone) {
        const tone = `${column.number ? 'n' : column.tight ? 'tight' : ''} ${column.tone(row) || ''}`.trim();
        if (cell.className !== tone) cell.className = tone;
      }
    });
  }

  /** Hides what does not fit. The answer is how many rows are shown. */
  filter(fits) { this.fits = fits; return this.arrange(true); }

  /** Puts rows in order. While somebody marks text or holds the pointer here, nothing moves. */
  arrange(asked) {
    let shown = 0;
    for (const node of this.known.values()) { const fits = this.fits(node.row); show(node, fits); shown += fits ? 1 : 0; }
    const nodes = this.sorted();
    if (asked || !this.isBusy()) this.place(nodes);
    else for (const node of nodes) if (!node.parentNode) this.body.insertBefore(node, this.foot && this.foot.parentNode ? this.foot : null);
    if (this.foot && this.foot.parentNode !== this.body) this.body.append(this.foot);
    return shown;
  }

  sorted() {
    const nodes = this.rows.map((row) => this.known.get(this.options.key(row)));
    const column = this.order && this.columns.find((one) => one.key === this.order[0]);
    if (!column) return nodes;
    const value = column.value || column.text, sign = this.order[1] ? -1 : 1;
    return nodes.map((node) => [value(node.row), node]).sort((a, b) => sign * compare(a[0], b[0])).map(([, node]) => node);
  }

  place(nodes) {
    let at = this.body.firstChild;
    for (const node of nodes) {
      if (node === at) at = at.nextSibling;
      else this.body.insertBefore(node, at);
    }
  }

  isBusy() { return isHeld(this.body) || this.wide.matches(':active'); }
}
