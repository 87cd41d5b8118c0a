#!/usr/bin/env python3
# A live page left open: 20 real minutes at 1,000 users, then two hours in fast motion. Memory of program and tab is flat.
"""Usage: long_page.py [MINUTES [SNAPSHOTS [MILLISECONDS]]]

20 minutes, then 7,200 snapshots of 100 ms (12 minutes), unless told; 0 leaves a part out. BUILT=1 builds nothing. Needs Chromium.

Real: tts-load against its embedded backend, 1,000 users of the class that reads the account (more than that the two cores
of the machine that this was made on do not stand), the page open in a headless Chromium. A look every 10 s. Fast motion:
the page's own server shows a made-up run of 40 names (crates/katydid-web/examples/hours.rs), each second of which takes so
many milliseconds; all that is between the board and the screen is the product's. A look every 2 s.

Between two looks the page shows another tab and then Charts again, where it is looked at: resident memory of the program
(without its backend), and of the tab the JavaScript heap after a collection, DOM nodes, listeners, and the memory of its
process and its CPU time. An update is timed in the page: from a message of the stream until what it changed has been
drawn.

The first quarter of each part is for warming up. After it, with 95 % certainty, none of memory, heap, nodes and listeners
may grow by more than 10 % of its middle, or by 1 MiB where that is more: what charts are drawn from has a bound (420 kB of
numbers), and in 20 minutes a heap of 3 MiB has not reached it; in two hours it has. Nine updates in ten must be drawn within
100 ms, in the last quarter as in all; the page must have had 95 % of the snapshots and have said nothing on the console. Each
look is a line of a file in the target folder. A part of less than 10 minutes, or less than 3,600 snapshots, is shown and not
judged.
"""
import csv, os, re, signal, statistics, subprocess, sys, tempfile, time

from scenarios import PROFILE, ROOT, TARGET, LOAD
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "parts"))
from flat import growth
from tab import Tab, browser

HOURS = os.path.join(os.path.dirname(LOAD), "examples", "hours")
OUT = os.path.join(TARGET, "long_page")
OTHERS = ["stats", "verdict", "failures", "exceptions", "ratios", "timeline", "monitors", "logs", "reports", "runs", "settings"]
MIB = 1 << 20
# Column of a look, what it is, the share of its middle that it may grow by (None is told and not judged).
FIGURES = [("program", "program, resident MiB", 0.1), ("heap", "tab, JavaScript heap MiB", 0.1), ("nodes", "tab, DOM nodes", 0.1),
           ("listeners", "tab, listeners", 0.1), ("tab", "tab, its process, resident MiB", None), ("drawn", "an update until drawn, median ms", None),
           ("script", "an update, its script, median ms", None), ("cpu", "an update, CPU ms of the tab's process", None)]
MOST_MS, WARM, LEAST_SEEN = 100, 0.25, 0.95

# Counts snapshots and times updates; snapshot and history come together and are one update.
WATCH = """
(() => {
  let seen, began = 0, script = 0;
  const anew = () => { seen = { snapshots: 0, drawn: [], script: [] }; };
  const add = EventSource.prototype.addEventListener;
  const drawn = () => { seen.drawn.push(performance.now() - began); seen.script.push(script); began = 0; };
  EventSource.prototype.addEventListener = function (name, hear, ...more) {
    if (name !== 'snapshot' && name !== 'history') return add.call(this, name, hear, ...more);
    return add.call(this, name, (event) => {
      const now = performance.now();
      if (!began) { began = now; script = 0; requestAnimationFrame(() => setTimeout(drawn)); }
      if (name === 'snapshot') seen.snapshots += 1;
      hear(event);
      script += performance.now() - now;
    }, ...more);
  };
  globalThis.takeSeen = () => { const it = seen; anew(); return it; };
  anew();
})();
"""


