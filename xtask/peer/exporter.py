"""What an exporter of Locust's API for Prometheus reads, of Locust and of us: the same, and true.

    python exporter.py --katydid PEER_EXAMPLE --target TEST_TARGET

The exporter that Locust's users run (ContainerSolutions/locust_exporter, and its forks) is a program in Go that no
package of this kind of machine has. So this reads as it does, and its documentation says: `/stats/requests` alone, each field
of the type that it wants there (a whole number with a fraction is an error in Go, and the metric stays 0), and the
same names of metrics. Both run the same load test; then ours is held to what `--prometheus-port` says of the same run.
"""
import argparse, os, re, subprocess, sys, tempfile, urllib.request

import web
from web import HERE, Side, check, free_ports, wait

# Fields of a row with a metric each: its name is `locust_requests_` and that of the field.
ROW = {"num_requests": int, "num_failures": int, "avg_response_time": float, "current_fail_per_sec": float,
       "min_response_time": float, "max_response_time": float, "current_rps": float, "median_response_time": float,
       "avg_content_length": float}
STATES = {"running": 2}


def faults(value, kind, path):
    """What Go says of a field that should be of a kind."""
    numbers = {int: isinstance(value, int), float: isinstance(value, (int, float)), str: isinstance(value, str), list: isinstance(value, list)}
    good = numbers[kind] and not isinstance(value, bool)
    return [] if good else [f"{path} is {value!r}, not {kind.__name__}"]


def exported(side):
    """What an exporter makes of the API now: metrics by name and labels, and what it cannot read."""
    answer = side.json("GET", "/stats/requests")
    metrics, wrong = {}, []

    def put(name, labels, of, field, kind, path):
        found = faults(of.get(field), kind, f"{path}{field}")
        wrong.extend(found)
        if not found:
            metrics[(name, labels)] = float(of[field])

    put("locust_users", (), answer, "user_count", int, "")
    put("locust_requests_fail_ratio", (), answer, "fail_ratio", float, "")
    wrong += faults(answer.get("state"), str, "state") + faults(answer.get("stats"), list, "stats") + faults(answer.get("errors"), list, "errors")
    metrics[("locust_running", ())] = STATES.get(answer["state"], 0)
    for row in answer["stats"]:
        labels = (row["method"] or "", row["name"])
        for field, kind in ROW.items():
            put(f"locust_requests_{field}", labels, row, field, kind, "stats.")
    for row in answer["errors"]:
        for field in ("method", "name", "error"):
            wrong += faults(row.get(field), str, f"errors.{field}")
        put("locust_errors", (row["method"], row["name"], row["error"]), row, "occurrences", int, "errors.")
    return metrics, wrong


def of_metric(metrics, name):
    return {labels: value for (of, labels), value in metrics.items() if of == name}


def own(port):
    """What our own port of metrics says: (name, method, name of the row) to the sum of its points."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    text = opener.open(f"http://127.0.0.1:{port}/metrics", timeout=20).read().decode()
    found = {}
    for line in text.splitlines():
        point = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)(?: \S+)?", line)
        if point and not line.startswith("#"):
            labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', point[2] or ""))
            key = (point[1], labels.get("method"), labels.get("name"))
            # Times are told for each outcome, failures for each kind.
            found[key] = found.get(key, 0.0) + float(point[3])
    return found


def near(one, other):
    # Times of ours are whole nanoseconds.
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other), 1)


def same_as_own(metrics, port):
    """Whether what an exporter of our API says is what we say ourselves."""
    said = own(port)
    rows = [labels for labels in of_metric(metrics, "locust_requests_num_requests") if labels[1] != "Aggregated"]
    known = {(method, name) for metric, method, name in said if metric == "katydid_requests_total"}
    check("both have the same rows", set(rows) == known, (rows, known))
    of = lambda field, labels: metrics[(f"locust_requests_{field}", labels)]
    total = lambda metric, labels: said.get((metric, *labels), 0.0)
    mean = lambda labels: 1e3 * total("katydid_response_time_seconds_sum", labels) / total("katydid_response_time_seconds_count", labels)
    for field, other in {"num_requests": lambda it: total("katydid_requests_total", it), "num_failures": lambda it: total("katydid_failures_total", it),
                         "avg_response_time": mean, "current_rps": lambda it: total("katydid_requests_per_second", it),
                         "current_fail_per_sec": lambda it: total("katydid_failures_per_second", it)}.items():
        odd = {labels: (of(field, labels), other(labels)) for labels in rows if not near(of(field, labels), other(labels))}
        check(f"{field} of the API is that of our own metrics", not odd, odd)


def main():
    words = argparse.ArgumentParser()
    for name in ["katydid", "target"]:
        words.add_argument(f"--{name}", required=True)
    words = words.parse_args()
    target = subprocess.Popen([words.target, "--bind", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    host = target.stdout.readline().strip()
    locusts, ours, metrics_port = free_ports(3)
    with tempfile.TemporaryDirectory() as folder:
        sides = []
        try:
            sides.append(Side("Locust", [os.path.join(os.path.dirname(sys.executable), "locust"), "-f", os.path.join(HERE, "locustfile.py"), "-H", host,
                                         "--web-host", "127.0.0.1", "--web-port", str(locusts)], locusts, folder))
            sides.append(Side("Katydid", [words.katydid, "-H", host, "--web-port", str(ours), "--prometheus-port", str(metrics_port), "--no-save"], ours, folder))
            look(sides, metrics_port)
        finally:
            for side in sides:
                side.end()
            target.terminate()
            target.wait(20)
    print(f"{len(web.failed)} failed", flush=True)
    sys.exit(1 if web.failed else 0)


def look(sides, metrics_port):
    for side in sides:
        metrics, wrong = exported(side)
        check(f"{side.name}, before a run: an exporter reads every field", not wrong, wrong)
        check(f"{side.name}, before a run: nothing runs", metrics[("locust_running", ())] == 0 and metrics[("locust_users", ())] == 0)
        side.json("POST", "/swarm", form={"user_count": "8", "spawn_rate": "8"})
    names = []
    for side in sides:
        wait(f"{side.name} has a failure of each kind", lambda: len(of_metric(exported(side)[0], "locust_errors")) >= 4)
        # Locust tells for two seconds what it told before.
        wait(f"{side.name} runs with 8 users", lambda: exported(side)[0][("locust_running", ())] == 2 and exported(side)[0][("locust_users", ())] == 8)
        wait(f"{side.name} has a rate of now", lambda: exported(side)[0][("locust_requests_current_rps", ("", "Aggregated"))] > 0)
        metrics, wrong = exported(side)
        check(f"{side.name}, in a run: an exporter reads every field, and requests come in", not wrong, wrong)
        names.append(({(name, labels[:2]) for name, labels in metrics}))
    check("both give an exporter the same metrics with the same labels", names[0] == names[1], names[0] ^ names[1])
    for side in sides:
        side.ask("POST", "/stop", data=b"")
    katydid = sides[1]
    wait("the run is over for both doors", lambda: own(metrics_port).get(("katydid_users", None, None), 0) == 0)
    metrics, wrong = exported(katydid)
    check("Katydid, after a run: an exporter reads every field", not wrong, wrong)
    check("Katydid, after a run: nothing runs", metrics[("locust_running", ())] == 0 and metrics[("locust_users", ())] == 0)
    same_as_own(metrics, metrics_port)


if __name__ == "__main__":
    main()
