"""Locust 2.47 and Katydid side by side: the same load test, the same options, the same target.

    python compare.py --katydid PEER_EXAMPLE --target TEST_TARGET --differences LOCUST_DIFFERENCES.md

Every check prints `ok …` or `FAILED …`. A difference is a line of text; those that are meant stand
word for word in the ```diff blocks of LOCUST_DIFFERENCES.md. Any other difference fails, and so does
a line there that is no longer true.
"""
import argparse, collections, concurrent.futures, csv, io, json, os, re, signal, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
FILES = ["stats", "stats_history", "failures", "exceptions"]
failed = []
differences = []


def check(name, good, detail=""):
    print(f"{'ok' if good else 'FAILED'} {name}" + (f": {detail}" if detail and not good else ""), flush=True)
    if not good:
        failed.append(name)


def differ(line):
    differences.append(line)


class Side:
    """One of the two programs in a folder of its own."""

    def __init__(self, name, command, folder, host):
        self.name, self.command, self.folder, self.host = name, command, folder, host
        os.makedirs(folder)

    def run(self, *words, host=True, interrupt=None, env=None):
        words = [*self.command, *words] + (["-H", self.host] if host else [])
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LOCUST_", "KATYDID_"))}
        process = subprocess.Popen(words, cwd=self.folder, stdin=subprocess.DEVNULL, text=True, errors="replace",
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=clean | (env or {}))
        if interrupt:
            time.sleep(interrupt[0])
            process.send_signal(interrupt[1])
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def read(self, name):
        with open(os.path.join(self.folder, name), newline="", encoding="utf-8") as file:
            return file.read()


def both(sides, *words, **how):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = {side.name: pool.submit(side.run, *words, **how) for side in sides}
        return {name: run.result() for name, run in running.items()}


# ---------------------------------------------------------------------------------------- files

def kind(cell):
    """What a reader takes a cell for."""
    if cell == "":
        return "empty"
    if cell == "N/A":
        return "N/A"
    if re.fullmatch(r"-?\d+", cell):
        return "integer"
    if re.fullmatch(r"-?\d+\.\d{6}", cell):
        return "6 decimals"
    if re.fullmatch(r"-?\d+\.\d+(e[+-]?\d+)?", cell):
        return "number"
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", cell):
        return "UTC time"
    return "text"


def shape(text):
    """Per column the kinds of its cells."""
    rows = list(csv.reader(io.StringIO(text)))
    columns = collections.OrderedDict((name, set()) for name in rows[0])
    for row in rows[1:]:
        for name, cell in zip(rows[0], row):
            columns[name].add(kind(cell))
    for name, kinds in columns.items():
        # Both write a whole or a broken number as it comes out: 0, 18.0, 121.83577500036336.
        if re.search("Median|Average|Min|Max", name) or "number" in kinds:
            columns[name] = {"number" if kind in ("integer", "6 decimals") else kind for kind in kinds}
    return columns


def compare_files(sides, prefix, note=""):
    for file in FILES:
        name = f"{prefix}_{file}.csv"
        texts = {side.name: side.read(name) for side in sides}
        theirs, ours = texts["locust"], texts["katydid"]
        check(f"{file}{note}: header byte for byte", theirs.split("\r\n")[0] == ours.split("\r\n")[0],
              f"{theirs.splitlines()[:1]} {ours.splitlines()[:1]}")
        check(f"{file}{note}: every line ends in CR LF",
              all(text.endswith("\r\n") and "\n" not in re.sub("\r\n", "", text) for text in texts.values()))
        shapes = {side: shape(text) for side, text in texts.items()}
        for column, kinds in shapes["locust"].items():
            have = shapes["katydid"].get(column, set())
            if kinds != have:
                differ(f"{file}{note}, column {column}: Locust {' or '.join(sorted(kinds))}, Katydid {' or '.join(sorted(have))}")
        if file != "exceptions":
            names = {side: [(row.get("Type") or row.get("Method") or "", row["Name"]) for row in csv.DictReader(io.StringIO(text))]
                     for side, text in texts.items()}
            if file == "stats_history":
                # Names appear when they are first drawn; within a second they have one order.
                check(f"{file}{note}: by name within every second", all(in_order(text) for text in texts.values()))
                names = {side: sorted(set(rows)) for side, rows in names.items()}
            if file == "failures":
                # Locust's order here is that of a hash.
                names = {side: sorted(rows) for side, rows in names.items()}
            check(f"{file}{note}: the same rows in the same order", names["locust"] == names["katydid"], str(names))


