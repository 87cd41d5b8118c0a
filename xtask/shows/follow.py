#!/usr/bin/env python3
# Syntheses followed over WebSockets at another process, one killed, 1,000 subscribers of which 500 do not read. Two minutes.
"""Usage: follow.py [SUBSCRIBERS]

Starts a PostgreSQL (or uses a database of its own on that of KATYDID_POSTGRES) and two processes of the service on it,
and follows requests with `websockets` from PyPI, which is installed into target/follow:

1. syntheses at one process, followed at the other: every record, in order, and how long each took;
2. the process that is followed at is killed in the middle, and the client goes on at the other; then the one at work is
   killed, and whoever follows is told;
3. half of the subscribers stop reading: they are dropped, memory stays, the others get everything.

PROFILE=dev|fast|release (fast), BUILT=1 builds nothing. Exit code 0: everything was exact.
"""
import asyncio, http.server, json, os, socket, statistics, subprocess, sys, tempfile, threading, time, venv
from datetime import datetime, timezone

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "parts"))
from checks import Checks
from service import TARGET, Service, build, database, postgres

SUBSCRIBERS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
HEARTBEAT = 2
SENTENCE = "The river rose by an inch in the night, and the old mill stood still. "
# Of one subscriber, with its socket, its task and what the system's buffers do not hold.
MOST_KIB = 48
check = Checks()


def with_websockets():
    """Runs this again with a python that has the package."""
    try:
        import websockets  # noqa: F401
        return
    except ImportError:
        pass
    folder = os.path.join(TARGET, "follow")
    python = os.path.join(folder, "bin", "python")
    if os.path.realpath(sys.prefix) == os.path.realpath(folder):
        raise SystemExit("NOT CHECKED: websockets cannot be imported")
    if not os.path.exists(python):
        venv.create(folder, with_pip=True)
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", "websockets==17.4"])
    if done.returncode:
        raise SystemExit("NOT CHECKED: pip cannot install websockets")
    os.execv(python, [python, os.path.abspath(__file__), *sys.argv[1:]])


class Followed:
    """What one subscriber heard."""

    def __init__(self):
        self.records, self.delays, self.code = [], [], None

    def heard(self, text):
        record = json.loads(text)
        made = datetime.fromisoformat(record["timestamp"])
        self.delays.append((datetime.now(timezone.utc) - made).total_seconds() * 1e3)
        self.records.append(record)

    def whole(self):
        """Every record from the first to the last, never back."""
        numbers = [it["sequence"] for it in self.records]
        progress = [it["progress"] for it in self.records]
        return (numbers == list(range(1, len(numbers) + 1)) and progress == sorted(progress)
                and self.records[0]["status"] == "starting" and self.records[-1]["status"] == "completed"
                and self.code == 1000)


def address(service, name, after=None):
    return f"ws://127.0.0.1:{service.port}/api/extract/ws/{name}" + ("" if after is None else f"?after={after}")


async def follow(service, who, name, ready=None, after=None, into=None, stop=lambda record: False):
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed
    followed = into or Followed()
    async with connect(address(service, name, after), subprotocols=["bearer", who["token"]], ping_interval=None,
                       open_timeout=60, close_timeout=5) as line:
        if ready:
            ready.release() if isinstance(ready, asyncio.Semaphore) else ready.set()
        try:
            while True:
                followed.heard(await line.recv())
                if stop(followed.records[-1]):
                    return followed
        except ConnectionClosed as end:
            followed.code = end.rcvd.code if end.rcvd else None
    return followed


async def ask(service, path, body, who):
    return await asyncio.to_thread(service.call, "POST", path, body, who["token"], timeout=120)


