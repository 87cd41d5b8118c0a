#!/usr/bin/env python3
# The guide's six scenarios and the search on a healthy backend, and on broken ones: about 12 minutes.
"""Usage: scenarios.py [WORD...]

Without words every row of the table; with words only those whose scenario or backend has one of them.
BUILT=1 builds nothing, KEEP=FOLDER keeps reports and output.

Healthy is `tts-load --embedded`. Broken is the same backend (`tts-reader serve`) with a real fault: a
leak by its own switch FAULT_LEAK_BYTES_PER_REQUEST, everything else by `fault-proxy` before it.

Times are scaled, load and targets are the plan's (`tts-load plan show`) but for what SCALED changes:
  smoke      2 m -> 15 s
  load       10 m -> 75 s, as many users (100)
  critical   10 m -> 60 s, as many users (100)
  stress     10 m to 500 users -> 50 s to 100 users in the same 5 steps: 20, 40, 60, 80, 100
  spike      2 m, 5 m, 2 m with 300 users -> 8 s, 12 s, 25 s with 100 users; recovery within 30 s -> 10 s
  endurance  2 h -> 150 s; memory may drift 48 times as much per hour, for the run is 48 times shorter;
             drift of p95 and failures is left out: 150 s cannot tell it from noise
  capacity   from 20 users up to 160, 8 s a probe instead of 1 m, within 25 %
Every row says which exit code and which words it must have; one that has others is marked WRONG, and
the exit code of the show is then 1.
"""
import os, re, signal, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
PROFILE = os.environ.get("PROFILE", "fast")
LOAD, BACKEND, PROXY = (os.path.join(TARGET, {"dev": "debug"}.get(PROFILE, PROFILE), name)
                        for name in ("tts-load", "tts-reader", "fault-proxy"))

# Keys of the plan's scenarios with other values. A key that the plan does not have is an error here.
SCALED = {
    "smoke": {"run-time": '"15s"'},
    "load": {"run-time": '"75s"'},
    "critical": {"run-time": '"60s"'},
    "stress": {"run-time": '"50s"', "users": "100"},
    "spike": {"stages": '["before: 10@10/s for 8s", "surge: 100@100/s for 12s", "after: 10@100/s for 25s"]',
              "recover": '"p95 < 1s within 10s"'},
    "endurance": {"run-time": '"150s"', "spawn-rate": "25", "drift": '["memory < 240%/h"]'},
    "capacity": {"users": "160", "from": "20", "step-time": '"8s"', "precision": '"25%"', "run-time": '"5m"'},
}

LOGIN = ["/api/login: 1% 500"]
# A server with one place answers 1 / s requests/s, and the way to it and back adds 2 to 5 ms to s. A user is 2.13 s by
# itself between two requests, so the answer to N users takes N s - 2.13 s once they keep the place busy.
KNEE = ["1 server of 34ms"]  # 36.5 ms: full with 58 users; a second with 86
LOWER = ["1 server of 41ms"]  # 45.5 ms: full with 47 users; a second with 69
# Between two steps: a user that opens a new connection is there twice until the old one is gone.
CRASH = ["50% reset beyond 70 connections for 5s"]
SCAR = ["delay 1500ms beyond 60 connections for ever"]
HEALTHY = "healthy"
SHORT = "--text-length short"  # so that the line before the backend is what takes the time
PASS = [r"^RUN: (VALID|DISTURBED)", r"^VERDICT: PASS$"]
# Scenario, more words, backend, faults of the proxy, bytes leaked per request, exit code, words that
# must be said. Rows in one list run at the same time: they need little.
ROWS = [
    [("smoke", "", HEALTHY, [], 0, 0, PASS)],
    [("load", "", HEALTHY, [], 0, 0, PASS)],
    [("critical", "", HEALTHY, [], 0, 0, PASS)],
    [("stress", "", HEALTHY, [], 0, 0, PASS)],
    [("spike", "", HEALTHY, [], 0, 0, PASS)],
    # Five users log in too seldom to meet one error in a hundred.
    [("smoke", "-u 60 -r 30", "1 % errors on login", LOGIN, 0, 99,
      [r"^VERDICT: FAIL - .*`success == 100%`", r"POST /api/login.*HTTP 500.*1% 500"])],
    [("critical", "", "1 % errors on login", LOGIN, 0, 99,
      [r"^VERDICT: FAIL - .*`success == 100%`", r"POST /api/login.*HTTP 500.*1% 500"])],
    [("load", "", "1 % errors on login", LOGIN, 0, 99,
      [r"^VERDICT: FAIL - .*`success == 100% on class critical`", r"POST /api/login.*HTTP 500.*1% 500"])],
    # It answers well until then, and what waits at the end would be in no number.
    [("smoke", "-u 20 -r 20", "answers nobody from 10 s on", ["freeze from 10s"], 0, 99,
      [r"^VERDICT: FAIL - .*`p95 < 500ms`.* had waited for longer than the limit when the end",
       r"no answer when the end of the run, or of their user, cut them off"])],
    [("spike", "", "slow for ever after a surge", SCAR, 0, 99, [r"^VERDICT: FAIL - .*recover"])],
    # A knee is what a stress run looks for, and no fault as long as the target only gets slower.
    [("stress", SHORT, "knee at 60 users", KNEE, 0, 0,
      [r"broke at 80 users: `p95 < 1s`.*held every rule: 60 users", r"^VERDICT: PASS$"])],
    [("stress", SHORT, "resets beyond 70 users", CRASH, 0, 99,
      [r"broke at 80 users: `failures < 1%`", r"^VERDICT: FAIL - .*degrade.*the target crashed: at 8[01] users"])],
    # From 20 doubled and halved: 80 and 100 have the first between them, 60 and 70 the second.
    [("capacity", SHORT, "a second at 86 users", KNEE, 0, 0, [r"^CAPACITY: 80 users.*; 100 users broke"])],
    [("capacity", SHORT, "a second at 69 users", LOWER, 0, 0, [r"^CAPACITY: 60 users.*; 70 users broke"])],
    [("endurance", "", HEALTHY, [], 0, 0, PASS),
     ("endurance", "", "leak of 64 KiB a request", [], 65536, 99, [r"^VERDICT: FAIL - .*memory"])],
]