def in_order(history):
    """Each second: by name, then method, the whole last."""
    key = lambda row: (row["Timestamp"], row["Name"] == "Aggregated", row["Name"], row["Type"])
    rows = [key(row) for row in csv.DictReader(io.StringIO(history))]
    return rows == sorted(rows)


# -------------------------------------------------------------------------------------- console

def redacted(text):
    """Numbers become `#` in a field of the same width, so that columns stay comparable."""
    field = lambda m: "#".rjust(len(m.group()))
    text = re.sub(r" *\d+\(\d+\.\d+%\)", field, text)
    return re.sub(r"(?<![\w/.%]) *\d+(\.\d+)?(?![\w/.%])", field, text)


def log_lines(text):
    found = re.findall(r"^\[[^\]]+\] [^/]+/(\w+)/\S+: (.*)$", text, re.M)
    # Katydid's named warnings (docs/RULES.md) are one difference, whichever of them a run gives.
    found = [(level, re.sub(r"^[a-z]+(-[a-z]+)+: .*", "(a named warning)", line) if level == "WARNING" else line) for level, line in found]
    return [f"{level} {re.sub(r'[0-9]+([.][0-9]+)*', '#', line)}" for level, line in found]


def blocks(text):
    """The tables of a console, by the first word of their header line."""
    tables, current = collections.OrderedDict(), None
    previous = ""
    for line in text.splitlines():
        line = re.sub(r"\x1b\[[0-9;]*m", "", line)
        title = None
        if line.startswith("Type  ") and "# reqs      # fails" in line:
            title = "requests"
        elif line.startswith("Response time percentiles"):
            title = "percentiles"
        elif line.startswith("Error report"):
            title = "errors"
        if title:
            current = tables[title] = []
        if current is not None:
            if line == "" and previous != "":
                current = None
            else:
                current.append(redacted(line).rstrip())
        previous = line
    return tables


def compare_console(sides, results):
    logs = {side: list(dict.fromkeys(log_lines(err))) for side, (_, _, err) in results.items()}
    for line in logs["locust"]:
        if line not in logs["katydid"]:
            differ(f"- log: {line}")
    for line in logs["katydid"]:
        if line not in logs["locust"]:
            differ(f"+ log: {line}")
    tables = {side: blocks(err) for side, (_, _, err) in results.items()}
    for title in ["requests", "percentiles", "errors"]:
        check(f"console: both have the table of {title}", all(title in tables[side.name] for side in sides))
        theirs, ours = (tables[name].get(title, []) for name in ("locust", "katydid"))
        # What Katydid adds at the right of a line is one difference, not one per line.
        for number, line in enumerate(ours):
            longest = max((their for their in theirs if their and line.startswith(their)), key=len, default=line)
            if len(line) > len(longest) > 100:
                ours[number] = longest
                differ(f"+ {title}, at the right: {line[len(longest):].rstrip()}")
        for line in theirs:
            if line not in ours:
                differ(f"- {title}: {line}")
        for line in ours:
            if line not in theirs:
                differ(f"+ {title}: {line}")


# ---------------------------------------------------------------------------------- exit codes

