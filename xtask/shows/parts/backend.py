# What shows of the backend share: its binary, a PostgreSQL, services that can be killed, requests, a round-robin.
import glob, http.client, json, os, shutil, signal, socket, subprocess, threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PROFILE = os.environ.get("PROFILE", "release")
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
BINARY = os.path.join(TARGET, "debug" if PROFILE == "dev" else PROFILE, "tts-reader")
SECRET = "a secret for shows only"


def build():
    if not os.environ.get("BUILT"):
        subprocess.run(["cargo", "build", "--quiet", "--profile", PROFILE, "--package", "tts-reader"], cwd=ROOT, check=True)


class Checks:
    """Lines of what was seen, and whether all of it is right."""

    def __init__(self):
        self.failed = 0

    def __call__(self, right, text):
        self.failed += not right
        print(("ok      " if right else "FAILED  ") + text, flush=True)


class Postgres:
    """A database of its own on the server of KATYDID_POSTGRES, or on one that is started for it."""

    def __init__(self):
        self.process = None
        self.server = os.environ.get("KATYDID_POSTGRES")
        if not self.server:
            self.process = subprocess.Popen(["cargo", "xtask", "postgres", "serve"], cwd=ROOT, text=True,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            said = []
            for line in self.process.stdout:
                said.append(line)
                if line.startswith("postgres://"):
                    self.server = line.strip()
                    break
            else:
                raise SystemExit("NOT CHECKED: " + "".join(said).strip())
        self.name = f"show_{os.getpid()}"
        self.run(f"CREATE DATABASE {self.name}", self.server)
        self.url = self.server.rsplit("/", 1)[0] + "/" + self.name

    def run(self, sql, url=None):
        """Rows of texts."""
        done = subprocess.run([psql(), "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--set=ON_ERROR_STOP=1",
                               "--field-separator=\t", "--command", sql, url or self.url],
                              text=True, capture_output=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"{done.stderr.strip()} in {sql}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def end(self):
        self.run(f"DROP DATABASE {self.name} WITH (FORCE)", self.server)
        if self.process:
            self.process.communicate("\n")


def psql():
    folders = [os.environ.get("KATYDID_POSTGRES_PROGRAMS", "")]
    folders += sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]), reverse=True)
    found = (os.path.join(folder, "psql") for folder in folders if folder)
    return next((path for path in found if os.path.exists(path)), None) or shutil.which("psql")


class Service:
    """A service in a process of its own."""

    def __init__(self, data, database, dev=True, **settings):
        os.makedirs(data, exist_ok=True)
        words = [BINARY, "serve", "--bind", "127.0.0.1:0", "--data", data, "--database", database]
        env = {"JWT_SECRET_KEY": SECRET, "RUST_LOG": "info,sqlx=warn", "PATH": os.environ["PATH"], **settings}
        self.log = open(os.path.join(data, "stderr"), "a")
        self.process = subprocess.Popen(words + ["--dev"] * dev, env=env, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        if "listens on" not in line:
            raise RuntimeError(f"the service does not start: {open(self.log.name).read()[-2000:]}")
        self.port = int(line.rsplit(":", 1)[1])
        # It listens before it is ready; an answer says that it is.
        call(self.port, "GET", "/")

    def kill(self):
        """SIGKILL: nothing of it is told to the service."""
        self.end(signal.SIGKILL)

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(timeout=60)
        self.process.stdout.close()
        self.log.close()


def call(port, method, path, body=None, token=None, timeout=60, **headers):
    """Status, headers and JSON (else bytes) of one request over a connection of its own."""
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        body = json.dumps(body)
        headers["Content-Type"] = "application/json"
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        data = reply.read()
    finally:
        connection.close()
    if reply.getheader("content-type", "").startswith("application/json"):
        data = json.loads(data)
    return reply.status, reply.headers, data


def account(port, **wishes):
    """A new account, signed in: its row with the token. Only with --dev."""
    made = call(port, "POST", "/api/dev/accounts", wishes)[2]
    return {**made, "token": login(port, made)}


def login(port, who):
    body = {"username": who["username"], "password": who["password"]}
    status, _, said = call(port, "POST", "/api/login", body)
    if status != 200:
        raise RuntimeError(f"login answers {status}: {said}")
    return said["access_token"]


def together(count, threads, work):
    """What `work(n)` returns for each n, so many at a time, all threads let go at the same moment."""
    results, numbers, lock = [None] * count, iter(range(count)), threading.Lock()
    gate = threading.Barrier(threads)

    def body():
        gate.wait()
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            results[number] = work(number)

    all_ = [threading.Thread(target=body) for _ in range(threads)]
    for one in all_:
        one.start()
    for one in all_:
        one.join()
    return results


class RoundRobin:
    """Passes connections on to the services by turns."""

    def __init__(self, ports):
        self.ports, self.given = ports, [0] * len(ports)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            turn = sum(self.given) % len(self.ports)
            self.given[turn] += 1
            upstream = socket.create_connection(("127.0.0.1", self.ports[turn]))
            for source, sink in (client, upstream), (upstream, client):
                threading.Thread(target=pump, args=(source, sink), daemon=True).start()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # One end has gone: the other notices by itself.
