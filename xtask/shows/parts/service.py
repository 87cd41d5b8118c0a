# What the shows of the backend share: programs that are built once, a PostgreSQL, a service in a process of its own, requests.
import contextlib, glob, http.client, json, os, shutil, signal, subprocess, sys, time
from urllib.parse import urlsplit

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PROFILE = os.environ.get("PROFILE", "fast")
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
# The same for all services, so that each takes the tokens of the others.
SECRET = "a secret for shows only"
# Made by this show, so taken away by it.
DATABASES = []


def build(*programs):
    """Builds these (package, binary) with PROFILE, unless BUILT is set; their paths."""
    for package, binary in programs:
        if not os.environ.get("BUILT"):
            command = ["cargo", "build", "--quiet", "--profile", PROFILE, "--package", package, "--bin", binary]
            subprocess.run(command, cwd=ROOT, check=True)
    folder = os.path.join(TARGET, "debug" if PROFILE == "dev" else PROFILE)
    return [os.path.join(folder, binary) for _, binary in programs]


@contextlib.contextmanager
def postgres():
    """The address of a PostgreSQL that lives as long as this, or None where there is none (it says why). One that
    KATYDID_POSTGRES names is taken as it is, and is left as it was."""
    if os.environ.get("KATYDID_POSTGRES"):
        server = os.environ["KATYDID_POSTGRES"]
        try:
            yield server
        finally:
            while DATABASES:
                psql(server, f"DROP DATABASE {DATABASES.pop()} WITH (FORCE)")
        return
    server = subprocess.Popen(["cargo", "xtask", "postgres", "serve"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        said = []
        # Building and installing may have something to say first.
        for line in server.stdout:
            said.append(line.strip())
            if line.startswith("postgres://"):
                break
        if said and said[-1].startswith("postgres://"):
            # Tests do without; what is measured shall be what a real one does.
            psql(said[-1], "ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()")
            yield said[-1]
        else:
            print(f"NOT CHECKED: PostgreSQL: {' '.join(said)}")
            yield None
    finally:
        server.communicate("\n")


def psql(url, *statements):
    """Runs statements, each by itself; the rows of the last as lists of texts."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2]), reverse=True)
    folders.insert(0, os.environ.get("KATYDID_POSTGRES_PROGRAMS", ""))
    program = shutil.which("psql", path=os.pathsep.join(filter(None, folders))) or shutil.which("psql")
    if not program:
        sys.exit("NOT CHECKED: there is no `psql` (package postgresql-client)")
    words = [word for statement in statements for word in ("-c", statement)]
    done = subprocess.run([program, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", *words, url], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"psql: {done.stderr.strip()}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def database(server, name):
    """A new database on that server; its address. It goes with `postgres`."""
    psql(server, f"CREATE DATABASE {name}")
    DATABASES.append(name)
    return f"{server.rsplit('/', 1)[0]}/{name}"


class Api:
    """What answers as the service does, at `url`."""

    @property
    def port(self):
        return urlsplit(self.url).port

    def connect(self, timeout=60):
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=timeout)

    def call(self, method, path, body=None, token=None, connection=None, timeout=60, **headers):
        """Status, headers and JSON (else bytes) of an answer; over a connection of its own unless there is one."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        line = connection or self.connect(timeout)
        try:
            line.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = line.getresponse()
            data = answer.read()
        finally:
            if connection is None:
                line.close()
        if answer.getheader("content-type", "").startswith("application/json"):
            data = json.loads(data)
        return answer.status, answer.headers, data

    def ask(self, method, path, body=None, token=None, connection=None):
        """Status and JSON of an answer, None where it has no body."""
        status, _, data = self.call(method, path, body, token, connection)
        return status, None if data == b"" else data

    def must(self, method, path, body=None, token=None):
        """The JSON of an answer that is a success."""
        status, answer = self.ask(method, path, body, token)
        if status not in (200, 204):
            sys.exit(f"{method} {path}: {status} {answer}")
        return answer

    def account(self, **wishes):
        """A new account, signed in: what was told of it, with the token. Only with --dev."""
        made = self.must("POST", "/api/dev/accounts", wishes)
        return {**made, "token": self.login(made)}

    def login(self, who):
        return self.must("POST", "/api/login", {key: who[key] for key in ("username", "password")})["access_token"]


class Service(Api):
    """`tts-reader serve` on a free port, ready for requests."""

    def __init__(self, program, data, *flags, **env):
        env = {**os.environ, "RATE_LIMIT_REQUESTS_PER_HOUR": "4294967295", "RUST_LOG": "error", "JWT_SECRET_KEY": SECRET, **env}
        command = [program, "serve", "--bind", "127.0.0.1:0", "--data", data, *flags]
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().strip()
        if "listens on " not in line:
            self.process.wait()
            sys.exit(f"the service does not start: {line}")
        self.url = line.split("listens on ")[1]
        try:
            # It listens before it is ready; an answer says that it is.
            self.call("GET", "/")
        except BaseException:
            self.kill()
            raise

    def metrics(self):
        """What it tells of itself: figures by their names with labels."""
        lines = self.call("GET", "/metrics")[2].decode().splitlines()
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line and line[0] != "#")}

    def cpu_seconds(self):
        """What the process has used so far, all threads together."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        """The memory of the process that is not swapped out."""
        with open(f"/proc/{self.process.pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def stop(self):
        self.end(signal.SIGTERM)

    def kill(self):
        """SIGKILL: nothing of it is told to the service."""
        self.end(signal.SIGKILL)

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait(timeout=60)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()


def table(head, rows):
    """A Markdown table with its columns in line."""
    lines = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    for line in lines:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")


def until(what, seconds=60):
    """Waits until that is true."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            sys.exit("it did not come to that in time")
        time.sleep(0.01)
