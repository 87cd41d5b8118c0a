"""Locust's HTTP API beside ours: every path, field by field.

    python web.py --katydid DEMO_EXAMPLE --target TEST_TARGET --differences LOCUST_DIFFERENCES.md

Locust itself runs `locustfile.py` against the test target; Katydid's server shows a made-up run. So what
is compared is everything but the numbers: methods, statuses, kinds, headers, names and types of fields,
the sentences of errors, and what a request changes. What is meant to differ stands word for word in the
```web blocks of LOCUST_DIFFERENCES.md; any other difference fails, and so does a line that is not true.
"""
import argparse, json, os, re, socket, subprocess, sys, tempfile, time, urllib.error, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
failed, differences = [], []


def check(name, good, detail=""):
    print(f"{'ok' if good else 'FAILED'} {name}" + (f": {detail}" if detail and not good else ""), flush=True)
    if not good:
        failed.append(name)


def alike(locust, katydid):
    """Equal; an empty list may hold anything, and 0 is of every type of number."""
    if isinstance(locust, list) and isinstance(katydid, list) and not (locust and katydid):
        return True
    if isinstance(locust, list) and isinstance(katydid, list):
        return len(locust) == len(katydid) and all(map(alike, locust, katydid))
    if isinstance(locust, dict) and isinstance(katydid, dict):
        return locust.keys() == katydid.keys() and all(alike(locust[key], katydid[key]) for key in locust)
    return locust == katydid or "zero" in (locust, katydid) and {locust, katydid} <= {"zero", "whole", "number"}


def same(name, locust, katydid):
    """Alike, or a difference of one line for each part."""
    if alike(locust, katydid):
        return check(name, True)
    if isinstance(locust, list) and isinstance(katydid, list) and len(locust) == len(katydid) == 1:
        return same(name, locust[0], katydid[0])
    if isinstance(locust, dict) and isinstance(katydid, dict):
        for key in sorted(locust.keys() | katydid.keys()):
            if not alike(locust.get(key), katydid.get(key)):
                same(f"{name}, {key}", locust.get(key, "nothing"), katydid.get(key, "nothing"))
        return
    differences.append(f"{name}: Locust {told(locust)}, Katydid {told(katydid)}")


def told(value):
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


