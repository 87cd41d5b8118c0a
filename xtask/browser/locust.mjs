// Locust's own front end before our API: started, watched, edited, reset, stopped, downloaded from, as its users do.
// node locust.mjs BINARY MODULES BROWSER FRONT TARGET FAULTY SHOTS [GROUP…]: tts-load, a folder in which playwright-core is
// installed, the program of a Chromium, the front end's folder in Locust's package, a server that answers
// anything (test-target), a suite whose own code fails (example faulty of katydid), and where screenshots go
// (`cargo xtask locust-page`).
// Prints `ok …` for everything that it has checked; ends with 1 if anything is wrong.
import { inTurn, open } from './live/browser.mjs';
import { exceptions } from './locust/exceptions.mjs';
import { failing } from './locust/failing.mjs';
import { run } from './locust/run.mjs';

const [binary, modules, browser, front, target, faulty, shots, ...wanted] = process.argv.slice(2);
const tools = await open(modules, browser);
await inTurn([run, failing, exceptions], wanted, { ...tools, binary, front, target, faulty, shots });
