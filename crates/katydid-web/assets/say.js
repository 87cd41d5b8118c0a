// Words for people: a line for screen readers with each change of state (never with each second), and
// notes that stay on the screen until they are read.

import { by, el } from './dom.js';

export const say = (text) => {
  const region = by('said');
  region.textContent = '';
  // An equal text twice is only read when the region was empty between.
  requestAnimationFrame(() => { region.textContent = text; });
};

/** `kind`: good, bad or plain. A bad one stays until it is closed. */
export const note = (text, kind = 'plain') => {
  const box = el('div', { class: `note-box ${kind}` }, el('p', { text }));
  const close = () => box.remove();
  box.append(el('button', { type: 'button', class: 'small', 'aria-label': 'Close this note', text: '×', onclick: close }));
  by('notes').append(box);
  while (by('notes').children.length > 4) by('notes').firstChild.remove();
  if (kind !== 'bad') setTimeout(close, 6000);
  say(text);
};
