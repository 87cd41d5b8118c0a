#!/usr/bin/env python3
# 10,000 paid jobs over 50 accounts, the service killed by -9 three times: no credit lost or invented, on both databases.
"""Usage: paid_jobs.py [JOBS] [ACCOUNTS] [sqlite|postgres …]

Each account is given 100 credits and buys 500; jobs cost one credit, every twentieth two. Each job has an
Idempotency-Key and is sent until it is answered, as a careful client does. At a quarter, a half and three quarters the
service is killed in the middle of its work. After each restart, before new work comes, the books are read: nothing is
reserved, and what each account was given is what it has and what its usage says. At the end each account must have what
it was given less what its answers say, and the database must be whole. PROFILE=dev|fast|release (fast), BUILT=1
builds nothing; a PostgreSQL is started, or KATYDID_POSTGRES used. Exit code 0: every credit is where it must be.
"""
import collections, http.client, os, queue, random, sqlite3, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "parts"))
from checks import Checks
from crowd import together
from service import Service, build, database, postgres, psql

WORDS = sys.argv[1:]
NUMBERS = [int(word) for word in WORDS if word.isdigit()]
JOBS, ACCOUNTS = (NUMBERS + [10_000, 50][len(NUMBERS):])[:2]
KINDS = [word for word in WORDS if not word.isdigit()] or ["sqlite", "postgres"]
WORKERS, KILLS, GRANT, BOUGHT = 32, 3, 100, 500
SHORT, LONG = "Job {}.", "Job {}." + " " * 1_000 + "End."
check = Checks()

BOOKS = """
SELECT u.username,
       (SELECT coalesce(sum(credits_purchased), 0) FROM credit_transactions t WHERE t.user_id = u.user_id),
       (SELECT coalesce(sum(credits_remaining), 0) FROM credit_transactions t WHERE t.user_id = u.user_id),
       (SELECT coalesce(sum(credits_consumed), 0) FROM usage_events e WHERE e.user_id = u.user_id),
       (SELECT count(*) FROM usage_events e WHERE e.user_id = u.user_id AND e.event_type = 'SYNTHESIZE'),
       (SELECT count(*) FROM credit_reservations r WHERE r.user_id = u.user_id),
       (SELECT count(*) FROM idempotent_answers a WHERE a.user_id = u.user_id AND a.answer IS NULL)
FROM users u ORDER BY u.username"""
Row = collections.namedtuple("Row", "given left spent events reserved claimed")


class Sqlite:
    def __init__(self, folder):
        self.path = os.path.join(folder, "jobs.db")
        self.url = f"sqlite://{self.path}"

    def run(self, sql):
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def faults(self):
        """What the database says of itself, and in which words it was asked."""
        said = [row[0] for row in self.run("PRAGMA integrity_check") if row[0] != "ok"]
        return said + self.run("PRAGMA foreign_key_check"), "integrity_check, foreign_key_check"


class Server:
    def __init__(self, url):
        self.url = url

    def run(self, sql):
        return psql(self.url, sql)

    def faults(self):
        self.run("CREATE EXTENSION IF NOT EXISTS amcheck")
        tables = "SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
        heaps = self.run(f"SELECT t.oid::regclass, v.* FROM ({tables}) t, verify_heapam(t.oid) v")
        indexes = self.run(f"""SELECT count(bt_index_parent_check(i.indexrelid, true))
            FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
            WHERE i.indrelid IN ({tables}) AND a.amname = 'btree' AND c.relpersistence = 'p'""")
        return heaps, f"amcheck: all tables, {indexes[0][0]} indexes"


def books(database):
    return {row[0]: Row(*map(int, row[1:])) for row in database.run(BOOKS)}


