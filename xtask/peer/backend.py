"""What the checks of the backend share: a service in a process of its own, and counted results."""
import json, os, pathlib, signal, subprocess, tempfile, time, urllib.error, urllib.request

failed = []
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PASSWORD = "correct horse battery"


def check(name, good, detail=""):
    print(f"{'ok' if good else 'FAILED'} {name}" + (f": {detail}" if detail and not good else ""), flush=True)
    if not good:
        failed.append(name)


def until(what, seconds=30):
    """Waits for something to be true; whether it became so."""
    end = time.monotonic() + seconds
    while not (found := what()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


class Service:
    """`tts-reader serve` on a free port, with a folder of its own."""

    def __init__(self, binary, **env):
        self.folder = tempfile.TemporaryDirectory()
        self.data = pathlib.Path(self.folder.name)
        self.log = self.data / "stderr.log"
        words = [binary, "serve", "--bind", "127.0.0.1:0", "--data", str(self.data)]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                words, env={"PATH": os.environ["PATH"], **env}, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"tts-reader does not start: {self.log.read_text()}")
        self.url = line.strip().rsplit(" ", 1)[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def ask(self, path, body=None, token=None):
        """Status and answer of a GET, or of a POST of JSON."""
        request = urllib.request.Request(self.url + path, data=None if body is None else json.dumps(body).encode())
        request.add_header("content-type", "application/json")
        if token:
            request.add_header("authorization", f"Bearer {token}")
        try:
            with OPENER.open(request, timeout=30) as answer:
                status, text = answer.status, answer.read().decode()
        except urllib.error.HTTPError as answer:
            status, text = answer.code, answer.read().decode()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def register(self, name="ann"):
        return self.ask("/api/register", {"username": name, "email": f"{name}@example.com", "password": PASSWORD})

    def login(self, name="ann", password=PASSWORD):
        return self.ask("/api/login", {"username": name, "password": password})

    def metric(self, name):
        _, text = self.ask("/metrics")
        return next(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name + " "))

    def stop(self):
        """Ends it in order; how many seconds that took."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return time.monotonic() - start


def finish():
    raise SystemExit(1 if failed else 0)