def compare_codes(sides):
    short = ["--headless", "-u", "2", "-r", "10", "-t", "2s", "--only-summary"]
    cases = {
        "all requests succeed": (["Alpha", *short], {}),
        "requests fail": (["Beta", *short], {}),
        "requests fail, --exit-code-on-error 7": (["Beta", *short, "--exit-code-on-error", "7"], {}),
        "--users abc": (["--headless", "--users", "abc"], {}),
        "--spawn-rate 0": (["--headless", "-u", "1", "--spawn-rate", "0", "-t", "1s"], {}),
        "--run-time 1.5h": (["--headless", "--run-time", "1.5h"], {}),
        "--no-such-option": (["--headless", "--no-such-option"], {}),
        "--csv-full-history without --csv": (["--headless", "--csv-full-history"], {}),
        "--config FILE that is missing": (["--config", "missing.conf", "--headless"], {}),
        "unknown user class": (["Gamma", *short], {}),
        "--list": (["--list"], {"host": False}),
        "--version": (["--version"], {"host": False}),
        "--help": (["--help"], {"host": False}),
        "SIGINT, all requests succeed": (["Alpha", "--headless", "-u", "2", "-r", "10", "-t", "20s", "--only-summary"], {"interrupt": (4, signal.SIGINT)}),
        "SIGTERM, all requests succeed": (["Alpha", "--headless", "-u", "2", "-r", "10", "-t", "20s", "--only-summary"], {"interrupt": (4, signal.SIGTERM)}),
        "no host": (["Alpha", *short], {"host": False}),
    }
    for name, (words, how) in cases.items():
        codes = {side: result[0] for side, result in both(sides, *words, **how).items()}
        same = codes["locust"] == codes["katydid"]
        print(f"ok exit code, {name}: Locust {codes['locust']}, Katydid {codes['katydid']}", flush=True)
        if not same:
            differ(f"exit code, {name}: Locust {codes['locust']}, Katydid {codes['katydid']}")


# --------------------------------------------------------------------------------- other output

def compare_output(sides):
    for words in (["--list"], ["--show-task-ratio"]):
        texts = {side: out for side, (_, out, _) in both(sides, *words, host=False).items()}
        check(f"{' '.join(words)}: the same text", texts["locust"] == texts["katydid"], json.dumps(texts))
    ratios = {side: json.loads(out) for side, (_, out, _) in both(sides, "--show-task-ratio-json", host=False).items()}
    check("--show-task-ratio-json: the same values", ratios["locust"] == ratios["katydid"], json.dumps(ratios))
    words = ["--headless", "-u", "4", "-r", "10", "-t", "3s", "--only-summary", "--json"]
    outs = {side: json.loads(out) for side, (_, out, _) in both(sides, *words).items()}
    check("--json: the same entries", *same_json(outs))
    words[-1:] = ["--json-file", "deep/folder/result"]
    both(sides, *words)
    outs = {side.name: json.loads(side.read("deep/folder/result.json")) for side in sides}
    check("--json-file: the same entries", *same_json(outs))


def same_json(outs):
    def sketch(entries):
        kinds = lambda value: "number" if isinstance(value, (int, float)) else type(value).__name__
        return sorted(json.dumps([e["method"], e["name"], [(k, kinds(v)) for k, v in e.items()]]) for e in entries)
    theirs, ours = sketch(outs["locust"]), sketch(outs["katydid"])
    return theirs == ours, f"{theirs[:1]} {ours[:1]}"


# -------------------------------------------------------------------------------------- readers

def compare_readers(sides, prefix):
    """Programs that were made for Locust's files read ours as they read Locust's."""
    import pandas

    def frame(side, file):
        return pandas.read_csv(os.path.join(side.folder, f"{prefix}_{file}.csv"))
    theirs, ours = sides
    for file in FILES:
        left, right = frame(theirs, file), frame(ours, file)
        kinds = lambda f: {c: "number" if pandas.api.types.is_numeric_dtype(f[c]) else "text" for c in f.columns if f[c].notna().any()}
        a, b = kinds(left), kinds(right)
        common = a.keys() & b.keys()
        check(f"pandas reads {file} with the same columns and types",
              list(left.columns) == list(right.columns) and all(a[c] == b[c] for c in common), f"{a} {b}")
    pages = {}
    for side in sides:
        script = "import sys, locust_csv2openmetrics as lom; lom.collect_locust_stats(sys.argv[1]); lom.write_openmetrics_to_textfile(sys.argv[2], lom.REGISTRY)"
        path = os.path.join(side.folder, "metrics.txt")
        done = subprocess.run([sys.executable, "-c", script, os.path.join(side.folder, f"{prefix}_stats.csv"), path], capture_output=True, text=True)
        check(f"locust_csv2openmetrics reads {side.name}'s file", done.returncode == 0, done.stderr[-300:])
        pages[side.name] = re.sub(r" [-+0-9.e]+$", " #", open(path).read(), flags=re.M) if done.returncode == 0 else ""
    check("locust_csv2openmetrics makes the same metrics of both", pages["locust"] == pages["katydid"] != "", json.dumps(pages)[:600])