def scaled_plan(folder):
    """The plan in force, with SCALED put in."""
    text = subprocess.run([LOAD, "plan", "show"], capture_output=True, text=True, check=True).stdout
    for scenario, changes in SCALED.items():
        block = re.search(rf"^\[scenario\.{scenario}\]\n.*?(?=^\[|\Z)", text, re.M | re.S)
        if not block:
            sys.exit(f"the plan has no scenario {scenario}; make SCALED fit it")
        changed = block[0]
        for key, value in changes.items():
            changed, found = re.subn(rf"^{key} = (\[.*?^\]|\[[^\n]*\]|[^\n]*)", lambda _: f"{key} = {value}", changed, count=1, flags=re.M | re.S)
            if not found:
                sys.exit(f"scenario {scenario} has no key {key}; make SCALED fit it")
        text = text.replace(block[0], changed)
    path = os.path.join(folder, "scaled.toml")
    with open(path, "w") as file:
        file.write(text)
    return path


class Target:
    """A backend of its own, with a proxy before it if there are faults."""

    def __init__(self, folder, faults, leak, accounts=200):
        self.started = []
        env = dict(os.environ, RATE_LIMIT_REQUESTS_PER_HOUR="1000000")
        if leak:
            env["FAULT_LEAK_BYTES_PER_REQUEST"] = str(leak)
        log = open(os.path.join(folder, "backend.log"), "w")
        backend = self.start([BACKEND, "serve", "--dev", "--bind", "127.0.0.1:0", "--data", "data"], folder, env, log)
        self.pid, self.url = backend.pid, first_line(backend).rsplit(" ", 1)[1]
        done = run(["accounts", "create", "--target", self.url, "--count", str(accounts), "--tier", "PRO", "--credits", "1000000", "--out", "accounts.csv"], folder)
        if done.returncode != 0:
            sys.exit("no accounts: " + done.stderr)
        if faults:
            words = [word for fault in faults for word in ("--fault", fault)]
            self.url = first_line(self.start([PROXY, "--to", self.url, *words], folder, env, log))

    def start(self, words, folder, env, log):
        self.started.append(subprocess.Popen(words, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=log, text=True))
        return self.started[-1]

    def stop(self):
        for process in reversed(self.started):
            process.send_signal(signal.SIGTERM)
            process.wait()


def first_line(process):
    line = process.stdout.readline().strip()
    return line if line else sys.exit(f"{process.args[0]} did not start")


def run(words, folder):
    return subprocess.run([LOAD, *words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400)


def one(row, plan, folder):
    """Runs a row; what came of it: (exit code, first cause, what is missing)."""
    scenario, more, backend, faults, leak, code, expected = row
    words = ["--plan", plan, "--scenario", scenario, "--yes", "--only-summary", "--seed", "1", *more.split()]
    os.makedirs(folder, exist_ok=True)
    target = None
    try:
        if backend == HEALTHY:
            words.append("--embedded")
        else:
            target = Target(folder, faults, leak)
            words += ["-H", target.url, "--accounts", "accounts.csv"]
            if leak:
                words += ["--watch-pid", str(target.pid)]
        done = run(words, folder)
    finally:
        if target:
            target.stop()
    text = done.stderr + done.stdout
    with open(os.path.join(folder, "output.txt"), "w") as file:
        file.write(text)
    missing = [words for words in expected if not re.search(words, text, re.M)]
    if done.returncode != code:
        missing.insert(0, f"exit code {code}")
    cause = re.findall(r"^(?:VERDICT|CAPACITY|error): .*$", text, re.M)
    trust = re.findall(r"^RUN: (\w+)", text, re.M)
    first = (cause[-1] if cause else text.strip().splitlines()[-1:] or ["nothing"])
    return done.returncode, (trust[-1] if trust else "-"), str(first), missing


def main():
    wanted = lambda row: not sys.argv[1:] or any(word in f"{row[0]} {row[2]}" for word in sys.argv[1:])
    groups = [[row for row in group if wanted(row)] for group in ROWS]
    if not os.environ.get("BUILT"):
        subprocess.run(["cargo", "build", "--quiet", "--profile", PROFILE, "-p", "tts-reader-load-test", "-p", "tts-reader",
                        "-p", "katydid-testkit", "--bins"], cwd=ROOT, check=True)
    begun, wrong, number = time.time(), 0, 0
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(2) as pool:
        base = os.environ.get("KEEP", temporary)
        os.makedirs(base, exist_ok=True)
        plan = scaled_plan(base)
        print(f"{'scenario':10} {'backend':28} {'exit':>4}  {'run':9} verdict and first cause", flush=True)
        for group in groups:
            results = [pool.submit(one, row, plan, os.path.join(base, f"{number + at:02}-{row[0]}")) for at, row in enumerate(group)]
            number += len(group)
            for row, result in zip(group, results):
                code, trust, cause, missing = result.result()
                wrong += bool(missing)
                print(f"{row[0]:10} {row[2]:28} {code:4}  {trust:9} {cause}", flush=True)
                for words in missing:
                    print(f"{'':10} WRONG: lacks {words}", flush=True)
    print(f"{number - wrong} of {number} rows as expected, {(time.time() - begun) / 60:.1f} minutes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
