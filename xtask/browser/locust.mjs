// Locust's own front end before our API: started, watched, edited, reset, stopped, downloaded from, as its users do.
// node locust.mjs BINARY MODULES BROWSER FRONT TARGET SHOTS: tts-load, a folder in which playwright-core is
// installed, the program of a Chromium, the front end's folder in Locust's package, a server that answers
// anything (test-target), and where screenshots go (`cargo xtask locust-page`).
// Prints `ok …` for everything that it has checked; ends with 1 if anything is wrong.
import { open } from './live/browser.mjs';
import { failing } from './locust/failing.mjs';
import { run } from './locust/run.mjs';

const [binary, modules, browser, front, target, shots] = process.argv.slice(2);
const tools = await open(modules, browser);
let failed = 0;

/** One check. What it needs is what the one before it left, so a group ends at its first fault. */
const check = async (what, test) => {
  try { await test(); console.log(`ok ${what}`); return true; } catch (fault) {
    failed += 1;
    console.log(`not ok ${what}: ${fault.stack}`);
    return false;
  }
};

for (const group of [run, failing]) {
  try { await group({ ...tools, binary, front, target, shots, check }); } catch (fault) { failed += 1; console.log(`not ok ${group.name}: ${fault.stack}`); }
}
await tools.close();
process.exitCode = failed ? 1 : 0;
