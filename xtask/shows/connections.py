#!/usr/bin/env python3
# What strangers do to connections of the backend: 10,000 idle ones, dripped heads and bodies, 1 GB bodies, long heads. About a minute.
"""Usage: connections.py [IDLE]

10,000 idle connections unless told. PROFILE=dev|fast|release (fast), BUILT=1 builds nothing.

A backend with its usual limits, in a process of its own, and beside it clients that open connections and are silent, send a
head or a body a byte at a time, pour a gigabyte, send a head of 100 kB or an address of 20 kB. Meanwhile others ask for
/api/health, each over a connection of its own: their times are told and judged. One line for each attack; the exit code
is 1 if one of them has another end than it should.

The limit of open files must allow two per connection (one here, one there), else fewer are opened, which is told.
"""
import json, os, resource, socket, statistics, sys, tempfile, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "parts"))
from service import Service, build

GIGABYTE = 1 << 30
# The others: how many ask one after the other, and how long the slowest of them may take.
OTHERS, SLOWEST = 200, 1.0
# What the service may hold more for an idle connection, and for a body that it refuses.
IDLE_BYTES, BODY_BYTES = 24 << 10, 16 << 20


def main():
    idle = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    (reader,) = build(("tts-reader", "tts-reader"))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard < idle + 1_000:
        print(f"the system allows {hard} open files: {hard - 1_000} idle connections instead of {idle}")
        idle = hard - 1_000
    with tempfile.TemporaryDirectory() as folder, Service(reader, folder, "--dev") as service:
        rows = list(attacks(service, idle))
    for what, seen, good in rows:
        print(f"{'ok   ' if good else 'WRONG'} {what:<34} {seen}")
    return 0 if all(good for _, _, good in rows) else 1


def attacks(service, idle):
    alone, _ = others(service)
    yield "nobody else", f"others: {alone:.1f} ms in the middle", True
    yield idle_connections(service, idle)
    yield beyond_the_limit(service, idle)
    for what, beginning, seconds in (("2,000 heads that drip", "GET / HTTP/1.1\r\nhost: x\r\nx: ", 10),
                                     ("2,000 bodies that drip", "POST /api/login HTTP/1.1\r\nhost: x\r\ncontent-length: 99999\r\n\r\n", 30)):
        yield drips(service, what, beginning, seconds)
    for what, fields in (("1 GB, announced", f"content-length: {GIGABYTE}\r\n"), ("1 GB, in chunks", "transfer-encoding: chunked\r\n")):
        yield gigabyte(service, what, fields)
    big = "a" * 100_000
    yield refused(service, "a head of 100 kB", f"GET / HTTP/1.1\r\nhost: x\r\nx: {big}\r\n\r\n", 431)
    yield refused(service, "5,000 fields", "GET / HTTP/1.1\r\nhost: x\r\n" + "x: y\r\n" * 5_000 + "\r\n", 431)
    yield refused(service, "an address of 20 kB", f"GET /{big[:20_000]} HTTP/1.1\r\nhost: x\r\n\r\n", 414)
    yield refused(service, "no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400)


def connect(service):
    return socket.create_connection(("127.0.0.1", service.port), timeout=60)


def ask(service, path):
    """The time of one request over a connection of its own, in milliseconds, and the answer."""
    start = time.monotonic()
    with connect(service) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    return (time.monotonic() - start) * 1_000, answer


def others(service):
    """What those have who only want to know the health: the middle and the slowest, in milliseconds."""
    times = []
    for _ in range(OTHERS):
        took, answer = ask(service, "/api/health")
        assert answer.startswith(b"HTTP/1.1 200 "), answer[:200]
        times.append(took)
    return statistics.median(times), max(times)


def idle_connections(service, count):
    before = service.resident_bytes()
    start = time.monotonic()
    service.idle = [connect(service) for _ in range(count)]
    took = time.monotonic() - start
    while service.metrics()["tts_reader_connections_open"] < count:
        time.sleep(0.05)
    middle, slowest = others(service)
    each = (service.resident_bytes() - before) / count
    seen = (f"opened in {took:.1f} s, {each / 1024:.1f} KiB each; others: {middle:.1f} ms in the middle, "
            f"{slowest:.0f} ms the slowest of {OTHERS}")
    return f"{count} idle connections", seen, slowest < SLOWEST * 1_000 and each < IDLE_BYTES


def beyond_the_limit(service, count):
    limit = int(service.metrics()["tts_reader_connections_limit"])
    more = [connect(service) for _ in range(max(0, limit - count) + 500)]
    time.sleep(1.5)
    middle, slowest = others(service)
    figures = service.metrics()
    gone = int(figures['tts_reader_connections_ended_total{why="made_room"}'])
    service.idle = [connection.close() for connection in service.idle + more] and []
    seen = f"limit {limit}, {gone} idle ones made room; others: {middle:.1f} ms in the middle, {slowest:.0f} ms the slowest"
    good = gone >= OTHERS and slowest < SLOWEST * 1_000 and figures["tts_reader_connections_open"] <= limit
    return "idle connections beyond the limit", seen, good


def drips(service, what, beginning, seconds):
    start = time.monotonic()
    dripping = {}
    for _ in range(2_000):
        connection = connect(service)
        connection.sendall(beginning.encode())
        connection.setblocking(False)
        dripping[connection] = b""
    answers, worst = [], 0.0
    while dripping and time.monotonic() - start < seconds + 20:
        worst = max(worst, *(ask(service, "/api/health")[0] for _ in range(5)))
        for connection in list(dripping):
            try:
                connection.send(b"x")
                answer = connection.recv(4_096)
            except BlockingIOError:
                continue
            except OSError:
                answer = b""
            answers.append((answer[9:12], time.monotonic() - start))
            connection.close()
            del dripping[connection]
        time.sleep(0.2)
    told = [took for status, took in answers if status == b"408"]
    seen = (f"{len(told)} answered 408 after {min(told, default=0):.1f} to {max(told, default=0):.1f} s, {len(dripping)} left; "
            f"slowest of the others {worst:.0f} ms")
    return what, seen, len(told) == 2_000 and seconds - 1 <= min(told) and worst < SLOWEST * 1_000


def gigabyte(service, what, fields):
    before, sent = service.resident_bytes(), 0
    with connect(service) as connection:
        connection.sendall(f"POST /api/login HTTP/1.1\r\nhost: x\r\n{fields}\r\n".encode())
        answer = []
        reading = threading.Thread(target=lambda: answer.append(connection.recv(4_096)))
        reading.start()
        piece = b"a" * (1 << 20)
        piece = b"%x\r\n%s\r\n" % (len(piece), piece) if "chunked" in fields else piece
        try:
            while sent < GIGABYTE:
                sent += connection.send(piece) if "chunked" not in fields else (connection.sendall(piece) or len(piece))
        except OSError:
            pass
        reading.join()
    grown = max(0, service.resident_bytes() - before)
    seen = f"{answer[0][9:12].decode()} after {sent / 1e6:.1f} MB were sent, the service grew by {grown / 1e6:.1f} MB"
    return what, seen, answer[0].startswith(b"HTTP/1.1 413 ") and sent < GIGABYTE / 16 and grown < BODY_BYTES


def refused(service, what, request, status):
    with connect(service) as connection:
        connection.sendall(request.encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    seen = head[9:12].decode()
    try:
        detail = json.loads(body)["detail"]
    except ValueError:
        detail = None
    return what, f"{seen} {detail}", seen == str(status) and bool(detail)


if __name__ == "__main__":
    sys.exit(main())