class Keep(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer, too."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(Keep, urllib.request.ProxyHandler({}))


class Side:
    def __init__(self, name, words, port, folder):
        self.name, self.root = name, f"http://127.0.0.1:{port}"
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LOCUST_", "KATYDID_"))}
        # Locust ends when nobody can type anything.
        self.process = subprocess.Popen(words, cwd=folder, env=clean, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                        stderr=open(os.path.join(folder, f"{name}.log"), "w"))
        wait(f"{name} listens", lambda: self.ask("GET", "/worker-count")[0] == 200)

    def ask(self, method, path, form=None, data=None, headers=None):
        headers = dict(headers or {})
        if form is not None:
            data = urllib.parse.urlencode(form, doseq=True).encode()
        request = urllib.request.Request(self.root + path, data=data, method=method, headers=headers)
        try:
            answer = OPENER.open(request, timeout=20)
        except urllib.error.HTTPError as fault:
            answer = fault
        except OSError:
            return 0, {}, ""
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode()

    def json(self, method, path, **how):
        return json.loads(self.ask(method, path, **how)[2])

    def end(self):
        self.process.terminate()
        self.process.wait(20)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait(what, so, seconds=60):
    until = time.monotonic() + seconds
    while not so():
        if time.monotonic() > until:
            print(f"FAILED {what}: not within {seconds} s", flush=True)
            sys.exit(1)
        time.sleep(0.2)


def shape(value, path=""):
    """Names and types of fields; entries of a list are one, as are classes and tasks of /tasks."""
    if isinstance(value, dict):
        if value and all(isinstance(it, dict) and "ratio" in it for it in value.values()):
            # What is in a flow looks like what is in a class.
            inner = [{key: it for key, it in each.items() if key != "tasks" or path == "class"} for each in value.values()]
            return {"(each)": merged([shape(it, "flow" if path == "class" else path) for it in inner])}
        # Locust's median is a whole number, or the float of least or most. A window without a request has null
        # or, in Locust after some time, 0.
        if "response_time_percentile_0.5" in value:
            return {key: "whole" if it is None else shape(it) for key, it in value.items()}
        return {key: "number" if key == "median_response_time" else shape(it, "class" if key in ("per_class", "total") else path)
                for key, it in value.items()}
    if isinstance(value, list):
        return [merged([shape(it) for it in value])] if value else []
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return type(value).__name__
    return "zero" if value == 0 else "whole" if isinstance(value, int) else "number"


def merged(shapes):
    """One shape for all entries; `whole` beside `number` is a number, 0 is both."""
    first = shapes[0]
    if all(isinstance(it, dict) for it in shapes):
        keys = {key for it in shapes for key in it}
        return {key: merged([it[key] for it in shapes if key in it]) for key in keys}
    kinds = set(map(str, shapes))
    if kinds <= {"zero", "whole", "number"}:
        return "number" if "number" in kinds else "whole" if "whole" in kinds else "zero"
    return first


def about(answer):
    """Status, kind and name of the file, without what differs from run to run."""
    status, headers, _ = answer
    kept = headers.get("content-disposition", "")
    kept = re.sub(r"\d{4}-\d\d-\d\d-\d\dh\d\d", "(time)", kept)
    kept = re.sub(r"_(locustfile\.py|made-up)", "_(suite)", kept)
    kept = re.sub(r"http[:/_]+(127\.0\.0\.1|localhost)[:_]\d+", "(host)", kept)
    kind = headers.get("content-type", "none") if status == 200 else "any"
    return {"status": status, "content-type": kind, "content-disposition": kept or "none", "location": headers.get("location", "none")}


READS = ["/stats/requests", "/exceptions", "/tasks", "/logs", "/worker-count"]
FILES = ["/stats/requests/csv", "/stats/failures/csv", "/exceptions/csv", "/stats/requests_full_history/csv", "/stats/report",
         "/stats/report?download=1", "/login"]
FORMS = [{}, {"user_count": "3"}, {"spawn_rate": "3"}, {"user_count": "abc", "spawn_rate": "1"}, {"user_count": "2.5", "spawn_rate": "1"},
         {"user_count": "-1", "spawn_rate": "1"}, {"user_count": "3", "spawn_rate": "abc"}, {"user_count": "3", "spawn_rate": "0"},
         {"user_count": "3", "spawn_rate": "-1"}, {"user_count": "3", "spawn_rate": "inf"}, {"user_count": "3", "spawn_rate": "nan"},
         {"user_count": "3", "spawn_rate": "1", "run_time": "1.5h"}]


def reads(locust, katydid, when):
    for path in READS + FILES:
        answers = [side.ask("GET", path) for side in (locust, katydid)]
        same(f"GET {path} {when}", *map(about, answers))
        if path in READS:
            shapes = [shape(json.loads(body)) for _, _, body in answers]
            same(f"fields of {path} {when}", *shapes)
            sorts = [json.dumps(json.loads(body), indent=2, sort_keys=True) + "\n" == body for _, _, body in answers]
            same(f"form of the JSON of {path} {when}", *sorts)
        elif path.endswith("/csv") and answers[0][0] == 200:
            same(f"columns of {path} {when}", *[body.split("\r\n")[0] for _, _, body in answers])


def methods(locust, katydid):
    for method, path in [("GET", "/swarm"), ("GET", "/stop"), ("GET", "/stats/reset"), ("GET", "/user"), ("POST", "/stats/requests"),
                         ("POST", "/tasks"), ("GET", "/nosuch")]:
        same(f"{method} {path}", *[side.ask(method, path, data=b"" if method == "POST" else None)[0] for side in (locust, katydid)])


def without_host(answer):
    return {key: value for key, value in answer.items() if key != "host"}


def starts(locust, katydid):
    for form in FORMS:
        same(f"POST /swarm {form}", *[without_host(side.json("POST", "/swarm", form=form)) for side in (locust, katydid)])
    body = json.dumps({"user_count": 1, "spawn_rate": 1}).encode()
    same("POST /swarm with JSON", *[without_host(side.json("POST", "/swarm", data=body, headers={"Content-Type": "application/json"}))
                                    for side in (locust, katydid)])
    form = {"user_count": "8", "spawn_rate": "8", "run_time": "1h20m", "profile": "night"}
    same("POST /swarm, a start", *[without_host(side.json("POST", "/swarm", form=form)) for side in (locust, katydid)])
    for side in (locust, katydid):
        wait(f"{side.name} runs", lambda: side.json("GET", "/stats/requests")["state"] == "running")
        wait(f"{side.name} has failures", lambda: side.json("GET", "/stats/requests")["errors"])
    numbers = [side.json("GET", "/stats/requests") for side in (locust, katydid)]
    same("state and users of a run", *[[it["state"], it["user_count"]] for it in numbers])
    same("the last row", *[[it["stats"][-1]["name"], it["stats"][-1]["method"]] for it in numbers])
    for number, side in zip(numbers, (locust, katydid)):
        rows, total = number["stats"][:-1], number["stats"][-1]
        order = [(row["name"], row["method"]) for row in rows]
        check(f"{side.name}: rows are sorted by name and method", order == sorted(order), order)
        check(f"{side.name}: the rows add up", sum(row["num_requests"] for row in rows) == total["num_requests"])
        check(f"{side.name}: the ratio of failures", abs(number["fail_ratio"] - total["num_failures"] / total["num_requests"]) < 1e-9)
        check(f"{side.name}: least, most and median", total["min_response_time"] <= total["median_response_time"] <= total["max_response_time"])
        ratios = side.json("GET", "/tasks")
        check(f"{side.name}: classes add up to 1", abs(sum(it["ratio"] for it in ratios["per_class"].values()) - 1) < 1e-9)
        total = sum(task["ratio"] for it in ratios["total"].values() for task in it["tasks"].values())
        check(f"{side.name}: tasks add up to 1", abs(total - 1) < 1e-9, total)


def edits(locust, katydid):
    same("POST /swarm, an edit", *[without_host(side.json("POST", "/swarm", form={"user_count": "3", "spawn_rate": "5"}))
                                   for side in (locust, katydid)])
    for side in (locust, katydid):
        def there(side=side):
            now = side.json("GET", "/stats/requests")
            return now["state"] == "running" and now["user_count"] == 3
        wait(f"{side.name} has 3 users", there)
    check("an edit changes the users of both", True)
    classes = {"Locust": "Alpha", "Katydid": "Shopper"}
    for what, edit in {"a weight": {"weight": 2}, "nothing": {}}.items():
        answers = []
        for side in (locust, katydid):
            body = json.dumps({"user_class_name": classes[side.name]} | edit).encode()
            status, headers, text = side.ask("POST", "/user", data=body, headers={"Content-Type": "application/json"})
            answers.append({"status": status, "content-type": headers.get("content-type"), "body": text})
        same(f"POST /user, {what}", *answers)
    bad = json.dumps({"user_class_name": "Nobody"}).encode()
    same("POST /user, an unknown class", *[side.ask("POST", "/user", data=bad, headers={"Content-Type": "application/json"})[0]
                                           for side in (locust, katydid)])
    answers = [side.ask("POST", "/stats/reset", data=b"") for side in (locust, katydid)]
    same("POST /stats/reset", *[about(it) | {"body": it[2]} for it in answers])


def ends(locust, katydid):
    answers = [side.ask("POST", "/stop", data=b"") for side in (locust, katydid)]
    same("POST /stop", *[about(it) | {"body": it[2]} for it in answers])
    check("Katydid: /stop answers when the users have gone", katydid.json("GET", "/stats/requests")["state"] == "stopped")
    answers = [side.ask("POST", "/stop", data=b"") for side in (locust, katydid)]
    same("POST /stop, again", *[about(it) | {"body": it[2]} for it in answers])
    # Locust tells for two seconds what it told before.
    time.sleep(3)
    later = [side.json("GET", "/stats/requests") for side in (locust, katydid)]
    same("state and users of a run that is over", *[[it["state"], it["user_count"]] for it in later])
    check("Katydid: nothing is current in a run that is over", later[1]["current_rps"] == 0)
    same("another run may be started", *[without_host(side.json("POST", "/swarm", form={"user_count": "1", "spawn_rate": "1"}))
                                         for side in (locust, katydid)])


def headers(locust, katydid):
    for name in ["access-control-allow-origin", "content-security-policy", "x-content-type-options", "cache-control"]:
        shown = [side.ask("GET", "/stats/requests")[1].get(name, "none") for side in (locust, katydid)]
        same(f"header {name}", *["some" if it != "none" else it for it in shown])


def known(path):
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"```web\n(.*?)```", file.read(), re.S)
    return [line for block in blocks for line in block.splitlines() if line]