async def synthesis(services, who):
    one, other = services
    delays, records, wrong = [], 0, []
    for number in range(10):
        name, ready = f"book-{number}", asyncio.Event()
        watching = asyncio.create_task(follow(other, who, name, ready))
        await ready.wait()
        text = {"text_to_speech": SENTENCE * (10 if number % 2 else 400), "extraction_id": name}
        status, headers, _ = await ask(one, "/api/synthesize", text, who)
        heard = await asyncio.wait_for(watching, 30)
        delays += heard.delays
        records += len(heard.records)
        if status != 200 or headers["x-progress-id"] != name or not heard.whole():
            wrong.append((name, status, heard.code, heard.records))
        shown = [it.must("GET", f"/api/extract/progress/{name}", token=who["token"]) for it in services]
        if shown[0] != shown[1] or shown[0]["current_status"] != "completed":
            wrong.append((name, shown))
    spread = statistics.quantiles(delays, n=20)
    check(not wrong, f"10 syntheses at one process, followed at the other: all {records} records, in order {wrong or ''}")
    check(max(delays) < 2_000, f"a record of one process is at a client of the other after {spread[9]:.0f} ms in the median, "
          f"{spread[18]:.0f} ms at p95, {max(delays):.0f} ms at most")


class Site(http.server.ThreadingHTTPServer):
    """A page that takes its time: bytes come by and by."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Slow)
        self.page = f"http://127.0.0.1:{self.server_address[1]}/article"
        # A site is given up after 10; on a busy machine each sleep is longer.
        self.seconds = 6
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/article":
            return self.send_error(404)
        paragraphs = [f"<p>{SENTENCE * 5}{number}</p>" for number in range(100)]
        parts = [part.encode() for part in ["<html><body><article>", *paragraphs, "</article></body></html>"]]
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(sum(map(len, parts))))
        self.end_headers()
        try:
            for part in parts:
                self.wfile.write(part)
                time.sleep(self.server.seconds / len(parts))
        except OSError:
            pass  # Whoever asked was killed.

    def log_message(self, *_):
        pass


async def under_way(services, who, site, name):
    """A page that one process reads and that is followed at the other, three records on: what was heard, who hears it and
    who asked for it."""
    one, other = services
    ready, followed = asyncio.Event(), Followed()
    watching = asyncio.create_task(follow(other, who, name, ready, into=followed))
    await ready.wait()
    asking = asyncio.create_task(read(one, who, site, name))
    while len(followed.records) < 3:
        await asyncio.sleep(0.05)
    return followed, watching, asking


async def read(service, who, site, name):
    return (await ask(service, "/api/extract", {"url": site.page, "extraction_id": name}, who))[0]


async def killed(services, start, who, site):
    """Whoever follows, or whoever works, is killed."""
    followed, watching, asking = await under_way(services, who, site, "page")
    one, other = services
    other.kill()
    await watching
    known = followed.records[-1]["sequence"]
    lost = followed.code is None
    await follow(one, who, "page", after=known, into=followed)
    status = await asking
    check(lost and status == 200 and followed.whole(), f"the process that was followed at is killed after record {known}; the "
          f"client goes on at the other: {len(followed.records)} records, none missing, none twice")

    services[1] = other = start("other")
    followed, watching, asking = await under_way(services, who, site, "page-2")
    one.kill()
    begun = time.monotonic()
    await asyncio.gather(asking, return_exceptions=True)
    await asyncio.wait_for(watching, 60)
    took, last = time.monotonic() - begun, followed.records[-1]
    services[0] = start("one")
    status = await read(other, who, site, "page-2")
    check(last["status"] == "failed" and followed.code == 1000 and took < 40 and status == 200,
          f"the process at work is killed: after {took:.0f} s whoever follows at the other is told \"{last['message']}\"; "
          f"its name can be used again: {status}")


def deaf(service, who, name):
    """A subscriber that says who it is and never reads."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.connect(("127.0.0.1", service.port))
    line.sendall((f"GET /api/extract/ws/{name} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                  f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  f"Sec-WebSocket-Protocol: bearer, {who['token']}\r\n\r\n").encode())
    return line


def metric(service, name):
    return service.metrics().get(f"tts_reader_{name}", 0)


async def until(what, seconds):
    """How long it took, or None."""
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        if await asyncio.to_thread(what):
            return time.monotonic() - begun
        await asyncio.sleep(0.2)
    return None


async def crowd(services, who, site):
    def subscribers():
        return sum(metric(it, "progress_subscribers") for it in services)

    # Once with few, so that what is made once is there.
    await gather(services, who, 20, ask(services[0], "/api/synthesize",
                                        {"text_to_speech": "Once.", "extraction_id": "once"}, who), "once")
    before = [it.resident_bytes() for it in services]
    half, site.seconds = SUBSCRIBERS // 2, 7
    silent = [deaf(services[n % 2], who, "crowd") for n in range(half)]
    await until(lambda: subscribers() >= half, 30)
    heard, most, gone = [], list(before), []

    async def measure():
        begun = time.monotonic()
        while True:
            for n, service in enumerate(services):
                most[n] = max(most[n], service.resident_bytes())
            if not gone and await asyncio.to_thread(subscribers) <= half:
                gone.append(time.monotonic() - begun)
            await asyncio.sleep(0.25)

    measuring = None

    async def request():
        nonlocal measuring
        measuring = asyncio.create_task(measure())
        return await ask(services[0], "/api/extract", {"url": site.page, "extraction_id": "crowd"}, who)

    heard = await gather(services, who, half, request(), "crowd")
    measuring.cancel()
    whole = sum(it.whole() for it in heard)
    each = len(heard[0].records)
    dropped = sum(metric(it, "progress_silent_subscribers_total") + metric(it, "progress_slow_subscribers_total")
                  for it in services)
    check(whole == half and len({len(it.records) for it in heard}) == 1,
          f"{SUBSCRIBERS} subscribers at two processes, {half} of them never read: {whole} of the other {half} got all "
          f"{each} records, {each * half} in all; the last of each {max(it.delays[-1] for it in heard):.0f} ms after it was made "
          f"at most")
    check(dropped == half and bool(gone), f"{dropped:.0f} were dropped, all of them {gone[0] if gone else 0:.0f} s after the "
          f"request began (a ping each {HEARTBEAT} s, two unanswered)")
    grown = [(after - then) / 1024 for after, then in zip(most, before)]
    per = sum(grown) / SUBSCRIBERS
    check(per < MOST_KIB, f"memory of the two grew by {grown[0] / 1024:.1f} and {grown[1] / 1024:.1f} MiB at most: {per:.1f} KiB "
          f"for a subscriber (limit {MOST_KIB})")
    left = await until(lambda: subscribers() == 0, 30)
    check(left is not None, f"nothing is left of them {left or 30:.1f} s later")
    for line in silent:
        line.close()

    # A burst: all records of a long text within seconds.
    text = {"text_to_speech": SENTENCE * 1_400, "extraction_id": "burst"}
    heard = await gather(services, who, half, ask(services[0], "/api/synthesize", text, who), "burst")
    whole, each = sum(it.whole() for it in heard), len(heard[0].records)
    check(whole == half, f"a text of {len(text['text_to_speech']):,} characters is spoken while {half} follow: {whole} got all "
          f"{each} records")


async def gather(services, who, count, request, name):
    """So many who follow from before the request on; what each heard."""
    ready = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(follow(services[n % 2], who, name, ready)) for n in range(count)]
    for _ in range(count):
        await asyncio.wait_for(ready.acquire(), 60)
    status = (await request)[0]
    if status != 200:
        check(False, f"the request that is followed: {status}")
    return await asyncio.wait_for(asyncio.gather(*tasks), 120)


def main():
    with_websockets()
    (reader,) = build(("tts-reader", "tts-reader"))
    with postgres() as server, tempfile.TemporaryDirectory() as folder:
        if not server:
            return 1
        url, site, services = database(server, f"show_{os.getpid()}"), Site(), []

        def start(name):
            return Service(reader, os.path.join(folder, name), "--dev", DATABASE_URL=url, AUDIO_DIR=os.path.join(folder, "audio"),
                           PROGRESS_HEARTBEAT_SECONDS=str(HEARTBEAT))

        try:
            services += [start("one"), start("other")]
            who = services[0].account(tier="PRO", credits=10_000)
            asyncio.run(synthesis(services, who))
            asyncio.run(killed(services, start, who, site))
            asyncio.run(crowd(services, who, site))
        finally:
            for service in services:
                if service.process.poll() is None:
                    service.stop()
            site.shutdown()
    return check.told("all was followed")


if __name__ == "__main__":
    sys.exit(main())
