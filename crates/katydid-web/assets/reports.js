// Download: what of the run can be saved, as files.

import { get } from './api.js';
import { el, keyed, put, show } from './dom.js';
import { bytes } from './format.js';
import { run, store } from './store.js';

let list, told, asked = '';
const ask = async () => {
  const now = `${run() ? run().number : 0} ${store.state.stage}`;
  if (asked === now) return;
  asked = now;
  try {
    const { files } = await get('files');
    keyed(list, files, (file) => file.name, (file) => el('li', {}, el('a', { href: `api/v1/files/${encodeURIComponent(file.name)}`, download: file.name }), el('span', { class: 'soft' })), (node, file) => {
      put(node.firstChild, file.title);
      const size = file.bytes === null || file.bytes === undefined ? null : bytes(file.bytes);
      put(node.lastChild, ` ${[file.title === file.name ? null : file.name, size].filter(Boolean).join(', ')}`);
    });
    put(told, store.state.stage === 'on' ? 'The run goes on: each file has what was measured up to the moment it is asked for.' : 'Of the run that is over.');
    show(told, files.length > 0);
  } catch (fault) { asked = ''; put(told, fault.message); show(told, true); }
};

export const reports = {
  id: 'reports', title: 'Download', needs: 'run', hears: 'state',
  build(host) { told = el('p', { class: 'note' }); list = el('ul', { class: 'files' }); host.append(el('h2', { text: 'Download' }), told, list); },
  update: ask,
};
