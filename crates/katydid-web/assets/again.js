// The run that is over once more: what this browser ordered for it. Of a run that somebody else started
// nothing is known here, so it cannot be started again here.

import { memory } from './dom.js';
import { on, run, store } from './store.js';

let waiting = null, known = null;

/** An order was taken; the next run is the one of it. */
export const ordered = ({ options, classes }) => { waiting = { options, classes }; };

/** The order of the run on the board, or null. */
export const lastOrder = () => {
  const it = run();
  return it && known && known.instance === store.state.instance && known.run === it.number ? known.order : null;
};

on('state', () => {
  if (!known) known = memory.get('again', null);
  const it = run();
  // The probes of a search are runs of one order.
  if (!waiting && it && store.state.search && known && known.instance === store.state.instance && known.run + 1 === it.number) {
    known.run = it.number;
    memory.set('again', known);
  }
  if (!waiting || !it || store.state.stage !== 'on') return;
  known = { instance: store.state.instance, run: it.number, order: waiting };
  waiting = null;
  memory.set('again', known);
});
