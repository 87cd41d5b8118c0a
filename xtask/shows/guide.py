#!/usr/bin/env python3
# Every `locust` command of the team's guide, run as it stands but for the word and a shorter run time.
"""Usage: guide.py [GUIDE.md] [SECONDS]

Takes each command line of the guide's code blocks, writes `tts-load` for `locust`, appends
`--run-time SECONDS` and runs it in a folder with a `locust.conf` made by `tts-load init`, against a
`tts-reader` on the guide's port 5000 with accounts made by `tts-load accounts create`. A line that is not
headless is started as it stands: its page is opened on port 8089, a run is started and read there, and
Ctrl-C ends it. Prints OK or PENDING per line; PENDING is only for lines that need several machines.
"""
import json, os, re, shlex, signal, subprocess, sys, tempfile, time, urllib.parse, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GUIDE = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "..", "shared", "guide.md")
SECONDS = sys.argv[2] if len(sys.argv) > 2 else "4"
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
PROFILE = os.environ.get("PROFILE", "fast")
LOAD, BACKEND = (os.path.join(TARGET, {"dev": "debug"}.get(PROFILE, PROFILE), name) for name in ("tts-load", "tts-reader"))
HOST = "http://localhost:5000"
PAGE = "http://127.0.0.1:8089"


def commands(text):
    """The guide's lines in order, continuation lines joined, doubles left out."""
    found = []
    for block in re.findall(r"```(?:bash|yaml)\n(.*?)```", text, re.S):
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            line = line.strip()
            if re.match(r"locust(\s|$)", line) and line not in found:
                found.append(line)
    return found


def start_backend(folder):
    log = open(os.path.join(folder, "backend.log"), "w")
    backend = subprocess.Popen([BACKEND, "serve", "--dev", "--data", os.path.join(folder, "data"), "--database",
                                f"sqlite://{folder}/reader.db"], stdout=log, stderr=log, cwd=folder)
    for _ in range(100):
        try:
            return urllib.request.urlopen(HOST + "/api/health", timeout=1) and backend
        except OSError:
            time.sleep(0.1)
    backend.kill()
    sys.exit("the backend does not answer; see " + log.name)


def run(words, folder):
    return subprocess.run([LOAD, *words], cwd=folder, capture_output=True, text=True, timeout=120)


def ask(path, form=None):
    """What the page answers."""
    body = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(PAGE + path, body, timeout=5) as answer:
        return answer.read().decode()


def until(what, seconds):
    """Waits for something to be true; an error of the page counts as not yet."""
    for _ in range(seconds * 10):
        try:
            if what():
                return True
        except OSError:
            pass
        time.sleep(0.1)
    return False


def swarm(words, folder):
    """The program with its page: five users are started there and watched to their end, then Ctrl-C."""
    page = subprocess.Popen([LOAD, *words], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    faults = []
    if not until(lambda: "<html" in ask("/"), 10):
        faults.append("no page on port 8089")
    else:
        told = json.loads(ask("/swarm", {"user_count": 5, "spawn_rate": 5, "run_time": SECONDS + "s", "host": HOST}))
        if not told.get("success"):
            faults.append(f"/swarm: {told}")
        elif not until(lambda: json.loads(ask("/stats/requests"))["state"] == "stopped", int(SECONDS) + 20):
            faults.append("the run did not end")
        elif json.loads(ask("/stats/requests"))["stats"][-1]["num_requests"] == 0:
            faults.append("the page shows no request")
    page.send_signal(signal.SIGINT)
    out, err = page.communicate(timeout=60)
    code = page.returncode if not faults else 70
    return subprocess.CompletedProcess(words, code, out, err + "\n".join(faults))


def judge(words, done):
    """What the run shows: OK only if it sent requests and came to a verdict."""
    if words == ["--help"]:
        return "OK" if done.returncode == 0 and "--headless" in done.stdout else "FAILED"
    totals = re.findall(r"^\s+Aggregated +(\d+) +\d+\(", done.stderr, re.M)
    total = int(totals[-1]) if totals else 0
    verdict = re.search(r"^VERDICT: (\w+)", done.stderr, re.M)
    if total > 0 and verdict and done.returncode in (0, 1, 99):
        return f"OK ({total} requests, {verdict[1]}, exit {done.returncode})"
    return "FAILED exit %d: %s" % (done.returncode, done.stderr.strip().splitlines()[-1:] or "")


def main():
    if not os.environ.get("BUILT"):
        subprocess.run(["cargo", "build", "--quiet", "--profile", PROFILE, "-p", "tts-reader-load-test", "-p", "tts-reader"], cwd=ROOT, check=True)
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        backend = start_backend(folder)
        try:
            for words in (["init"], ["accounts", "create", "--target", HOST, "--count", "500", "--tier", "PRO", "--credits", "1000000", "--out", "accounts.csv"]):
                done = run(words, folder)
                print(f"tts-load {' '.join(words)}\n    {'OK' if done.returncode == 0 else 'FAILED ' + done.stderr[-300:]}")
                bad += done.returncode != 0
            with open(os.path.join(folder, "locust.conf"), "a") as conf:
                conf.write("\naccounts = accounts.csv\n")
            for line in commands(open(GUIDE).read()):
                bad += one(line, folder)
            done = run(["accounts", "remove", "--target", HOST, "--file", "accounts.csv", "--yes"], folder)
            print(f"tts-load accounts remove …\n    {'OK' if done.returncode == 0 else 'FAILED ' + done.stderr[-300:]}")
            bad += done.returncode != 0
        finally:
            backend.terminate()
            backend.wait()
    sys.exit(1 if bad else 0)


def one(line, folder):
    asked = line.replace("${{ secrets.API_HOST }}", HOST).replace("<master-ip>", "127.0.0.1")
    words = shlex.split(asked)[1:]
    print("tts-load " + shlex.join(words), flush=True)
    if words == ["--help"]:
        result = judge(words, run(words, folder))
    elif "--master" in words or "--worker" in words:
        done = run(words, folder)
        result = "PENDING (several machines)" if done.returncode == 2 else f"FAILED exit {done.returncode}"
    elif "--headless" not in words:
        result = judge(words, swarm(words, folder))
    else:
        result = judge(words, run([*words, "--run-time", SECONDS + "s"], folder))
    print("    " + result, flush=True)
    return "FAILED" in result


if __name__ == "__main__":
    main()