LOCUPLOT = """
import json, sys
from locuplot.locust.stats import Stats
prefix = sys.argv[1]
stats = Stats(history_filepath=prefix + "_stats_history.csv", stats_filepath=prefix + "_stats.csv", failures_filepath=prefix + "_failures.csv")
history = [sorted(stats.history.tasks_name), str(stats.history.df.dtypes["datetime"]), list(stats.history.df.columns)]
failures = {name: len(errors) for name, errors in stats.failures.get_failures_list().items()}
print(json.dumps([history, failures, sorted(stats.generic.get_reporting())], sort_keys=True))
"""


def compare_locuplot(sides, prefix, python):
    """What locuplot reads; its tables and drawings expect columns that Locust no longer writes."""
    read = {}
    for side in sides:
        done = subprocess.run([python, "-c", LOCUPLOT, os.path.join(side.folder, prefix)],
                              capture_output=True, text=True, env=dict(os.environ, MPLBACKEND="Agg"))
        check(f"locuplot reads {side.name}'s files", done.returncode == 0, done.stderr[-400:])
        read[side.name] = done.stdout
    check("locuplot reads the same history, failures and columns in both", read["locust"] == read["katydid"] != "", str(read))


# ----------------------------------------------------------------------------------------- main

def documented(path):
    """The lines of the ```diff blocks."""
    text = open(path, encoding="utf-8").read()
    found = re.findall(r"^```diff\n(.*?)^```", text, re.S | re.M)
    return [line.rstrip() for block in found for line in block.splitlines() if line.strip()]


def part(name, compare, *words):
    """A comparison that breaks off is one that failed, and the next one goes on."""
    try:
        compare(*words)
    except (OSError, ValueError, KeyError, subprocess.TimeoutExpired) as fault:
        check(name, False, f"broke off: {fault!r}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("--katydid", "--target", "--differences"):
        parser.add_argument(name, required=True)
    parser.add_argument("--locuplot-python")
    words = parser.parse_args()
    target = subprocess.Popen([words.target, "--bind", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            host = target.stdout.readline().strip()
            locust = [sys.executable, "-m", "locust", "-f", os.path.join(HERE, "locustfile.py")]
            sides = [Side("locust", locust, os.path.join(folder, "locust"), host),
                     Side("katydid", [os.path.abspath(words.katydid)], os.path.join(folder, "katydid"), host)]
            run = ["--headless", "-u", "8", "-r", "4", "-t", "6s", "--csv", "out/run"]
            results = both(sides, *run)
            full = ["--headless", "-u", "4", "-r", "10", "-t", "4s", "--only-summary", "--csv", "out/full", "--csv-full-history"]
            both(sides, *full)
            part("files", compare_files, sides, "out/run")
            part("files (full history)", compare_files, sides, "out/full", " (full history)")
            part("console", compare_console, sides, results)
            part("other output", compare_output, sides)
            part("exit codes", compare_codes, sides)
            part("readers", compare_readers, sides, "out/run")
            if words.locuplot_python:
                part("locuplot", compare_locuplot, sides, "out/run", words.locuplot_python)
    finally:
        target.terminate()
        target.wait()
    known, seen = documented(words.differences), list(dict.fromkeys(differences))
    for line in seen:
        if line not in known:
            print(f"not documented | {line}")
    for line in known:
        if line not in seen:
            print(f"documented, not seen | {line}")
    check(f"every difference seen is documented ({len(seen)})", all(line in known for line in seen))
    check(f"every documented difference is seen ({len(known)})", all(line in seen for line in known))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
