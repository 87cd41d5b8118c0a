#!/usr/bin/env python3
# Every form of address that must not be fetched, asked of the running service, and what the kernel saw leave for it. About a minute.
"""Usage: ssrf.py

PROFILE and BUILT are as for the other shows. Needs `unshare` and `ip`, and root or user namespaces.

The service runs in a network namespace of its own, in which everything is routed to an interface behind which nobody is.
A packet socket, which is the kernel's and not the service's, sees each packet that any interface is given: TCP and UDP that
is not between the asker and the service counts as having left. Names are answered by a resolver of this show, which tells
another address each time where a form says so. The forms are those of services/tts-reader/extraction/src/extractor/tests/guard.rs.

At last public addresses are asked for, whose packets must be seen: else nothing above says anything. The exit code is 1
when a form is not refused, a packet left for it, or those last ones were not seen.
"""
import http.server, os, re, select, shutil, socket, struct, subprocess, sys, tempfile, threading, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "parts"))
from service import ROOT, Service, build, table

FORMS = os.path.join(ROOT, "services/tts-reader/extraction/src/extractor/tests/guard.rs")
INSIDE = "KATYDID_SSRF_INSIDE"
# Names, and what they are answered with: one address after the other, the last again and again.
NAMES = {
    "loopback.example": ["127.0.0.1"],
    "inside.example": ["10.0.0.5"],
    "metadata.example": ["169.254.169.254"],
    "both.example": ["1.1.1.1", "10.0.0.5"],
    "mapped.example": ["::ffff:10.0.0.5"],
    "local6.example": ["fd00::5"],
}
# Public at the first lookup, inside at each later one.
REBOUND = {"rebound.example": ["1.1.1.1", "169.254.169.254"]}


def enter():
    """Starts this show again where the network is its own."""
    for tool in ("unshare", "ip"):
        if not shutil.which(tool):
            sys.exit(f"NOT CHECKED: there is no `{tool}` (packages util-linux and iproute2)")
    (program,) = build(("tts-reader", "tts-reader"))
    who = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    os.environ[INSIDE] = program
    os.execvp("unshare", ["unshare", *who, "--net", "--mount", sys.executable, os.path.abspath(__file__), *sys.argv[1:]])


def network(folder):
    """A way out that leads nowhere, and this show as the resolver."""
    resolver = os.path.join(folder, "resolv.conf")
    with open(resolver, "w") as file:
        file.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    steps = f"""ip link set lo up
        ip link add outside type veth peer name nobody
        ip addr add 198.51.100.2/24 dev outside
        ip -6 addr add 2001:db8::2/64 dev outside nodad
        ip link set outside up
        ip link set nobody up
        ip neigh add 198.51.100.1 lladdr 02:00:00:00:00:01 dev outside
        ip -6 neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 dev outside
        ip route add default via 198.51.100.1
        ip -6 route add default via 2001:db8::1
        mount --bind {resolver} /etc/resolv.conf"""
    for step in steps.splitlines():
        done = subprocess.run(step.split(), capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"NOT CHECKED: {step.strip()}: {done.stderr.strip()}")


class Packets:
    """What leaves by any interface, as the kernel shows it."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.ours = set()

    def since_last(self):
        """`TCP 10.0.0.5:80` and the like, without those between the asker and the service."""
        # What was sent is here at once; the pause is for what the service might send after its answer.
        time.sleep(0.05)
        seen = []
        while select.select([self.socket], [], [], 0)[0]:
            frame, (_, _, way, *_) = self.socket.recvfrom(65536)
            packet = read(frame) if way == socket.PACKET_OUTGOING else None
            if packet and not {packet[1], packet[3]} & self.ours:
                seen.append(f"{packet[0]} {packet[2]}:{packet[3]}")
        return sorted(set(seen))


def read(frame):
    """Protocol, port it is from, address and port it is for, of TCP and UDP."""
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x0800:
        protocol, ports = frame[23], 14 + (frame[14] & 15) * 4
        to = socket.inet_ntop(socket.AF_INET, frame[30:34])
    elif kind == 0x86DD:
        protocol, ports, to = frame[20], 54, f"[{socket.inet_ntop(socket.AF_INET6, frame[38:54])}]"
    else:
        return None
    if protocol not in (6, 17):
        return None
    source, target = struct.unpack("!HH", frame[ports:ports + 4])
    return {6: "TCP", 17: "UDP"}[protocol], source, to, target


class Resolver(threading.Thread):
    """Answers for NAMES and REBOUND; counts the lookups."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 53))
        self.asked = {}

    def run(self):
        while True:
            question, asker = self.socket.recvfrom(4096)
            name, at = [], 12
            while question[at]:
                name.append(question[at + 1:at + 1 + question[at]].decode())
                at += question[at] + 1
            kind = struct.unpack("!H", question[at + 1:at + 3])[0]
            answers = self.answers(".".join(name).lower(), kind)
            head = question[:2] + struct.pack("!HHHHH", 0x8180, 1, len(answers), 0, 0)
            records = (struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(it)) + it for it in answers)
            self.socket.sendto(head + question[12:at + 5] + b"".join(records), asker)

    def answers(self, name, kind):
        told = NAMES.get(name, [])
        if name in REBOUND and kind == 1:
            turn = self.asked[name] = self.asked.get(name, 0) + 1
            told = REBOUND[name][min(turn, len(REBOUND[name])) - 1:][:1]
        family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
        return [socket.inet_pton(family, it) for it in told if family and (":" in it) == (kind == 28)]