def spent(pid):
    """CPU ms of a process up to now."""
    with open(f"/proc/{pid}/stat") as stat:
        words = stat.read().rsplit(") ", 1)[1].split()
    return 1000 * (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid):
    """MiB of memory of a process."""
    with open(f"/proc/{pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) / 1024


class Part:
    """Looks at one program and one tab."""

    def __init__(self, name, tab, pid, every):
        self.name, self.tab, self.pid, self.every = name, tab, pid, every
        self.began, self.looks, self.snapshots = time.monotonic(), [], 0
        self.drawn = []  # one list of ms for each look
        self.spent = spent(tab.pid())
        self.tab.run("takeSeen() && null")
        os.makedirs(OUT, exist_ok=True)
        self.file = open(os.path.join(OUT, f"{name}.csv"), "w", newline="")
        self.rows = csv.writer(self.file)
        self.rows.writerow(["seconds", "snapshots", *[column for column, *_ in FIGURES]])
        print(f"\n{name}\n  time  snapshots  program MiB  heap MiB   nodes  listeners  tab MiB  update ms: script  drawn    CPU", flush=True)

    def show(self, tab):
        self.tab.run(f"document.getElementById('tab-{tab}').click()")

    def look(self, told_every):
        """Another tab, Charts again, a look."""
        number = len(self.looks)
        due = self.began + (number + 1) * self.every
        self.show(OTHERS[number % len(OTHERS)])
        time.sleep(max(0, due - self.every / 2 - time.monotonic()))
        self.show("charts")
        time.sleep(max(0, due - time.monotonic()))
        seen, of_tab = self.tab.run("takeSeen()"), self.tab.pid()
        cpu = (spent(of_tab) - self.spent) / max(1, seen["snapshots"])
        self.tab.collect()
        metrics = self.tab.metrics()
        middle = lambda values: statistics.median(values) if values else 0.0
        self.snapshots += seen["snapshots"]
        self.drawn.append(seen["drawn"])
        look = {"seconds": time.monotonic() - self.began, "snapshots": self.snapshots, "program": resident(self.pid),
                "heap": metrics["JSHeapUsedSize"] / MIB, "nodes": metrics["Nodes"], "listeners": metrics["JSEventListeners"],
                "tab": resident(of_tab), "drawn": middle(seen["drawn"]), "script": middle(seen["script"]), "cpu": cpu}
        self.spent = spent(of_tab)
        self.looks.append(look)
        self.rows.writerow([round(value, 3) for value in look.values()])
        self.file.flush()
        if number % told_every == 0:
            print("{seconds:6.0f} {snapshots:10d} {program:12.1f} {heap:9.2f} {nodes:7.0f} {listeners:10.0f} {tab:8.1f} {script:18.1f} {drawn:6.1f} {cpu:6.1f}"
                  .format(**look), flush=True)

    def judge(self, expected, long_enough):
        """Prints what came of it; whether it is as it should be, None for what is too short to tell."""
        self.file.close()
        faults = []
        warm = self.looks[int(len(self.looks) * WARM):]
        times = [look["seconds"] for look in warm]
        for column, what, allowed in FIGURES:
            values = [look[column] for look in warm]
            grown = growth(times, values)
            if grown is None:
                print(f"  {what}: {values[-1]:.1f} at the end; too few looks for a slope")
                continue
            middle = statistics.median(values)
            least, likely, most = (100 * it / middle if middle else 0.0 for it in grown)
            limit = 100 * allowed if allowed else None
            if limit and what.endswith("MiB") and middle:
                limit = max(limit, 100 / middle)
            told = f", limit {limit:.0f} %" if limit else ""
            print(f"  {what}: middle {middle:.1f}, from first to last {likely:+.1f} % (95 % limits {least:+.1f} to {most:+.1f} %{told})")
            if limit and most > limit:
                faults.append(f"{what} grows")
        for what, looks in [("all", self.drawn), ("the last quarter", self.drawn[-max(1, len(self.drawn) // 4):])]:
            times = sorted(ms for look in looks for ms in look)
            if not times:
                faults.append("nothing was drawn")
                break
            at = lambda share: times[min(len(times) - 1, int(share * len(times)))]
            print(f"  updates, {what}: {len(times)}, drawn within {at(0.5):.0f} ms (half), {at(0.9):.0f} ms (nine in ten), {times[-1]:.0f} ms (all)")
            if at(0.9) > MOST_MS:
                faults.append(f"updates ({what}) take more than {MOST_MS} ms")
        print(f"  {self.snapshots} of {expected} snapshots reached the page")
        if self.snapshots < LEAST_SEEN * expected:
            faults.append("snapshots are missing")
        if self.tab.faults:
            faults.append(f"the console says {self.tab.faults[:3]}")
        if not long_enough:
            print(f"{self.name}: too short to be judged" + "".join(f"; {fault}" for fault in faults))
            return None
        print(f"{self.name}: {'FAIL: ' + '; '.join(faults) if faults else 'PASS'}", flush=True)
        return not faults


def until(what, so, seconds):
    end = time.monotonic() + seconds
    while not (found := so()):
        if time.monotonic() > end:
            sys.exit(f"FAIL: {what}: not within {seconds} s")
        time.sleep(0.1)
    return found


def real(minutes):
    """A run of the suite."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LOCUST_", "KATYDID_"))}
    seconds = round(minutes * 60)
    words = ["ReadOnlyUser", "--embedded", "--autostart", "-u", "1000", "-r", "20", "-t", f"{seconds}s", "-P", "0", "--seed", "1"]
    with tempfile.TemporaryDirectory() as folder, open(os.path.join(folder, "out"), "w+") as out:
        program = subprocess.Popen([LOAD, *words], cwd=folder, env=dict(clean, HOME=folder, NO_COLOR="1"), stdin=subprocess.DEVNULL,
                                   stdout=out, stderr=subprocess.STDOUT)
        tab = None

        def said():
            with open(out.name) as text:
                return text.read()

        try:
            def page():
                if program.poll() is not None:
                    sys.exit(f"FAIL: tts-load ended with {program.returncode}:\n{said()}")
                return re.search(r"web interface at (http://\S+/)", said())
            tab = Tab(WATCH)
            tab.go(until("the page opens", page, 120)[1])
            until("the run begins", lambda: tab.run("document.body && document.body.dataset.stage") == "on", 180)
            part = Part("real", tab, program.pid, 10)
            while time.monotonic() - part.began < seconds - 5:
                part.look(6)
            good = part.judge(seconds, minutes >= 10)
            until("the run ends", lambda: tab.run("document.body.dataset.stage") == "over", 120)
            program.send_signal(signal.SIGINT)
            code = program.wait(60)
            print("  " + "\n  ".join(line for line in said().splitlines() if line.startswith(("VERDICT", "RUN:"))) + f"\n  exit code {code}")
            return good
        finally:
            if tab:
                tab.close()
            if program.poll() is None:
                program.kill()
                program.wait()


def fast(snapshots, pace):
    """A made-up run in fast motion."""
    program = subprocess.Popen([HOURS, str(snapshots), str(pace)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    tab = None
    try:
        tab = Tab(WATCH)
        tab.go(program.stdout.readline().strip())
        until("the page listens", lambda: tab.run("document.body && document.body.dataset.stage") == "ready", 30)
        program.stdin.write("\n")
        program.stdin.flush()
        until("the run begins", lambda: tab.run("document.body.dataset.stage") == "on", 30)
        part = Part("fast motion", tab, program.pid, 2)
        while time.monotonic() - part.began < snapshots * pace / 1000 - 2:
            part.look(15)
        until("the run ends", lambda: tab.run("document.body.dataset.stage") == "over", 120)
        part.look(1)
        return part.judge(snapshots, snapshots >= 3600)
    finally:
        if tab:
            tab.close()
        program.stdin.close()
        try:
            program.wait(5)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


def main():
    given = [float(word) for word in sys.argv[1:4]]
    minutes, snapshots, pace = given + [20, 7200, 100][len(given):]
    if not browser():
        sys.exit("NOT CHECKED: chromium is not installed")
    if not os.environ.get("BUILT"):
        for words in [["-p", "tts-reader-load-test", "--bin", "tts-load"], ["-p", "katydid-web", "--example", "hours"]]:
            subprocess.run(["cargo", "build", "--quiet", "--profile", PROFILE, *words], cwd=ROOT, check=True)
    results = [real(minutes)] if minutes else []
    results += [fast(int(snapshots), int(pace))] if snapshots else []
    print(f"\nevery look: {OUT}\n{'FAIL' if False in results else 'NOT JUDGED' if None in results else 'PASS'}")
    return 1 if False in results else 0


if __name__ == "__main__":
    sys.exit(main())
