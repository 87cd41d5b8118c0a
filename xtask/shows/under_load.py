#!/usr/bin/env python3
# The backend under the guide's load, generator included on the same cores: a normal load, a stress, the knee, three
# times the knee, a soak. Each prints the guide's table of targets with our figures, CPU by kind of thread, memory.
"""Usage: under_load.py load sqlite|postgres [TIME]        --scenario load: 100 users, 10 min, real speech
       under_load.py stress sqlite|postgres [TIME]      --scenario stress: 500 users, 10 min, LOAD_TEST_MODE's speech
       under_load.py capacity [FROM]                    --scenario capacity with real speech, upward from so many users
       under_load.py beyond KNEE [TIME]                 KNEE users, then three times as many, then KNEE again
       under_load.py soak USERS [TIME]                  so many users for 20 min; drift and slopes
Optimised builds; PROFILE=release builds with LTO, BUILT=1 builds nothing; KEEP=FOLDER keeps reports. SPEECH_QUOTA and other
settings of the service are taken from the environment. No audio is served twice (SPEECH_REUSE=false): tts-load counts the
answers that say X-Cache: HIT, and its tables have a column `cached` where there was one. PostgreSQL's own processes are
not in the table of CPU."""
import json, os, re, statistics, subprocess, sys, tempfile, threading, time, urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "parts"))
from service import Service, build, database, postgres, table

KEEP = os.environ.get("KEEP")
TICK = os.sysconf("SC_CLK_TCK")


def threads(pid):
    """CPU seconds of a process by the name of its threads, numbers at their ends left out."""
    spent = {}
    for task in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{task}/stat") as file:
                head, fields = file.read().rsplit(") ", 1)
        except OSError:
            continue  # It ended in this moment.
        name = re.sub(r"[-_ ]?\d+$", "", head.split("(", 1)[1])
        fields = fields.split()
        spent[name] = spent.get(name, 0) + (int(fields[11]) + int(fields[12])) / TICK
    return spent


def metrics(url):
    """Samples of /metrics by their text before the value."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines if line and line[0] != "#"}


class Watch(threading.Thread):
    """Once a second: how long /api/health takes, over a connection of its own; every ten: memory (without pages of files), descriptors, WAL."""

    def __init__(self, service, data):
        super().__init__(daemon=True)
        self.service, self.data, self.over = service, data, threading.Event()
        self.health, self.rows = [], []

    def run(self):
        start, count = time.monotonic(), 0
        connection = self.service.connect()
        while not self.over.wait(max(0, start + count - time.monotonic())):
            asked = time.monotonic()
            try:
                connection.request("GET", "/api/health")
                status = connection.getresponse()
                status.read()
                status = status.status
            except OSError as error:
                status, connection = str(error), self.service.connect()
            self.health.append((asked - start, (time.monotonic() - asked) * 1000, status))
            if count % 10 == 0:
                self.rows.append((asked - start, *self.look()))
            count = max(count + 1, int(time.monotonic() - start) + 1)

    def look(self):
        pid = self.service.process.pid
        with open(f"/proc/{pid}/status") as file:
            kib = next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))
        wal = [os.path.join(self.data, name) for name in os.listdir(self.data) if name.endswith("-wal")]
        size = sum(os.path.getsize(path) for path in wal)
        return kib / 1024, len(os.listdir(f"/proc/{pid}/fd")), size / 2**20

    def end(self):
        self.over.set()
        self.join()


def slope(points):
    """Growth per hour of what was seen, by the line through it (seconds, value), and the value in the middle."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return statistics.linear_regression(xs, ys).slope * 3600, statistics.median(ys)