def forms():
    """What the tests of the guard ask for: name and URL."""
    with open(FORMS, encoding="utf-8") as file:
        text = file.read()
    found = re.findall(r'^    \("([^"]+)", "([^"]*)", (?:Address|Url|Port)\),$', text, re.M)
    return [(what, url.replace("\\t", "\t").replace("\\\\", "\\")) for what, url in found]


def redirects():
    """What the tests of the guard redirect to."""
    with open(FORMS, encoding="utf-8") as file:
        text = file.read().split("async fn redirects_to_such_addresses")[1]
    found = re.findall(r'^        \("([^"]+)", (?:Address|Url)\),$', text, re.M)
    return [to.replace("\\\\", "\\") for to in found]


class Redirecting(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302)
        self.send_header("Location", redirects()[int(self.path[1:])])
        self.end_headers()

    def log_message(self, *_):
        pass


def extract(service, token, url):
    status, answer = service.ask("POST", "/api/extract", {"url": url}, token)
    detail = answer.get("detail")
    return status, detail if isinstance(detail, str) else detail[0]["msg"]


def account(service):
    """Somebody on a service without routes for tests."""
    service.must("POST", "/api/register", {"username": "ann", "email": "ann@example.com", "password": "secret1"})
    return service.login({"username": "ann", "password": "secret1"})


def main():
    if INSIDE not in os.environ:
        enter()
    with tempfile.TemporaryDirectory() as folder:
        network(folder)
        resolver, packets = Resolver(), Packets()
        resolver.start()
        # Extractions of one name follow each other at once here.
        calm = {"EXTRACTION_PAUSE_MS": "0"}
        with Service(os.environ[INSIDE], f"{folder}/a", **calm) as strict, Service(os.environ[INSIDE], f"{folder}/b", "--dev", **calm) as dev:
            packets.ours = {strict.port, dev.port}
            return judge(strict, dev, packets)


def judge(strict, dev, packets):
    token, rows, held = account(strict), [], True
    for what, url in forms():
        packets.since_last()
        status, detail = extract(strict, token, url)
        left = packets.since_last()
        good = status == 422 and not left
        held &= good
        rows.append(["ok" if good else "WRONG", what, url.replace("\t", "\\t"), status, ", ".join(left) or "nothing"])
    table(["", "form", "URL", "status", "left"], rows)
    print(f"{len(rows)} forms: {sum(row[0] == 'ok' for row in rows)} refused before a packet left\n")
    held &= len(rows) >= 60

    rows = []
    for name in [*NAMES, *REBOUND, *REBOUND]:
        packets.since_last()
        status, detail = extract(strict, token, f"http://{name}/")
        left = packets.since_last()
        # The lookup itself must leave; and for a name that is public at its first lookup the connection to that address.
        first = name in REBOUND and rows and rows[-1][1] != name
        allowed = {"UDP 127.0.0.1:53"} | ({"TCP 1.1.1.1:80"} if first else set())
        left = [packet for packet in left if not packet.startswith("UDP 127.0.0.1:") or packet.endswith(":53")]
        good = status == (504 if first else 422) and set(left) == allowed
        held &= good
        rows.append(["ok" if good else "WRONG", name, (NAMES | REBOUND)[name], status, ", ".join(left) or "nothing"])
    table(["", "name", "is answered with", "status", "left"], rows)
    print("a name is looked up, and only public addresses are connected to: those that were looked at\n")

    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirecting)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    token_dev = dev.account()["token"]
    packets.ours.add(site.server_port)
    rows = []
    for number, to in enumerate(redirects()):
        packets.since_last()
        status, detail = extract(dev, token_dev, f"http://127.0.0.1:{site.server_port}/{number}")
        left = packets.since_last()
        good = status == 422 and not left
        held &= good
        rows.append(["ok" if good else "WRONG", to, status, ", ".join(left) or "nothing"])
    table(["", "redirect to", "status", "left beside the request to the site"], rows)

    print()
    rows = []
    for url, expected in (("http://1.1.1.1/", "TCP 1.1.1.1:80"), ("https://[2606:4700::1111]/", "TCP [2606:4700::1111]:443")):
        packets.since_last()
        status, detail = extract(strict, token, url)
        left = packets.since_last()
        good = status in (502, 504) and left == [expected]
        held &= good
        rows.append(["ok" if good else "WRONG", url, status, ", ".join(left) or "nothing"])
    table(["", "for comparison, public", "status", "left"], rows)
    print("all held" if held else "NOT ALL HELD")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
