#!/usr/bin/env python3
# Locust from PyPI beside Katydid: same users, rate and time against answers after fixed delays.
"""Usage: locust_peer.py [USERS] [SPAWN_RATE] [SECONDS]

Runs both in turn against `test-target` on loopback and prints, per name, the number of requests and
the percentiles of each, with a bootstrap interval (95 %) of every difference. Whole-second blocks
are drawn for counts, single answers for percentiles.
"""
import json, os, random, subprocess, sys, tempfile, time, venv

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
USERS, RATE, SECONDS = (int(x) for x in (sys.argv[1:] + ["50", "50", "40"][len(sys.argv) - 1:]))
PORT = 18999
HOST = f"http://127.0.0.1:{PORT}"

LOCUSTFILE = '''
import os, time
from locust import FastHttpUser, constant, events, task

out = open(os.environ["RAW"], "w")

@events.request.add_listener
def note(request_type, name, response_time, exception, **kw):
    out.write(f"{time.monotonic()},{name},{response_time},{exception is not None}\\n")

class Visitor(FastHttpUser):
    wait_time = constant(0.05)
    @task
    def short(self): self.client.get("/delay/5")
    @task
    def middle(self): self.client.get("/delay/20")
    @task
    def long(self): self.client.get("/delay/50")
'''


def build():
    subprocess.run(["cargo", "build", "--quiet", "--profile", "fast", "-p", "katydid-engine", "--example", "delays"], cwd=ROOT, check=True)
    subprocess.run(["cargo", "build", "--quiet", "--profile", "fast", "-p", "katydid-testkit", "--bin", "test-target"], cwd=ROOT, check=True)


def locust_python():
    home = os.path.join(ROOT, "target", "locust-peer")
    python = os.path.join(home, "bin", "python")
    if not os.path.exists(python):
        venv.create(home, with_pip=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "locust==2.47.0"], check=True)
    return python


def run_locust(python, folder):
    raw = os.path.join(folder, "raw.csv")
    script = os.path.join(folder, "locustfile.py")
    open(script, "w").write(LOCUSTFILE)
    subprocess.run([python, "-m", "locust", "-f", script, "--headless", "-u", str(USERS), "-r", str(RATE), "-t", f"{SECONDS}s",
                    "-H", HOST, "--only-summary", "--loglevel", "ERROR"],
                   env=dict(os.environ, RAW=raw), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times, seconds, first = {}, {}, None
    for line in open(raw):
        at, name, ms, failed = line.strip().split(",")
        assert failed == "False", line
        first = first or float(at)
        times.setdefault(name, []).append(float(ms))
        counts = seconds.setdefault(name, [0] * (SECONDS + 2))
        counts[int(float(at) - first)] += 1
    return times, {name: counts[:SECONDS] for name, counts in seconds.items()}


def run_katydid():
    out = subprocess.run([os.path.join(ROOT, "target/fast/examples/delays"), HOST, str(USERS), str(RATE), str(SECONDS)],
                         check=True, capture_output=True, text=True).stdout
    got = json.loads(out)
    times = {name: [us / 1000 for us, n in buckets for _ in range(n)] for name, buckets in got["buckets"].items()}
    seconds = {name: [b - a for a, b in zip([0] + c, c)][:SECONDS] for name, c in got["cumulative"].items()}
    return times, seconds


def quantile(sorted_values, q):
    return sorted_values[min(len(sorted_values) - 1, int(q * len(sorted_values)))]


def interval(differences):
    differences.sort()
    return quantile(differences, 0.025), quantile(differences, 0.975)


def main():
    random.seed(1)
    build()
    python = locust_python()
    target = subprocess.Popen([os.path.join(ROOT, "target/fast/test-target"), "--bind", f"127.0.0.1:{PORT}"], stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        with tempfile.TemporaryDirectory() as folder:
            theirs, their_seconds = run_locust(python, folder)
        ours, our_seconds = run_katydid()
    finally:
        target.terminate()
    print(f"{USERS} users, {RATE}/s, {SECONDS} s; difference = Katydid - Locust, 95 % bootstrap interval")
    for name in sorted(theirs):
        a, b = sorted(ours[name]), sorted(theirs[name])
        n = [sum(random.choices(our_seconds[name], k=SECONDS)) - sum(random.choices(their_seconds[name], k=SECONDS)) for _ in range(400)]
        low, high = interval(n)
        print(f"{name}: requests {len(a)} / {len(b)}, difference {len(a) - len(b):+d} in [{low:+d}, {high:+d}]: {'0 inside' if low <= 0 <= high else '0 OUTSIDE'}")
        for q in (0.5, 0.9, 0.95, 0.99):
            d = []
            for _ in range(200):
                x = sorted(random.choices(a, k=len(a)))
                y = sorted(random.choices(b, k=len(b)))
                d.append(quantile(x, q) - quantile(y, q))
            low, high = interval(d)
            print(f"    p{q * 100:g}: {quantile(a, q):7.2f} / {quantile(b, q):7.2f} ms, difference in [{low:+.2f}, {high:+.2f}] ms")


main()