class Show:
    def __init__(self, reader, database, folder):
        self.reader, self.database, self.folder = reader, database, folder
        self.service = None
        self.jobs, self.delivered, self.lock = queue.SimpleQueue(), {}, threading.Lock()
        # Set while jobs may be sent.
        self.open, self.under_way = threading.Event(), 0
        self.tries, self.replayed, self.refusals = 0, 0, collections.Counter()

    def start(self):
        begun = time.monotonic()
        self.service = Service(self.reader, os.path.join(self.folder, "data"), "--dev", DATABASE_URL=self.database.url,
                               SPEECH_QUEUE="1000")
        return time.monotonic() - begun

    def customer(self, number):
        """An account with credits that it was given and credits that it bought."""
        who = self.service.account(username=f"customer_{number:03}", credits=GRANT, tier="FREE")
        url = self.service.must("POST", "/api/create-credit-checkout", {"credits": BOUGHT}, who["token"])["url"]
        paid = self.service.ask("POST", "/" + url.split("/", 3)[3], {})
        if paid[0] != 200:
            raise RuntimeError(f"buying answers {paid}")
        return who

    def work(self):
        while True:
            try:
                who, number = self.jobs.get_nowait()
            except queue.Empty:
                return
            self.deliver(who, number)

    def deliver(self, who, number):
        body = {"text_to_speech": (LONG if number % 20 == 0 else SHORT).format(number)}
        while True:
            self.open.wait()
            with self.lock:
                if not self.open.is_set():
                    continue
                self.under_way += 1
                self.tries += 1
            try:
                status, headers, said = self.service.call("POST", "/api/synthesize", body, who["token"],
                                                          Idempotency_Key=f"job-{number}")
            except (OSError, http.client.HTTPException):
                status, headers, said = 0, {}, None
            with self.lock:
                self.under_way -= 1
                if status == 200:
                    self.delivered[number] = (who["username"], said["credits_used"], said["audio_url"])
                    self.replayed += headers.get("idempotent-replayed") == "true"
                    return
                self.refusals[status] += 1
            time.sleep(0.02)

    def kill(self, number, customers):
        with self.lock:
            self.open.clear()
            under_way, done = self.under_way, len(self.delivered)
        self.service.kill()
        while self.under_way:
            time.sleep(0.005)
        held = sum(row.reserved for row in books(self.database).values())
        took = self.start()
        rows = books(self.database)
        right = [name for name, row in rows.items()
                 if row.given == GRANT + BOUGHT and row.given == row.left + row.spent and row.reserved == row.claimed == 0]
        faults, how = self.database.faults()
        paid = sum(row.events for row in rows.values())
        check(len(right) == len(rows) == customers and not faults and under_way > 0 and paid >= len(self.delivered),
              f"kill {number}: {done} delivered, {under_way} under way, {held} reservations left behind; up again in {took:.2f} s: "
              f"{sum(row.reserved for row in rows.values())} reserved, {paid} paid, books of {len(right)} of {customers} accounts "
              f"right, {how}: {faults or 'clean'}")
        self.open.set()

    def run(self):
        self.start()
        customers = together(ACCOUNTS, min(8, ACCOUNTS), self.customer)
        order = [(customers[number % ACCOUNTS], number) for number in range(JOBS)]
        chance = random.Random(8)
        chance.shuffle(order)
        for job in order:
            self.jobs.put(job)
        begun = time.monotonic()
        self.open.set()
        workers = [threading.Thread(target=self.work) for _ in range(WORKERS)]
        for worker in workers:
            worker.start()
        for number in range(1, KILLS + 1):
            while len(self.delivered) < JOBS * number // (KILLS + 1):
                if not any(worker.is_alive() for worker in workers):
                    raise RuntimeError("the workers died")
                time.sleep(0.001)
            # Not in step with the answers.
            time.sleep(chance.uniform(0, 0.05))
            self.kill(number, ACCOUNTS)
        for worker in workers:
            worker.join()
        took = time.monotonic() - begun
        self.judge(customers, took)

    def judge(self, customers, took):
        rows = books(self.database)
        due = collections.Counter()
        for name, credits, _ in self.delivered.values():
            due[name] += credits
        wanted = sum(2 if number % 20 == 0 else 1 for number in range(JOBS))
        check(len(self.delivered) == JOBS and sum(due.values()) == wanted,
              f"{len(self.delivered)} of {JOBS} jobs delivered in {took:.0f} s by {self.tries} requests "
              f"({self.replayed} answered from what was kept; not answered or refused: {dict(self.refusals)}); {wanted} credits")
        right = 0
        for who in customers:
            row = rows[who["username"]]
            told = self.service.must("GET", "/api/credit-balance", token=who["token"])["credit_balance"]
            right += row.given - due[who["username"]] == row.left == told and row.spent == due[who["username"]]
        check(right == ACCOUNTS, f"{right} of {ACCOUNTS} accounts: credits bought - jobs delivered = sum of the ledger = balance told")
        total = [sum(getattr(row, field) for row in rows.values()) for field in Row._fields]
        check(total == [ACCOUNTS * (GRANT + BOUGHT), ACCOUNTS * (GRANT + BOUGHT) - wanted, wanted, JOBS, 0, 0],
              "together: " + ", ".join(f"{amount} {field}" for field, amount in zip(Row._fields, total)))
        links = random.Random(8).sample(sorted(url for _, _, url in self.delivered.values()), min(100, JOBS))
        dead = [url for url in links if self.service.call("GET", "/" + url.split("/", 3)[3])[0] != 200]
        check(not dead, f"{len(links) - len(dead)} of {len(links)} links to audio open")
        self.service.stop()
        faults, how = self.database.faults()
        check(not faults, f"stopped: {how}: {faults or 'clean'}")


def one(reader, name, folder, server=None):
    print(f"== {name}: {JOBS} jobs, {ACCOUNTS} accounts, {WORKERS} at a time, {KILLS} kills", flush=True)
    show = Show(reader, Server(database(server, f"show_{os.getpid()}")) if server else Sqlite(folder), folder)
    try:
        show.run()
    finally:
        if show.service and show.service.process.poll() is None:
            show.service.kill()


def main():
    if unknown := set(KINDS) - {"sqlite", "postgres"}:
        sys.exit(f"neither sqlite nor postgres: {', '.join(unknown)}")
    (reader,) = build(("tts-reader", "tts-reader"))
    for name in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            if name == "sqlite":
                one(reader, name, folder)
                continue
            with postgres() as server:
                if not server:
                    return 1
                one(reader, name, folder, server)
    return check.told("every credit is where it must be")


if __name__ == "__main__":
    sys.exit(main())
