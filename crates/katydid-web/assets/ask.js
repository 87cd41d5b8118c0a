// A question in the page itself, with yes and no; no is the one that Enter and Escape say.

import { by, put } from './dom.js';

/** Whether somebody said yes. `yes` is the word on the button. */
export const ask = (text, yes = 'Yes') => new Promise((resolve) => {
  const dialog = by('ask');
  put(by('ask-text'), text);
  put(by('ask-yes'), yes);
  dialog.returnValue = 'no';
  dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true });
  dialog.showModal();
});
