#!/usr/bin/env python3
# Two services on one PostgreSQL behind a round-robin: races, limits, revocation and audio are as of one. About a minute.
"""Usage: two_services.py [ROUNDS]

Starts a PostgreSQL (or uses a database of its own on that of KATYDID_POSTGRES), two processes of the service on it with
a shared AUDIO_DIR, and a proxy that gives each connection to the next of them. PROFILE=dev|fast|release (fast), BUILT=1
builds nothing. Exit code 0: everything was exact.
"""
import collections, os, statistics, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "parts"))
from checks import Checks
from crowd import together
from round_robin import RoundRobin
from service import Service, build, database, postgres, psql

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 10
LIMIT, GUESSES, LETTERS = 500, 20, 5
check = Checks()


def statuses(replies):
    return dict(sorted(collections.Counter(reply[0] for reply in replies).items()))


def race(services, proxy, url):
    """40 credits, 60 syntheses for one credit each, at once."""
    wrong = []
    for number in range(ROUNDS):
        who = services[0].account(tier="PRO", credits=40)
        before = list(proxy.given)
        text = {"text_to_speech": "One credit."}
        seen = statuses(together(60, 60, lambda n: proxy.call("POST", "/api/synthesize", text, who["token"])))
        shares = [after - then for after, then in zip(proxy.given, before)]
        left = [it.must("GET", "/api/credit-balance", token=who["token"])["credit_balance"] for it in services]
        if seen != {200: 40, 402: 20} or left != [0, 0] or shares != [30, 30]:
            wrong.append((number, seen, left, shares))
    check(not wrong, f"40 credits, 60 syntheses at once, {ROUNDS} rounds: each time 40 x 200, 20 x 402, balance 0 {wrong or ''}")
    sums = psql(url, "SELECT sum(credits_remaining), (SELECT sum(credits_consumed) FROM usage_events), "
                     "(SELECT count(*) FROM credit_reservations) FROM credit_transactions")[0]
    check(sums == ["0", str(40 * ROUNDS), "0"], f"ledger: {sums[0]} left, {sums[1]} spent, {sums[2]} reserved")


