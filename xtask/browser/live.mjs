// The live page in a browser, over a real run against the embedded backend.
// node live.mjs BINARY MODULES BROWSER SHOTS [GROUP…]: tts-load, a folder in which playwright-core and axe-core are
// installed, the program of a Chromium, and where screenshots go (`cargo xtask browser`).
// Prints `ok …` for everything that it has checked; ends with 1 if anything is wrong.
import { arrivals } from './live/arrivals.mjs';
import { inTurn, open } from './live/browser.mjs';
import { form } from './live/form.mjs';
import { guarded } from './live/guarded.mjs';
import { login } from './live/login.mjs';
import { reconnect } from './live/reconnect.mjs';
import { run } from './live/run.mjs';
import { search } from './live/search.mjs';
import { viewer } from './live/viewer.mjs';

const [binary, modules, browser, shots, ...wanted] = process.argv.slice(2);
const tools = await open(modules, browser);
const all = [form, run, arrivals, guarded, search, login, viewer, reconnect];
await inTurn(all, wanted, { ...tools, binary, shots });
