// The few ways in which the page writes: texts into nodes that stay. Nothing here knows markup in texts.

export const by = (id) => document.getElementById(id);

/** A new element; `text` among the attributes is its text, a key that begins with `on` listens. */
export const el = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === 'text') made.textContent = value;
    else if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};

/** Another text, if it is another: what somebody has selected stays selected otherwise. */
export const put = (node, text) => {
  const next = text === null || text === undefined ? '' : String(text);
  if (node.textContent !== next) node.textContent = next;
};

/** An attribute that is there or not, or has this value. */
export const mark = (node, name, value) => {
  if (value === null || value === undefined || value === false) { if (node.hasAttribute(name)) node.removeAttribute(name); return; }
  const next = value === true ? '' : String(value);
  if (node.getAttribute(name) !== next) node.setAttribute(name, next);
};

export const show = (node, on) => { if (node.hidden === on) node.hidden = !on; };

/** Whether somebody has marked text inside of a node, which must not move under them. */
export const isHeld = (node) => {
  const selection = document.getSelection();
  return Boolean(selection && !selection.isCollapsed && selection.anchorNode && node.contains(selection.anchorNode));
};

/**
 * One child for each item, by key: known ones stay the same nodes and are only told what is new.
 * `make(item)` makes a node, `tell(node, item)` writes into it.
 */
export const keyed = (parent, items, key, make, tell) => {
  const known = parent.keyedNodes || (parent.keyedNodes = new Map());
  const wanted = new Set();
  const nodes = items.map((item) => {
    const name = key(item);
    let node = known.get(name);
    if (!node) { node = make(item); known.set(name, node); }
    wanted.add(name);
    if (tell) tell(node, item);
    return node;
  });
  for (const [name, node] of known) if (!wanted.has(name)) { node.remove(); known.delete(name); }
  if (isHeld(parent)) {
    for (const node of nodes) if (!node.parentNode) parent.append(node);
    return;
  }
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
};

/** What is remembered in this browser; nothing depends on it. */
export const memory = {
  get(name, otherwise) {
    try { const text = localStorage.getItem(`katydid-${name}`); return text === null ? otherwise : JSON.parse(text); } catch { return otherwise; }
  },
  set(name, value) { try { localStorage.setItem(`katydid-${name}`, JSON.stringify(value)); } catch { /* forbidden or full */ } },
};

/** A button beside a text that copies it. */
export const copyButton = (what, text) => {
  const button = el('button', { type: 'button', class: 'small', 'aria-label': `Copy ${what}`, text: 'Copy' });
  button.addEventListener('click', async () => {
    let done = true;
    try { await navigator.clipboard.writeText(text()); } catch { done = copyBySelection(text()); }
    button.textContent = done ? 'Copied' : 'Not copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  return button;
};

/** Where the page is no secure context, there is no clipboard to write to. */
const copyBySelection = (text) => {
  const area = el('textarea', { class: 'aside', readonly: true, text });
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
};