def hour(services, proxy):
    """An account beyond its hour, by many connections at once."""
    who = services[0].account()
    before, start = list(proxy.given), time.monotonic()
    replies = together(LIMIT * 7 // 5, 32, lambda n: proxy.call("GET", "/api/preferences", token=who["token"]))
    took = time.monotonic() - start
    shares = [after - then for after, then in zip(proxy.given, before)]
    seen = statuses(replies)
    left = sorted(int(headers["x-rate-limit-remaining"]) for status, headers, _ in replies if status == 200)
    check(seen == {200: LIMIT, 429: LIMIT * 2 // 5} and left == list(range(LIMIT)),
          f"{LIMIT} requests an hour, {len(replies)} by 32 connections at a time ({shares[0]} and {shares[1]}): {seen}; "
          f"each of 0 to {LIMIT - 1} left was told once; {len(replies) / took:.0f}/s")
    retry = {int(headers["retry-after"]) for status, headers, _ in replies if status == 429}
    check(min(retry) > 3500 and max(retry) <= 3630, f"Retry-After of the refused: {min(retry)} to {max(retry)} s")


def revocation(services):
    """From the answer to a logout at one until the other refuses, which is asked all the time."""
    times, late = [], 0
    for number in range(ROUNDS * 2):
        ending, other = services[number % 2], services[(number + 1) % 2]
        who = ending.account()
        asked, stop = [], threading.Event()

        def ask():
            while not stop.is_set():
                begun = time.monotonic()
                status = other.call("GET", "/api/user", token=who["token"])[0]
                asked.append((begun, time.monotonic(), status))

        asker = threading.Thread(target=ask)
        asker.start()
        while not asked:
            time.sleep(0.001)
        ending.call("POST", "/api/logout", token=who["token"])
        ended = time.monotonic()
        while asked[-1][2] == 200 and time.monotonic() < ended + 5:
            time.sleep(0.001)
        stop.set()
        asker.join()
        # Asked after the answer to the logout and let in all the same.
        late += sum(status == 200 for begun, _, status in asked if begun > ended)
        refused = [answered for _, answered, status in asked if status == 401]
        times.append(refused[0] - ended if refused else 5)
    worst = max(max(times), 0) * 1e3
    check(worst < 1000 and late == 0, f"{len(times)} tokens revoked at one: refused by the other "
          f"{statistics.median(times) * 1e3:.1f} ms after the answer in the median, {worst:.1f} ms at most "
          f"(negative: before it); {late} requests begun after it were let in")


def one_key(services, proxy):
    """One job with one Idempotency-Key, sent again and again to both."""
    who = services[0].account(tier="PRO", credits=10)
    text = {"text_to_speech": "One job."}
    ask = lambda n: proxy.call("POST", "/api/synthesize", text, who["token"], Idempotency_Key="the job")
    replies = together(40, 40, ask) + [ask(0), ask(1)]
    files = {said["audio_url"].rsplit("/", 1)[1] for status, _, said in replies if status == 200}
    left = services[1].must("GET", "/api/credit-balance", token=who["token"])["credit_balance"]
    seen = statuses(replies)
    check(set(seen) <= {200, 409} and len(files) == 1 and left == 9,
          f"one Idempotency-Key, 42 requests: {seen} (409: while the first is at it), {len(files)} audio, {10 - left} credit")


def audio(services):
    who = services[0].account(tier="PRO", credits=2)
    for one, other in (services, services[::-1]):
        spoken = one.must("POST", "/api/synthesize", {"text_to_speech": "Hello."}, who["token"])
        path = "/" + spoken["audio_url"].split("/", 3)[3]
        own, there = one.call("GET", path), other.call("GET", path)
        check(there[0] == 200 and there[2] == own[2] and len(own[2]) > 500,
              f"audio spoken by one ({len(own[2])} bytes) opens at the other: {there[0]}")
        forged = other.call("GET", path[:-4] + "0000")[0]
        check(forged == 403, f"with another signature: {forged}")


def guarded(proxy):
    """What is limited only where test accounts are not allowed."""
    for name in "ann", "nobody":
        body = {"username": name, "password": "a guess"}
        seen = statuses(together(60, 30, lambda n: proxy.call("POST", "/api/login", body)))
        check(seen == {401: GUESSES, 429: 60 - GUESSES}, f"{GUESSES} wrong passwords an hour, 60 tries at once: {seen}")
    body = {"email": "ann@example.com"}
    seen = statuses(together(30, 30, lambda n: proxy.call("POST", "/api/password-reset", body)))
    check(seen == {200: LETTERS, 429: 30 - LETTERS}, f"{LETTERS} letters an hour, 30 orders at once: {seen}")
    # 150 tries came from this address so far.
    body = {"refresh_token": "none"}
    seen = statuses(together(LIMIT, 32, lambda n: proxy.call("POST", "/api/refresh", body)))
    check(seen == {401: LIMIT - 150, 429: 150}, f"{LIMIT} requests an hour from an address, {LIMIT} after 150: {seen}")


def main():
    (reader,) = build(("tts-reader", "tts-reader"))
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        if not server:
            return 1
        url, running = database(server, f"show_{os.getpid()}"), []

        def start(*flags):
            while running:
                running.pop().stop()
            for name in "one", "other":
                running.append(Service(reader, os.path.join(folder, name), *flags, DATABASE_URL=url, SPEECH_QUEUE="1000",
                                       AUDIO_DIR=os.path.join(folder, "audio"), RATE_LIMIT_REQUESTS_PER_HOUR=str(LIMIT)))
            return list(running), RoundRobin(running)

        try:
            services, proxy = start("--dev")
            race(services, proxy, url)
            hour(services, proxy)
            revocation(services)
            one_key(services, proxy)
            audio(services)
            _, proxy = start()
            guarded(proxy)
        finally:
            for service in running:
                service.stop()
    return check.told("two services are as one")


if __name__ == "__main__":
    sys.exit(main())
