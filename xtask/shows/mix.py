#!/usr/bin/env python3
# The mix of each persona against the guide: chi-square over 40 s runs on the embedded backend.
"""Usage: mix.py [USERS] [SPAWN_RATE] [SECONDS]: runs `tts-load CLASS --embedded` four times."""
import math, os, re, subprocess, sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
USERS, RATE, SECONDS = (sys.argv[1:] + ["60", "30", "40"][len(sys.argv) - 1:])
# A flow's row of the mix table: class, flow, executions, documented %, measured %, difference.
ROW = re.compile(r"^(\w+)\s+(\w+)\s+(\d+)\s+([\d.]+)%\s+([\d.]+)%")


def survival(x, k):
    """P(chi-square with k degrees of freedom > x), by the series of the incomplete gamma function."""
    a, x = k / 2, x / 2
    if x == 0:
        return 1.0
    term = total = 1 / a
    for n in range(1, 1000):
        term *= x / (a + n)
        total += term
    return 1 - total * math.exp(-x + a * math.log(x) - math.lgamma(a))


subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
for persona in ["TTSReaderUser", "BurstTrafficUser", "HeavyTTSUser", "ReadOnlyUser"]:
    done = subprocess.run([os.path.join(ROOT, "target/release/tts-load"), persona, "--headless", "-u", USERS, "-r", RATE, "-t", f"{SECONDS}s",
                           "--embedded", "--only-summary", "--seed", "1"], cwd=ROOT, capture_output=True, text=True)
    rows = [m.groups() for m in map(ROW.match, done.stderr.splitlines()) if m and m.group(1) == persona]
    counts = [int(row[2]) for row in rows]
    total = sum(counts)
    chi = sum((n - total * float(row[3]) / 100) ** 2 / (total * float(row[3]) / 100) for n, row in zip(counts, rows))
    aggregated = next((line.split() for line in done.stderr.splitlines() if line.strip().startswith("Aggregated")), [])
    verdict = done.stderr.strip().splitlines()[-1]
    print(f"{persona}: exit {done.returncode}, {verdict}, {aggregated[1]} requests, failed {aggregated[2]}, {total} executions, chi-square {chi:.2f}, p = {survival(chi, len(rows) - 1):.3f}")
    print("   ", ", ".join(f"{row[1]} {row[4]}% ({row[3]}%)" for row in rows))
