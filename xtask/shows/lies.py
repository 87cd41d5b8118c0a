#!/usr/bin/env python3
# The suite of lies: each mistake of the old load test, Katydid and Locust side by side.
"""Usage: cargo xtask show lies   (or: lies.py LIES_BINARY PYTHON_WITH_LOCUST [NAME…])

Both programs run with the same mistake, the same users, rate and time against the same toy service
(`lies serve`). Katydid's sentence and exit code must be those of the catalogue (`lies catalogue`);
Locust's are shown as they are. At the end both run without a mistake. Exit code 0: Katydid said all
that it must, and nothing where there was nothing to say.
"""
import json, os, re, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOCUSTFILE = os.path.join(ROOT, "suites/lies/locustfile.py")
CONTROL = "--headless -u 30 -r 100 -t 4s"
failed = []


def run(command, folder, lie, limit=60):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LOCUST_", "KATYDID_")) and k != "LIE"}
    env = clean | {"HOME": folder, "NO_COLOR": "1"} | ({"LIE": lie} if lie else {})
    done = subprocess.run(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, text=True, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=limit)
    return done.returncode, done.stdout


def with_host(words, case, host, folder):
    if case["host"] == "typed" or (case["host"] == "own" and "-H" not in words):
        return words + ["-H", host]
    if case["host"] == "file":
        with open(os.path.join(folder, "locust.conf"), "w") as conf:
            conf.write("host = " + host.replace("127.0.0.1", "0.0.0.0") + "\n")
    return words


def warnings(text):
    """The names of Katydid's warnings before the verdict."""
    block = text.split("\nWarnings\n")[1].split("\n\n")[0] if "\nWarnings\n" in text else ""
    return sorted(set(re.findall(r"^  ([a-z0-9-]+): ", block, re.M)))


def katydid(case, binary, host):
    """What is wrong with what it said, and its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        words = with_host(case["words"].split(), case, host, folder)
        code, text = run([binary, *words], folder, case["name"] if case["planted"] else None)
        flat = " ".join(text.split())
        wrong = []
        if code != case["exit"]:
            wrong.append(f"exit code {code} instead of {case['exit']}")
        if case["says"] not in flat:
            wrong.append("the sentence is missing")
        expected = [case["warning"]] if case["warning"] else []
        if warnings(text) != expected:
            wrong.append(f"warned of {warnings(text)} instead of {expected}")
        if wrong:
            failed.append(case["name"])
            print(f"FAILED {case['name']}: {'; '.join(wrong)}\n{text}", flush=True)
        return code


def summary(text):
    """What Locust says of a run, in few words."""
    found = re.findall(r"^\s+Aggregated\s+(\d+)\s+(\d+)\(", text, re.M)
    parts = [f"{found[-1][0]} requests, {found[-1][1]} failed" if found else "no table"]
    said = re.findall(r"/(WARNING|ERROR)/[^:]*: (.*)", text) or re.findall(r"(Unknown User.*|error: .*)", text)
    said = [line if isinstance(line, str) else line[1] for line in said]
    said = [line for line in said if line.strip()]
    if said:
        parts.append(f"{said[0].strip()[:70]}" + (f" ({len(said)} lines)" if len(said) > 1 else ""))
    raised = re.findall(r"^(?:[a-z_]+\.)*([A-Za-z]*(?:Error|Exception)): (.*)", text, re.M) + re.findall(r"^(Exception): (.*)", text, re.M)
    if raised and not said:
        parts.append(": ".join(raised[0])[:60])
    return "; ".join(parts)


def locust(words, case, python, host, lie):
    with tempfile.TemporaryDirectory() as folder:
        case = case | ({"host": "typed"} if case["host"] == "own" else {})
        words = with_host(words.split(), case, host, folder)
        try:
            code, text = run([python, "-m", "locust", "-f", LOCUSTFILE, *words], folder, lie, limit=30)
        except subprocess.TimeoutExpired:
            return "does not end", "-"
        files = sorted(name for name in os.listdir(folder) if name.endswith(".csv"))
        return summary(text) + (": " + ", ".join(files) if files else ""), code


def main():
    binary, python, only = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
    cases = json.loads(subprocess.run([binary, "catalogue"], check=True, capture_output=True, text=True).stdout)
    service = subprocess.Popen([binary, "serve"], stdout=subprocess.PIPE, text=True)
    begun, rows = time.monotonic(), []
    try:
        host = service.stdout.readline().strip()
        for case in cases:
            if only and case["name"] not in only:
                continue
            ours = katydid(case, binary, host)
            theirs, code = f"({case['why']})", "-"
            if case["locust"]:
                theirs, code = locust(case["locust"], case, python, host, case["name"] if case["planted"] else None)
            rows.append([case["number"] or "–", case["mistake"], case["says"], ours, theirs, code])
            print(f"{case['name']}: Katydid {ours}, Locust {code}", flush=True)
        control = {"name": "control", "host": "typed", "says": "VERDICT: PASS", "warning": None, "exit": 0,
                   "words": f"{CONTROL} --silence=same-machine=toy", "planted": False}
        ours = katydid(control, binary, host)
        theirs, code = locust(CONTROL, control, python, host, None)
        rows.append(["", "none: the suite as it should be", "VERDICT: PASS, no warning", ours, theirs, code])
    finally:
        service.terminate()
    table([["no.", "mistake", "Katydid says", "exit", "Locust says", "exit"], *rows])
    print(f"{len(rows)} runs of each in {time.monotonic() - begun:.0f} s; "
          + (f"NOT AS EXPECTED: {', '.join(failed)}" if failed else "Katydid said what it must, and nothing without a mistake"))
    return 1 if failed else 0


def table(rows):
    most = [4, 52, 60, 4, 96, 4]
    cut = lambda text, width: text if len(text) <= width else text[:width - 1] + "…"
    rows = [[cut(str(cell), width) for cell, width in zip(row, most)] for row in rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        print(" | ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


sys.exit(main())
