"""One tab of a headless Chromium, asked through its own protocol over two pipes: nothing of a test tool lives in the tab."""
import fcntl, json, os, shutil, subprocess, tempfile, threading

BROWSERS = ["chromium", "chromium-browser", "google-chrome"]
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-extensions", "--window-size=1280,900",
         # A tab that nobody looks at must not be slowed down, for somebody does.
         "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows"]


def browser():
    """The program of a browser, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def high(end):
    """The same end of a pipe above the numbers that the browser listens at."""
    other = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(end)
    return other


class Tab:
    """`script` runs before every page. `faults` is what reached the console as an error, or was thrown."""

    def __init__(self, script):
        self.profile = tempfile.mkdtemp(prefix="katydid-tab-")
        to_read, self.to = map(high, os.pipe())
        self.of, of_write = map(high, os.pipe())
        words = [browser(), *FLAGS, f"--user-data-dir={self.profile}", "--remote-debugging-pipe", "about:blank"]
        # The browser reads at 3 and writes at 4.
        redirected = f'exec "$0" "$@" 3<&{to_read} 4>&{of_write}'
        self.process = subprocess.Popen(["bash", "-c", redirected, *words], pass_fds=(to_read, of_write), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(of_write)
        self.faults, self.answers, self.last, self.session = [], {}, 0, None
        self.came = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Performance", "HeapProfiler"]:
            self.ask(f"{domain}.enable")
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=script)

    def _listen(self):
        text = b""
        while piece := os.read(self.of, 1 << 20):
            text += piece
            *whole, text = text.split(b"\0")
            for message in map(json.loads, whole):
                self._hear(message)
        with self.came:
            self.answers = None
            self.came.notify_all()

    def _hear(self, message):
        said = message.get("params", {})
        if "id" in message:
            with self.came:
                self.answers[message["id"]] = message
                self.came.notify_all()
        elif message.get("method") == "Runtime.exceptionThrown":
            self.faults.append(json.dumps(said["exceptionDetails"])[:400])
        elif message.get("method") == "Log.entryAdded" and said["entry"]["level"] == "error":
            self.faults.append(said["entry"]["text"] + " " + said["entry"].get("url", ""))
        elif message.get("method") == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
            self.faults.append(json.dumps(said["args"])[:400])

    def ask(self, method, whole=False, **params):
        """A command of the protocol, to the tab, or to the `whole` browser."""
        with self.came:
            self.last += 1
            number = self.last
        message = {"id": number, "method": method, "params": params}
        if self.session and not whole:
            message["sessionId"] = self.session
        text = json.dumps(message).encode() + b"\0"
        while text:
            text = text[os.write(self.to, text):]
        with self.came:
            there = self.came.wait_for(lambda: self.answers is None or number in self.answers, 60)
            if not there or self.answers is None:
                raise SystemExit(f"FAIL: the browser does not answer to {method}")
            answer = self.answers.pop(number)
        if "error" in answer:
            raise SystemExit(f"FAIL: {method}: {answer['error']['message']}")
        return answer["result"]

    def go(self, address):
        self.ask("Page.navigate", url=address)

    def run(self, expression):
        """What an expression comes to in the page."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"FAIL: {expression}: {json.dumps(answer['exceptionDetails'])[:400]}")
        return answer["result"].get("value")

    def metrics(self):
        return {one["name"]: one["value"] for one in self.ask("Performance.getMetrics")["metrics"]}

    def collect(self):
        """Frees what nothing holds any more."""
        self.ask("HeapProfiler.collectGarbage")

    def pid(self):
        """The process of the tab: of those that draw, the one that has worked most."""
        all_ = self.ask("SystemInfo.getProcessInfo", whole=True)["processInfo"]
        return max((one for one in all_ if one["type"] == "renderer"), key=lambda one: one["cpuTime"])["id"]

    def close(self):
        try:
            os.write(self.to, json.dumps({"id": 0, "method": "Browser.close"}).encode() + b"\0")
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
