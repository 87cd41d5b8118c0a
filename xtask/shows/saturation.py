#!/usr/bin/env python3
# Single endpoints of the backend at saturation, generator included, beside the original's figures; SQLite and PostgreSQL.
"""Usage: saturation.py [ROUNDS [SECONDS]]: 3 rounds of 4 s, under 4 minutes after the build; PROFILE=release builds with
LTO, BUILT=1 builds nothing. Both services are there all the time and are loaded in turn; `katydid` makes the load on the
same cores. Printed are medians of the rounds. PostgreSQL syncs as a real one does. Fails when an aim is missed.

The original's figures (one worker, its own generator aside): / 1,500/s, /api/user 311 to 465/s of which the higher is
taken, login 4.5/s with bcrypt 12. Aims: 20 times on reads, 10 times on logins, with argon2id by OWASP's parameters."""
import csv, os, resource, shutil, sqlite3, statistics, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "parts"))
from service import Service, build, database, postgres, psql, table

ROUNDS, SECONDS = (int(word) for word in sys.argv[1:] + ["3", "4"][len(sys.argv) - 1:])
THREADS = os.environ.get("THREADS", "1")
USER = {"username": "saturation", "password": "TestPassword123!", "tier": "PRO", "credits": 100000}
LOGIN = '{"username":"saturation","password":"TestPassword123!"}'
# Name, path, users, what else katydid is told, the original's requests/s, the aim.
ENDPOINTS = [
    ("/", "/", 50, [], 1500, 20),
    ("/api/user", "/api/user", 50, ["token"], 465, 20),
    ("/api/credit-balance", "/api/credit-balance", 50, ["token"], None, None),
    ("/api/user/analytics", "/api/user/analytics", 50, ["token"], None, None),
    ("POST /api/login", "/api/login", 8, ["-d", LOGIN, "-H", "Content-Type: application/json"], 4.5, 10),
]


def load(katydid, service, path, users, more, work):
    """Requests/s, p50 and p99 in ms, CPU µs per request of the service and of the generator, requests."""
    words = [katydid, service.url + path, "-u", str(users), "-t", f"{SECONDS}s", "--threads", THREADS, "--no-save", "--csv", f"{work}/k", *more]
    before, own = service.cpu_seconds(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, cwd=work, capture_output=True, text=True)
    spent, after = service.cpu_seconds() - before, resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        with open(f"{work}/k_stats.csv") as file:
            row = list(csv.DictReader(file))[-1]
    except OSError:
        sys.exit(f"katydid: exit {done.returncode}\n{done.stdout}{done.stderr}")
    count = int(row["Request Count"])
    if int(row["Failure Count"]) or not count:
        sys.exit(f"{path}: {row['Failure Count']} of {count} failed\n{done.stdout}{done.stderr}")
    generator = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
    return float(row["Requests/s"]), float(row["50%"]), float(row["99%"]), spent * 1e6 / count, generator * 1e6 / count, count


def prepare(service):
    token = service.account(**USER)["token"]
    # A ledger that has something in it.
    service.must("POST", "/api/dev/credits", {"credits": 500}, token)
    return token


def main():
    reader, katydid = build(("tts-reader", "tts-reader"), ("katydid-cli", "katydid"))
    work = tempfile.mkdtemp(prefix="saturation-")
    try:
        with postgres() as server:
            return measure(reader, katydid, server, work)
    finally:
        shutil.rmtree(work)


def measure(reader, katydid, server, work):
    kinds = {"SQLite": f"sqlite://{work}/sqlite.db"}
    if server:
        kinds["PostgreSQL"] = database(server, "saturation")
        psql(kinds["PostgreSQL"], "CREATE EXTENSION pg_stat_statements")
    services = {}
    try:
        for kind, url in kinds.items():
            services[kind] = Service(reader, f"{work}/{kind}", "--dev", DATABASE_URL=url)
        tokens = {kind: prepare(service) for kind, service in services.items()}
        seen, statements = {}, {}
        for turn in range(ROUNDS + 1):
            for name, path, users, more, _, _ in ENDPOINTS:
                for kind, service in services.items():
                    header = ["-H", f"Authorization: Bearer {tokens[kind]}"]
                    if kind == "PostgreSQL":
                        psql(kinds[kind], "SELECT pg_stat_statements_reset()")
                    got = load(katydid, service, path, users, header if more == ["token"] else more, work)
                    if kind == "PostgreSQL":
                        asked = psql(kinds[kind], "SELECT sum(calls) FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = 'saturation')")
                        statements[name] = int(asked[0][0] or 0) / got[5]
                    # The first turn warms up.
                    if turn:
                        seen.setdefault((name, kind), []).append(got)
    finally:
        for service in services.values():
            service.stop()
    with sqlite3.connect(f"{work}/sqlite.db") as file:
        (hashed,) = file.execute("SELECT password_hash FROM users").fetchone()
    return tell(seen, statements, "$".join(hashed.split("$")[1:4]), list(kinds))


def tell(seen, statements, parameters, kinds):
    rows, missed = [], []
    for name, _, users, _, original, aim in ENDPOINTS:
        for kind in kinds:
            rate, p50, p99, service, generator, _ = (statistics.median(column) for column in zip(*seen[name, kind]))
            ratio = rate / original if original else None
            if aim and ratio < aim:
                missed.append(f"{name} on {kind}: {ratio:.1f} of {aim} times")
            asked = f"{statements[name]:.2f}" if kind == "PostgreSQL" else ""
            rows.append([name, kind, users, f"{rate:,.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{service:,.1f}", f"{generator:,.1f}", asked,
                         f"{original:,}" if original else "", f"{ratio:.1f}" if ratio else "", aim or ""])
    print(f"{os.cpu_count()} cores for service, database and generator; profile {os.environ.get('PROFILE', 'fast')}; medians of {ROUNDS} rounds of {SECONDS} s; passwords by {parameters}")
    table(["endpoint", "database", "users", "requests/s", "p50 ms", "p99 ms", "service µs/req", "generator µs/req", "statements", "original/s", "times", "aim"], rows)
    for line in missed:
        print(f"MISSED: {line}")
    print("PASS" if not missed else "FAIL")
    return 1 if missed else 0


sys.exit(main())