def main():
    words = argparse.ArgumentParser()
    for name in ["katydid", "target", "differences"]:
        words.add_argument(f"--{name}", required=True)
    words = words.parse_args()
    target = subprocess.Popen([words.target, "--bind", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    host = target.stdout.readline().strip()
    ports = free_ports(2)
    with tempfile.TemporaryDirectory() as folder:
        locust_words = [os.path.join(os.path.dirname(sys.executable), "locust"), "-f", os.path.join(HERE, "locustfile.py"), "-H", host,
                        "--web-host", "127.0.0.1", "--web-port", str(ports[0])]
        sides = []
        try:
            sides.append(Side("Locust", locust_words, ports[0], folder))
            sides.append(Side("Katydid", [words.katydid, str(ports[1])], ports[1], folder))
            reads(*sides, "before a run")
            methods(*sides)
            headers(*sides)
            starts(*sides)
            reads(*sides, "in a run")
            edits(*sides)
            ends(*sides)
            reads(*sides, "later")
        finally:
            for side in sides:
                side.end()
            target.terminate()
            target.wait(20)
    allowed = known(words.differences)
    for line in differences:
        check(f"a difference that is meant: {line}" if line in allowed else "no other difference", line in allowed, line)
    for line in allowed:
        check("a difference is still there" if line in differences else "every line of the list is true", line in differences, line)
    print(f"{len(failed)} failed", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
