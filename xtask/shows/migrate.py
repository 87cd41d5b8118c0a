#!/usr/bin/env python3
# A database with the original's schema and 10,000 users moves to PostgreSQL and to SQLite, killed half-way and resumed.
"""Usage: migrate.py [PEOPLE]: 10,000. For each target: `tts-reader migrate` is killed by -9 when 30 % are there, run again,
and once more; what it says is compared with sums that are asked of both databases here, and one old user logs in."""
import hashlib, os, shutil, signal, sqlite3, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "parts"))
from service import ROOT, Service, build, database, postgres, psql, table, until

PEOPLE = int((sys.argv[1:] + ["10000"])[0])
SCHEMA = os.path.join(ROOT, "services/tts-reader/tests/postgres/original.sql")
# `secret1` by bcrypt with the original's 12 rounds.
HASH = "$2b$12$HV1VOWbFnGQfb6SJIQfPQO2h8qiIy1zcc4Sx8wu.2xRjAg8j89zBq"
# The same of both sides: what, in the original, here.
SUMS = [
    ("people", "count(*) FROM users", "count(*) FROM users"),
    ("verified", "count(*) FROM users WHERE email_verified", "count(*) FROM users WHERE email_verified"),
    ("purchases", "count(*) FROM credit_transactions", "count(*) FROM credit_transactions"),
    ("credits bought", "sum(credits_purchased) FROM credit_transactions", "sum(credits_purchased) FROM credit_transactions"),
    ("credits left", "sum(credits_remaining) FROM credit_transactions", "sum(credits_remaining) FROM credit_transactions"),
    ("cents paid", "sum(purchase_price) FROM credit_transactions", "sum(purchase_price) FROM credit_transactions"),
    ("usage events", "count(*) FROM usage_events", "count(*) FROM usage_events"),
    ("characters", "sum(char_count) FROM usage_events", "sum(char_count) FROM usage_events"),
    ("lifecycle events", "count(*) FROM lifecycle_events", None),
]
NAMES = {
    "there": "SELECT user_id::text || username || email || password_hash || remaining_chars || tier::text FROM users ORDER BY user_id::text COLLATE \"C\"",
    "here": "SELECT user_id || username || email || password_hash || remaining_chars || tier FROM users ORDER BY user_id",
}


class Here:
    """A target: a file or a database on the server."""

    def __init__(self, kind, url):
        self.kind, self.url = kind, url

    def rows(self, sql):
        if self.kind == "PostgreSQL":
            return psql(self.url, sql.replace("ORDER BY user_id", "ORDER BY user_id COLLATE \"C\""))
        with sqlite3.connect(self.url.removeprefix("sqlite://"), timeout=30) as file:
            return [[str(cell) for cell in row] for row in file.execute(sql)]

    def number(self, sql):
        return int(self.rows(sql)[0][0] or 0)

    def copied(self):
        """Accounts so far; none before there is a table."""
        try:
            there = self.kind == "SQLite" or self.rows("SELECT to_regclass('original_accounts') IS NOT NULL") == [["t"]]
            return self.number("SELECT count(*) FROM original_accounts") if there else 0
        except sqlite3.OperationalError:
            return 0


def digest(rows):
    return hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()[:16]


def move(reader, original, here, work):
    """Killed, resumed, once more; rows of the table, and what is wrong."""
    data = f"{work}/{here.kind}"
    words = [reader, "migrate", "--from-original", original, "--database", here.url, "--data", data]
    env = {**os.environ, "RUST_LOG": "error"}
    start = time.monotonic()
    first = subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL)
    until(lambda: here.copied() >= PEOPLE * 3 // 10 or first.poll() is not None)
    first.send_signal(signal.SIGKILL)
    first.wait()
    first_took, half = time.monotonic() - start, here.copied()
    wrong = [] if PEOPLE * 3 // 10 <= half < PEOPLE else [f"killed when {half} were there"]

    start = time.monotonic()
    second = subprocess.run(words, env=env, capture_output=True, text=True)
    took = time.monotonic() - start
    third = subprocess.run(words, env=env, capture_output=True, text=True)
    for done in (second, third):
        if done.returncode or done.stdout.count("   equal") != 7 or "DIFFERENT" in done.stdout:
            wrong.append(f"exit {done.returncode}: {done.stdout}{done.stderr}")
    print(f"\n{here.kind}: killed by -9 after {first_took:.1f} s with {half:,} of {PEOPLE:,} there; resumed, the other {PEOPLE - half:,} in {took:.1f} s ({(PEOPLE - half) / took:,.0f} accounts/s)")
    print(second.stdout.rstrip())
    rows = []
    for what, there_sql, here_sql in SUMS:
        there = int(psql(original, f"SELECT {there_sql}")[0][0])
        # What has no column of ours is kept as JSON with each account.
        count = "json_array_length(rest, '$.lifecycle_events')" if here.kind == "SQLite" else "json_array_length(rest::json -> 'lifecycle_events')"
        now = here.number(f"SELECT {here_sql or f'sum({count}) FROM original_accounts'}")
        rows.append([here.kind, what, f"{there:,}", f"{now:,}", "equal" if there == now else "DIFFERENT"])
    there, now = digest(psql(original, NAMES["there"])), digest(here.rows(NAMES["here"]))
    rows.append([here.kind, "hash of every id, name, address, password hash, characters, tier", there, now, "equal" if there == now else "DIFFERENT"])
    return rows, wrong + log_in(reader, here, data)


def log_in(reader, here, data):
    """An old user logs in; what is wrong about it."""
    renewed = "SELECT count(*) FROM users WHERE password_hash LIKE '$argon2id$%'"
    person, wrong, took = {"username": "user_7", "password": "secret1"}, [], []
    with Service(reader, data, DATABASE_URL=here.url) as service:
        for _ in range(2):
            start = time.monotonic()
            token = service.must("POST", "/api/login", person)["access_token"]
            took.append((time.monotonic() - start) * 1e3)
        shown = service.must("GET", "/api/user", token=token)
        if (shown["credit_balance"], shown["tier"], shown["first_name"]) != (997, "PRO", "Ann"):
            wrong.append(f"user_7 is {shown}")
        status, _ = service.ask("POST", "/api/login", {**person, "password": "secret2"})
        if status != 401:
            wrong.append(f"a wrong password: {status}")
    hashes = here.number(renewed)
    if hashes != 1:
        wrong.append(f"{hashes} hashes were renewed")
    print(f"user_7 logs in with the old password: {took[0]:.0f} ms (bcrypt, then a new hash), again {took[1]:.0f} ms (argon2id); {hashes} hash renewed")
    return wrong


def main():
    (reader,) = build(("tts-reader", "tts-reader"))
    work = tempfile.mkdtemp(prefix="migrate-")
    try:
        with postgres() as server:
            if not server:
                return 1
            original = database(server, "original")
            with open(SCHEMA) as file:
                psql(original, file.read().replace("@hash", HASH).replace("2000)", f"{PEOPLE})"))
            rows, wrong = [], []
            for here in [Here("SQLite", f"sqlite://{work}/moved.db"), Here("PostgreSQL", database(server, "moved"))]:
                more, faults = move(reader, original, here, work)
                rows += more
                wrong += [f"{here.kind}: {fault}" for fault in faults]
            print()
            table(["target", "what", "original", "here", ""], rows)
            wrong += [f"{row[0]}: {row[1]} differ" for row in rows if row[4] != "equal"]
            for fault in wrong:
                print(f"WRONG: {fault}")
            print("FAIL" if wrong else "PASS")
            return 1 if wrong else 0
    finally:
        shutil.rmtree(work)


sys.exit(main())