def run(kind, words, db=None, env=None, accounts=600):
    """One service, one `tts-load` before it; prints everything. Its exit code."""
    reader, load = PROGRAMS
    with tempfile.TemporaryDirectory() as work:
        data = os.path.join(work, "data")
        flags = ["--dev", *(["--database", db] if db else [])]
        env = {"SPEECH_REUSE": "false", **(env or {}), **{k: v for k, v in os.environ.items() if k.startswith("SPEECH_")}}
        with Service(reader, data, *flags, **env) as service:
            file = os.path.join(work, "accounts.csv")
            make = [load, "accounts", "create", "--count", str(accounts), "--credits", "1000000", "--target", service.url, "--out", file]
            subprocess.run(make, check=True, stdout=subprocess.DEVNULL)
            folder = KEEP and os.path.join(KEEP, kind) or work
            os.makedirs(folder, exist_ok=True)
            before, spent = metrics(service.url), threads(service.process.pid)
            watch = Watch(service, data)
            watch.start()
            command = [load, "-H", service.url, "--accounts", file, "--yes", *words]
            if kind != "capacity":
                command += ["--html", f"{folder}/report.html", "--summary-json", f"{folder}/summary.json", "--csv", f"{folder}/k",
                            "--log-failures", f"{folder}/failures.jsonl"]
            print("$ tts-load", *words, flush=True)
            start = time.monotonic()
            load_process = subprocess.Popen(command, cwd=work, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            own, said = {}, []
            reading = threading.Thread(target=lambda: said.extend(load_process.stdout), daemon=True)
            reading.start()
            while load_process.poll() is None:
                own = threads(load_process.pid) if os.path.exists(f"/proc/{load_process.pid}/task") else own
                time.sleep(1)
            reading.join()
            watch.end()
            took = time.monotonic() - start
            after, now = metrics(service.url), threads(service.process.pid)
            with open(f"{folder}/out.txt", "w") as out:
                out.writelines(said)
            told(kind, folder, said, took, (before, after), (spent, now), own, watch)
    return load_process.returncode


def told(kind, folder, said, took, counted, spent, own, watch):
    print("".join(said[-60:]))
    before, after = counted
    grew = lambda name: after.get(name, 0) - before.get(name, 0)
    print(f"\n{kind}: CPU of {os.cpu_count()} cores over {took:.0f} s, by kind of thread")
    was, now = spent
    rows = sorted(((now[name] - was.get(name, 0), name) for name in now), reverse=True)
    table(["thread", "CPU s", "share of a core"], [[name, f"{s:.1f}", f"{s / took:.1%}"] for s, name in rows if s >= 0.05]
          + [["tts-load, all", f"{sum(own.values()):.1f}", f"{sum(own.values()) / took:.1%}"]])
    print("\ntime of requests by stage (wall clock)")
    stages = [name for name in after if "stage_duration_seconds_count" in name]
    rows = []
    for name in stages:
        count, total = grew(name), grew(name.replace("_count{", "_sum{"))
        if count:
            rows.append([re.search('stage="(.*)"', name).group(1), int(count), f"{total:.1f}", f"{total / count * 1000:.2f}"])
    table(["stage", "requests", "s in all", "ms each"], rows)
    print("\nstatus of answers, as the service counts them")
    answers = {}
    for name in after:
        if "requests_total{" in name and 'status="' in name and grew(name):
            status = re.search('status="(.*?)"', name).group(1)
            answers[status] = answers.get(status, 0) + grew(name)
    whole = sum(answers.values()) or 1
    print(", ".join(f"{status}: {count:.0f} ({count / whole:.2%})" for status, count in sorted(answers.items())))
    slow = max(watch.health, key=lambda it: it[1])
    waits = sorted(ms for _, ms, _ in watch.health)
    bad = [it for it in watch.health if it[2] != 200]
    print(f"\n/api/health once a second: {len(waits)} times, p50 {waits[len(waits) // 2]:.1f} ms, p95 {waits[int(len(waits) * .95)]:.1f} ms, "
          f"longest {slow[1]:.0f} ms at {slow[0]:.0f} s; not 200: {len(bad)} {bad[:3]}")
    rows = watch.rows
    step = max(1, len(rows) // 10)
    table(["s", "MiB", "descriptors", "WAL MiB"], [[f"{t:.0f}", f"{mib:.1f}", fds, f"{wal:.1f}"] for t, mib, fds, wal in rows[::step] + rows[-1:]])
    late = [row for row in rows if row[0] > took / 4]
    # Where users come and go memory follows them, and a line through it says nothing.
    if len(late) > 10 and kind.split("-")[0] in ("load", "soak"):
        for what, at in ("memory MiB", 1), ("descriptors", 2), ("WAL MiB", 3):
            growth, middle = slope([(row[0], row[at]) for row in late])
            print(f"{what}: {middle:.1f} in the middle, {growth:+.1f} per hour after the first quarter")


PROGRAMS = []
if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in ("load", "stress", "capacity", "beyond", "soak"):
        sys.exit(__doc__)
    kind, rest = sys.argv[1], sys.argv[2:]
    PROGRAMS[:] = build(("tts-reader", "tts-reader"), ("tts-reader-load-test", "tts-load"))
    if kind in ("load", "stress"):
        which, span = (rest + ["sqlite", "10m"][len(rest):])[:2]
        words = ["--scenario", kind, "-t", span, "--no-preflight"]
        env = {"LOAD_TEST_MODE": "true"} if kind == "stress" else {}
        if which == "postgres":
            with postgres() as server:
                if server is None:
                    sys.exit(77)
                sys.exit(run(f"{kind}-postgres", words, database(server, f"under_{kind}"), env))
        sys.exit(run(f"{kind}-sqlite", words, None, env))
    if kind == "capacity":
        sys.exit(run("capacity", ["--scenario", "capacity", *(["--from", rest[0]] if rest else [])]))
    users = int(rest[0])
    span = rest[1] if len(rest) > 1 else {"beyond": "2m", "soak": "20m"}[kind]
    if kind == "beyond":
        # As the guide's spike: its scenario tells stages side by side, what was lost, and when it was as before.
        stages = f"before:{users}@{users}/s:{span},surge:{3 * users}@{2 * users}/s:{span},after:{users}@{4 * users}/s:{span}"
        sys.exit(run("beyond", ["--scenario", "spike", "--stages", stages, "--no-preflight"], accounts=3 * users + 50))
    sys.exit(run("soak", ["--headless", "-u", str(users), "-r", "5", "-t", span, "--no-preflight"], accounts=users + 50))
