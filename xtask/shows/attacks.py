#!/usr/bin/env python3
# The table of attacks on the backend with their results, on SQLite and PostgreSQL, and whether times of logins tell who is there.
"""Usage: attacks.py [SAMPLES]: 250 of each kind, about 4 minutes after the builds; PROFILE and BUILT are as for the other
shows. The attacks are the tests of services/tts-reader/tests/api/attacks; what they tell is printed here, and a test that
fails is an attack that came through. Times: logins with a wrong password, of an account, of nobody, and of an account whose
hash is the original's, in random order against one service; fails when a test finds a difference at p < 0.001."""
import os, random, shutil, sqlite3, statistics, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "parts"))
from ranks import kolmogorov_smirnov, mann_whitney, smallest_seen
from service import ROOT, Service, build, postgres, table

SAMPLES = int((sys.argv[1:] + ["250"])[0])
# `secret1` by bcrypt with the original's 12 rounds.
HASH = "$2b$12$HV1VOWbFnGQfb6SJIQfPQO2h8qiIy1zcc4Sx8wu.2xRjAg8j89zBq"
LIMIT = 0.001


def attack(server):
    """Runs the tests of attacks; what each tells, by its words, and whether all held."""
    env = {key: value for key, value in os.environ.items() if key != "KATYDID_POSTGRES"}
    if server:
        env["KATYDID_POSTGRES"] = server
    command = ["cargo", "test", "--quiet", "--package", "tts-reader", "--test", "api", "attacks::", "--", "--nocapture"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    lines = [line.split("ATTACK\t")[1].split("\t") for line in done.stdout.splitlines() if "ATTACK\t" in line]
    if done.returncode:
        print(done.stdout[-6000:], done.stderr[-3000:])
    return {what: (tries, answer) for what, tries, answer in lines}, done.returncode == 0


def attacks(server):
    kinds = {"SQLite": attack(None)}
    if server:
        kinds["PostgreSQL"] = attack(server)
    names = sorted({name for told, _ in kinds.values() for name in told})
    rows = [[name, *(" × ".join(told.get(name, ("", "NOT TRIED"))) for told, _ in kinds.values())] for name in names]
    table(["attack", *kinds], rows)
    held = all(fine and len(told) == len(names) for told, fine in kinds.values())
    print(f"{len(names)} kinds of attacks, tries × answers; " + ("all held" if held else "NOT ALL HELD"))
    return held


def refused(service, names, at_once):
    """Times in ms of refused logins, SAMPLES of each name in random order, so many at once."""
    order = [name for name in names for _ in range(SAMPLES)]
    random.Random(7).shuffle(order)
    times, lock = {name: [] for name in names}, threading.Lock()

    def work():
        connection = service.connect()
        while True:
            with lock:
                if not order:
                    return
                name = order.pop()
            start = time.perf_counter()
            status, _ = service.ask("POST", "/api/login", {"username": name, "password": "wrong-1"}, connection=connection)
            took = (time.perf_counter() - start) * 1e3
            if status != 401:
                sys.exit(f"a wrong password: {status}")
            with lock:
                times[name].append(took)

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def compare(what, times):
    """Rows of the table: each pair of lots."""
    rows, names = [], list(times)
    for i, one in enumerate(names):
        for other in names[i + 1:]:
            later, p = mann_whitney(times[one], times[other])
            distance, q = kolmogorov_smirnov(times[one], times[other])
            both = [f"{statistics.median(times[name]):.2f}" for name in (one, other)]
            fine = p >= LIMIT and q >= LIMIT
            rows.append([what, one, other, f"{SAMPLES} + {SAMPLES}", *both, f"{later:.3f}", f"{p:.3f}", f"{distance:.3f}", f"{q:.3f}",
                         f"{smallest_seen(times[one]):.2f}", "alike" if fine else "DIFFERENT"])
    return rows


def timing(reader, work):
    person = {"username": "known", "password": "secret1"}
    with Service(reader, work, "--dev") as service:
        for name in ("known", "moved"):
            id = service.must("POST", "/api/dev/accounts", {**person, "username": name})["user_id"]
        rows = compare("all hashed by us", refused(service, ["known", "nobody"], 1))
    # As `migrate` leaves an account.
    with sqlite3.connect(f"{work}/tts-reader.db") as file:
        file.execute("UPDATE users SET password_hash = ? WHERE user_id = ?", (HASH, id))
        file.execute("INSERT INTO original_accounts (user_id, rest, copied_at) VALUES (?, '{}', 0)", (id,))
    with Service(reader, work, "--dev") as service:
        rows += compare("one hashed by the original", refused(service, ["known", "nobody", "moved"], 6))
    table(["accounts", "wrong login of", "and of", "samples", "median ms", "median ms", "the first is later", "p (Mann-Whitney)", "distance (K-S)", "p (K-S)", "shift seen at ms", ""], rows)
    return all(row[-1] == "alike" for row in rows)


def main():
    (reader,) = build(("tts-reader", "tts-reader"))
    work = tempfile.mkdtemp(prefix="attacks-")
    try:
        with postgres() as server:
            held = attacks(server)
        print()
        alike = timing(reader, work)
    finally:
        shutil.rmtree(work)
    print("PASS" if held and alike else "FAIL")
    return 0 if held and alike else 1


sys.exit(main())
