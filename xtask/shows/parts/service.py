# What the shows of the backend share: programs that are built once, a PostgreSQL, a service in a process of its own.
import contextlib, glob, http.client, json, os, shutil, signal, subprocess, sys, time
from urllib.parse import urlsplit

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PROFILE = os.environ.get("PROFILE", "fast")
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))


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
    KATYDID_POSTGRES names is taken as it is."""
    if os.environ.get("KATYDID_POSTGRES"):
        yield os.environ["KATYDID_POSTGRES"]
        return
    server = subprocess.Popen(["cargo", "xtask", "postgres", "serve"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        first = server.stdout.readline().strip()
        if first.startswith("postgres://"):
            # Tests do without; what is measured shall be what a real one does.
            psql(first, "ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()")
            yield first
        else:
            print(f"NOT CHECKED: PostgreSQL: {first}")
            yield None
    finally:
        server.communicate("\n")


def psql(url, *statements):
    """Runs statements, each by itself; the rows of the last as lists of texts."""
    program = shutil.which("psql") or sorted(glob.glob("/usr/lib/postgresql/*/bin/psql"))[-1]
    words = [word for statement in statements for word in ("-c", statement)]
    done = subprocess.run([program, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", *words, url], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"psql: {done.stderr.strip()}")
    return [line.split("\t") for line in done.stdout.splitlines()]


def database(server, name):
    """A new database on that server; its address."""
    psql(server, f"CREATE DATABASE {name}")
    return f"{server.rsplit('/', 1)[0]}/{name}"


class Service:
    """`tts-reader serve` on a free port."""

    def __init__(self, program, data, *flags, **env):
        env = {**os.environ, "RATE_LIMIT_REQUESTS_PER_HOUR": "4294967295", "RUST_LOG": "error", **env}
        command = [program, "serve", "--bind", "127.0.0.1:0", "--data", data, *flags]
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().strip()
        if "listens on " not in line:
            self.process.wait()
            sys.exit(f"the service does not start: {line}")
        self.url = line.split("listens on ")[1]

    def connect(self):
        return http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)

    def ask(self, method, path, body=None, token=None, connection=None):
        """Status and JSON of an answer."""
        own = connection or self.connect()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        own.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = own.getresponse()
        text = answer.read()
        if connection is None:
            own.close()
        return answer.status, json.loads(text or b"null")

    def must(self, method, path, body=None, token=None):
        """The JSON of an answer that is a success."""
        status, answer = self.ask(method, path, body, token)
        if status not in (200, 204):
            sys.exit(f"{method} {path}: {status} {answer}")
        return answer

    def cpu_seconds(self):
        """What the process has used so far, all threads together."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=60)

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
