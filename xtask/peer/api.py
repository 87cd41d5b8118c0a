"""The backend held to its OpenAPI document by other people's programs.

    python api.py --service TTS_READER --double STRIPE_DOUBLE [--seconds N] [--seed N]

openapi-spec-validator reads the document. schemathesis sends well-formed and malformed requests to every
route, with and without a token, and compares each answer with the document; all of its checks are on
(api.toml has the exceptions, by operation, with reasons). What the service counted itself is looked at in
the end: no answer may be a fault of the service, and the requests must have got through to the work.
"""
import argparse, collections, concurrent.futures, contextlib, http.server, json, os, pathlib, re, subprocess, sys, tempfile, threading, urllib.request

from openapi_spec_validator import validate

HERE = pathlib.Path(__file__).resolve().parent
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
failed = []
one_line = threading.Lock()

# Operations that only somebody else can open: by a letter, by Stripe's signature, by a link that a
# synthesis gave, at a till that Stripe stands in for, after something was paid, or never was.
ELSEWHERE = {
    "admin_purge_user", "audio", "dev_checkout", "dev_pay", "extract_follow", "extract_progress", "portal", "reset_password", "stripe_webhook", "verify_email",
}


def check(name, good, detail=""):
    with one_line:
        print(f"{'ok' if good else 'FAILED'} {name}" + (f": {detail}" if detail and not good else ""), flush=True)
        if not good:
            failed.append(name)


class Page(http.server.BaseHTTPRequestHandler):
    """The only page that is read."""

    def do_GET(self):
        text = "".join(f"<p>The river rose by {n} inches in the night, and the old mill stood still.</p>" for n in range(4))
        body = f"<html><head><title>The mill</title></head><body><article>{text}</article></body></html>".encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def fetch(url):
    with OPENER.open(url, timeout=30) as answer:
        return answer.read().decode()


@contextlib.contextmanager
def started(command, env=None):
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as process:
        said = collections.deque(maxlen=200)
        threading.Thread(target=lambda: said.extend(process.stderr), daemon=True).start()
        try:
            yield process, said
        finally:
            process.kill()


@contextlib.contextmanager
def service(program, stripe):
    """A fresh service for load tests that takes payments through the double; its address and its log."""
    with tempfile.TemporaryDirectory() as data:
        env = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        env |= {
            "STRIPE_API_BASE": stripe[0], "STRIPE_API_KEY": stripe[1], "STRIPE_WEBHOOK_SECRET": stripe[2],
            "STRIPE_PRICE_ID_PREMIUM_MONTHLY": "price_premium_monthly", "ADMIN_EMAILS": "boss@example.com",
            "NEURAL_VOICES_ENABLED": "true", "RATE_LIMIT_REQUESTS_PER_HOUR": "1000000", "EMAILS_PER_HOUR": "1000000", "RUST_LOG": "warn",
        }
        command = [program, "serve", "--dev", "--bind", "127.0.0.1:0", "--data", data]
        with started(command, env) as (process, said):
            line = process.stdout.readline()
            if " listens on " not in line:
                raise SystemExit(f"the service does not start: {line}{''.join(said)}")
            yield line.split(" listens on ")[1].strip(), said


def counted(base):
    """What the service counted itself: (method, route, status) and how often."""
    counts = collections.Counter()
    for line in fetch(f"{base}/metrics").splitlines():
        found = re.match(r"tts_reader_http_requests_total\{(.*)\} ([\d.e+]+)$", line)
        if found:
            labels = dict(re.findall(r'(\w+)="([^"]*)"', found[1]))
            counts[labels["method"], labels["route"], labels["status"]] += int(float(found[2]))
    return counts


def run(base, site, signed_in, seconds, seed):
    """schemathesis as anybody would run it."""
    env = os.environ | {
        "API_BASE": base, "API_SITE": site, "API_SIGNED_IN": "yes" if signed_in else "no",
        "PYTHONPATH": str(HERE), "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "PYTHONDONTWRITEBYTECODE": "1",
    }
    with tempfile.TemporaryDirectory() as there:
        told = pathlib.Path(there, "schemathesis.toml")
        told.write_text((HERE / "api.toml").read_text() + ("" if signed_in else "\n[auth]\nauto-signup = false\n"))
        command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(told), "--no-color"]
        command += ["run", f"{base}/openapi.json", "--checks", "all", "--max-time", str(seconds), "--seed", str(seed)]
        return subprocess.run(command, env=env, cwd=there, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def tried(document, base, site, signed_in, seconds, seed, said):
    how = "with a token" if signed_in else "without a token"
    done = run(base, site, signed_in, seconds, seed)
    check(f"schemathesis finds nothing {how}", done.returncode == 0, "\n" + done.stdout)
    counts = counted(base)
    faults = {key: count for key, count in counts.items() if key[2].startswith("5")}
    check(f"no answer {how} is a fault of the service", not faults, f"{faults}\n{''.join(said)}")
    total = sum(counts.values())
    check(f"{total} requests {how}", total > 5 * len(document["paths"]), done.stdout)
    missed = []
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            wanted = signed_in or "security" not in operation
            reached = any(key[:2] == (verb.upper(), path) and key[2].startswith("2") for key in counts)
            if wanted and not reached and operation["operationId"] not in ELSEWHERE:
                missed.append(operation["operationId"])
    check(f"every route that can be opened {how} did its work", not missed, missed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--service", required=True)
    parser.add_argument("--double", required=True)
    parser.add_argument("--seconds", type=int, default=45, help="for each of the two runs")
    parser.add_argument("--seed", type=int, default=8)
    told = parser.parse_args()
    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    site = f"http://127.0.0.1:{pages.server_port}"
    with started([told.double, "--bind", "127.0.0.1:0"]) as (double, _):
        stripe = [double.stdout.readline().strip().split("=", 1)[-1] for _ in range(3)]

        def half(signed_in):
            with service(told.service, stripe) as (base, said):
                document = json.loads(fetch(f"{base}/openapi.json"))
                if signed_in:
                    validate(document)
                    check("openapi-spec-validator has nothing to say about the document", True)
                tried(document, base, site, signed_in, told.seconds, told.seed, said)

        # At the same time: each has a service of its own, and either it or its client waits for the other.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(half, (True, False)))
    raise SystemExit(1 if failed else 0)


main()
