# Reads the live page at a port of this machine as people do, until its server ends: readers.py PORT LEAST
# Three pages (their files, the suite, the stream taken apart as JSON, charts of a name, single requests: everything but
# drawing), 100 more streams, and 20 sockets that ask for a stream and never read. The page need not be open yet.
# Prints what came; ends with 1 when a stream that reads got fewer than LEAST snapshots, or nothing waits for those that
# do not read.
import asyncio, json, re, socket, sys, time

PORT, LEAST = int(sys.argv[1]), int(sys.argv[2])
PAGES, STREAMS, STALLED = 3, 100, 20
# A line of the stream may be a long one.
LIMIT = 1 << 24


def head(path):
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nAccept: */*\r\n\r\n".encode()


async def opened(path):
    """A connection on which `path` has been asked for, past the head of its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT, limit=LIMIT)
    writer.write(head(path))
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    if " 200 " not in lines.split("\r\n")[0]:
        sys.exit(f"{path}: {lines.splitlines()[0]}")
    return reader, writer, lines


async def get(path):
    reader, writer, lines = await opened(path)
    length = int(re.search(r"content-length: (\d+)", lines)[1])
    body = await reader.readexactly(length)
    writer.close()
    return body


async def look(path):
    """Asks for something that may come to nothing when the program is going."""
    try:
        await get(path)
    except (OSError, EOFError):
        pass


async def listen():
    """The page opens with the load test."""
    until = time.monotonic() + 30
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
            return writer.close()
        except OSError:
            if time.monotonic() > until:
                sys.exit("the page does not open")
            await asyncio.sleep(0.05)


async def stream(hear):
    """Each line of the stream until its end. An event is one piece of the answer, so the numbers of bytes between pieces are
    lines by themselves."""
    reader, writer, _ = await opened("/api/v1/events")
    try:
        async for line in reader:
            await hear(line)
    except (OSError, EOFError):
        pass # The program has gone.
    writer.close()


async def another():
    """A stream of which only the number of snapshots is kept."""
    count = 0

    async def hear(line):
        nonlocal count
        count += line == b"event: snapshot\n"

    await stream(hear)
    return count


async def page(number):
    """What the page does: 0 looks at statistics, 1 at the charts of a name, 2 at failures."""
    found = await get("/")
    names = set(re.findall(r'(?:src|href)="(assets/[^"]+)"', found.decode()))
    seen = set()
    while names - seen:
        name = (names - seen).pop()
        seen.add(name)
        text = await get("/" + name)
        names |= {f"assets/{it}" for it in re.findall(r"from '\./([^']+)'", text.decode())}
    await get("/api/v1/suite")
    count, event = 0, b""

    async def hear(line):
        nonlocal count, event
        if line.startswith(b"event: "):
            event = line[7:].strip()
        elif line.startswith(b"data: "):
            data = json.loads(line[6:])
            if event != b"snapshot":
                return
            count += 1
            if number == 1 and data["rows"] and count % 5 == 0:
                row = data["rows"][0]
                await look(f"/api/v1/names?name={row['method']}%20{row['name'].replace('/', '%2F')}")
            if number == 2 and count % 5 == 0:
                await look("/api/v1/exemplars")

    await stream(hear)
    return count


def stalled():
    """A socket with little room that asks and never reads."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    one.connect(("127.0.0.1", PORT))
    one.sendall(head("/api/v1/events"))
    return one


def waiting(sockets):
    """Bytes that the server has sent to these into the kernel and nobody takes, by connection."""
    ours = {one.getsockname()[1] for one in sockets}
    found = []
    for line in open("/proc/net/tcp").readlines()[1:]:
        _, local, remote, _, queues, *_ = line.split()
        port = lambda address: int(address.split(":")[1], 16)
        waits = int(queues.split(":")[0], 16)
        if port(local) == PORT and port(remote) in ours and waits:
            found.append(waits)
    return found


async def main():
    await listen()
    sockets = [stalled() for _ in range(STALLED)]
    readers = [asyncio.ensure_future(it) for it in [*map(page, range(PAGES)), *(another() for _ in range(STREAMS))]]
    most, bytes_ = 0, 0
    while not all(one.done() for one in readers):
        await asyncio.wait(readers, timeout=1)
        found = waiting(sockets)
        if (len(found), sum(found)) > (most, bytes_):
            most, bytes_ = len(found), sum(found)
    counts = [one.result() for one in readers]
    for one in sockets:
        one.close()
    print(f"{PAGES} pages took {min(counts[:PAGES])} snapshots and more, {STREAMS} streams {min(counts[PAGES:])} and more; "
          f"for {most} of {STALLED} that do not read {bytes_ // 1024} KiB wait")
    sys.exit(min(counts) < LEAST or most < STALLED)


asyncio.run(main())
