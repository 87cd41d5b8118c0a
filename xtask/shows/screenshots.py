#!/usr/bin/env python3
# Pictures of reports of real runs: healthy, a spike with recovery, all failing, a leak, a pool too small. About 9 minutes.
"""Usage: screenshots.py [WORD...]

Makes the runs (short, on loopback), their reports, and a picture of each: light, dark, as wide as a phone, and
printed; all in a folder of the target folder, which is the last line of the output. They are for people to look at.

With words only the runs whose name has one of them. BUILT=1 builds nothing; runs that are there already are
not made again (their reports are), unless AGAIN=1.
"""
import glob, os, shutil, subprocess, sys

import scenarios
from scenarios import LOAD, PROFILE, ROOT, TARGET, Target

OUT = os.path.join(TARGET, "screenshots")
MODULES = os.path.join(TARGET, "browser")
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]

# Name, words of the command line, faults of a proxy before the backend, what the backend is started with.
# None for the faults: the program starts its backend itself.
SPIKE = {"spike": {**scenarios.SCALED["spike"],
                   "stages": '["before: 10@10/s for 10s", "surge: 300@100/s for 15s", "after: 10@100/s for 25s"]'}}
# At most 66 requests/s: 300 users queue for a few seconds, ten do not.
SURGE = ["4 servers of 60ms"]
RUNS = [
    ("healthy", "--scenario load -t 120s -u 60 -r 10", None, {}),
    ("spike", "--scenario spike --tags health,preferences,billing", SURGE, {}),
    ("failing", "-u 20 -r 10 -t 25s", ["api/: 100% 503"], {}),
    ("leak", "--scenario endurance -t 210s -u 40", [], {"FAULT_LEAK_BYTES_PER_REQUEST": "65536"}),
    ("pool", "-u 40 -r 10 -t 40s --tags health,preferences", None, {"FAULT_DATABASE_DELAY_MS": "150", "DATABASE_POOL_SIZE": "2"}),
]


def make(name, words, faults, env, plan, folder):
    """The folder of a run."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    words = ["--plan", plan, "--headless", "--yes", "--only-summary", "--seed", "1", *words.split()]
    target = None
    try:
        if faults is None:
            words.append("--embedded")
        else:
            target = Target(folder, faults, int(env.get("FAULT_LEAK_BYTES_PER_REQUEST", "0")), accounts=300)
            words += ["-H", target.url, "--accounts", "accounts.csv", "--watch-pid", str(target.pid)]
        with open(os.path.join(folder, "output.txt"), "w") as out:
            done = subprocess.run([LOAD, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                  env=dict(os.environ, **env), timeout=400)
    finally:
        if target:
            target.stop()
    found = glob.glob(os.path.join(folder, "load_test_runs", "*"))
    if not found:
        sys.exit(f"{name} left no run (exit code {done.returncode}); see {folder}/output.txt")
    return found[0]


def main():
    wanted = [run for run in RUNS if not sys.argv[1:] or any(word in run[0] for word in sys.argv[1:])]
    if not os.environ.get("BUILT"):
        subprocess.run(["cargo", "build", "--quiet", "--profile", PROFILE, "-p", "tts-reader-load-test", "-p", "tts-reader",
                        "-p", "katydid-testkit", "--bins"], cwd=ROOT, check=True)
    os.makedirs(OUT, exist_ok=True)
    scenarios.SCALED.update(SPIKE)
    plan = scenarios.scaled_plan(OUT)
    for name, words, faults, env in wanted:
        folder = os.path.join(OUT, name)
        there = glob.glob(os.path.join(folder, "load_test_runs", "*"))
        run = there[0] if there and not os.environ.get("AGAIN") else make(name, words, faults, env, plan, folder)
        subprocess.run([LOAD, "report", run, "--html", os.path.join(OUT, f"{name}.html"), "--md", os.path.join(OUT, f"{name}.md")],
                       cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
        print(f"{name}: {os.path.getsize(os.path.join(OUT, name + '.html'))} bytes", flush=True)
    if not os.path.exists(os.path.join(MODULES, "installed.json")):
        sys.exit("no browser is prepared: run `cargo xtask browser` once")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None) or sys.exit("chromium is not installed")
    names = [run[0] for run in wanted]
    subprocess.run(["node", os.path.join(ROOT, "xtask", "browser", "screenshots.mjs"), OUT, MODULES, browser, *names], check=True)
    printer = shutil.which("pdftoppm")
    for name in names:
        if printer:
            subprocess.run([printer, "-r", "60", "-png", f"{OUT}/{name}-print.pdf", f"{OUT}/{name}-print"], check=True)
    if not printer:
        print("pdftoppm is not installed: the printed pages stay PDF")
    print(OUT)


if __name__ == "__main__":
    sys.exit(main())
