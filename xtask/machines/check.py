"""What other programs read, read by other programs: two runs, and the numbers of each output.

JUnit by junitparser and Jenkins' schema, the summary by jsonschema, Prometheus text by the official
parser, OTLP by a receiver made of the official messages. All of them must have the numbers of the
summary, and each reader must notice a fault that is planted. The runs are of a suite whose requests
fail in every way, and of `tts-load` with its own backend, which misses a target.
"""

import argparse
import copy
import gzip
import json
import math
import re
import subprocess
import sys
import tempfile
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jsonschema
from lxml import etree
from junitparser import Error, Failure, JUnitXml
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from prometheus_client.openmetrics.parser import text_string_to_metric_families

KEY = "Basic c2VjcmV0"
# As often is a run made that says INVALID of itself; a busy machine is enough.
TRIES = 3
INVALID = 3
NOT_POSSIBLE = 77
# What nobody can hold, so that the JUnit file has a case that failed for it.
PLAN = """[scenario.short]
users = 6
spawn-rate = 6
run-time = "12s"
targets = ["max < 1us", "success >= 50%"]
"""


class Receiver(BaseHTTPRequestHandler):
    """A collector that takes everything."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        request = ExportMetricsServiceRequest()
        request.ParseFromString(body)
        self.server.taken.append((self.path, dict(self.headers), request))
        answer = ExportMetricsServiceResponse().SerializeToString()
        self.send_response(200)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def ok(what):
    print(f"ok {what}")


def close(one, other):
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


class Run:
    """One run with all outputs: its last metrics, its stderr, what the collector got, its summary."""

    def __init__(self, program, words, folder):
        self.program, self.folder = program, folder
        collector = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        collector.taken = self.taken = []
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        words = [*words, "--headless", "--junit", "junit.xml", "--md", "run.md", "--summary-json", "summary.json"]
        words += ["--prometheus-port", "0", "--prometheus-linger", "30s"]
        words += ["--otlp-endpoint", f"http://127.0.0.1:{collector.server_port}"]
        environment = {"OTEL_EXPORTER_OTLP_HEADERS": "authorization=" + KEY.replace(" ", "%20"), "NO_COLOR": "1"}
        running = subprocess.Popen([program, *words], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
        self.said, self.metrics = "", None
        for line in running.stderr:
            self.said += line
            if line.startswith("VERDICT"):
                address = re.search(r"Prometheus metrics at (\S+)", self.said).group(1)
                self.metrics = urllib.request.urlopen(address, timeout=20).read().decode()
        self.code = running.wait()
        collector.shutdown()
        assert self.metrics, f"no metrics:\n{self.said}"
        self.summary = json.loads((folder / "summary.json").read_text())
        assert self.summary["verdict"]["exit_code"] == self.code, self.said


def settled(code, program, words, plan=""):
    """A run that a busy machine has not spoilt."""
    for _ in range(TRIES):
        folder = Path(tempfile.mkdtemp(dir=FOLDER))
        (folder / "plan.toml").write_text(plan)
        run = Run(program, words, folder)
        if run.code != INVALID:
            assert run.code == code, f"exit code {run.code}:\n{run.said}"
            return run
        print("once more, for the run says of itself that this machine is too busy", flush=True)
    print("other programs keep this machine too busy for a run that is to be trusted")
    sys.exit(NOT_POSSIBLE)


def noticed(check, run, plant):
    """Whether the check fails with a summary that has something else."""
    other = copy.copy(run)
    other.summary = copy.deepcopy(run.summary)
    plant(other.summary)
    try:
        check(other)
    except AssertionError:
        return
    raise AssertionError(f"{check.__name__} does not notice a planted fault")


def check_summary(run):
    schema = json.loads(subprocess.check_output([run.program, "schema", "summary"]))
    jsonschema.Draft202012Validator.check_schema(schema)
    faults = list(jsonschema.Draft202012Validator(schema).iter_errors(run.summary))
    assert not faults, faults[0]
    assert run.summary["verdict"]["word"] == "FAIL" and run.summary["aggregated"]["requests"] > 0


def check_junit(run):
    report, summary = JUnitXml.fromfile(str(run.folder / "junit.xml")), run.summary
    wrong, texts = 0, []
    for suite in report:
        cases = list(suite)
        results = [result for case in cases for result in case.result]
        assert suite.tests == len(cases), suite.name
        assert suite.failures == sum(isinstance(result, Failure) for result in results), suite.name
        assert suite.errors == sum(isinstance(result, Error) for result in results), suite.name
        wrong += suite.failures + suite.errors
        texts += [result.message for result in results]
    assert wrong > 0
    if run.code == 1:
        failed, requests = summary["aggregated"]["failures"], summary["aggregated"]["requests"]
        assert f"{failed} of {requests} requests failed" in texts, texts
    cases = {suite.name.rsplit(" ", 1)[1]: list(suite) for suite in report}
    assert len(cases["tasks"]) == len(summary["tasks"])
    targets = {case.name: not case.result for case in cases.get("targets", [])}
    wanted = {f"{target['rule']} on {target['scope']}": target["met"] for target in summary["targets"]}
    assert targets == wanted, (targets, wanted)


def faults_of_form(file):
    """JUnit files that are none, each with what was done to it."""
    def planted(what, plant):
        document = etree.parse(file)
        plant(document.getroot())
        return what, document

    yield planted("a case without a name", lambda root: root.find(".//testcase").attrib.pop("name"))
    yield planted("a suite without its counts", lambda root: root.find("testsuite").attrib.pop("tests"))
    yield planted("a time in words", lambda root: root.find("testsuite").set("time", "an hour"))
    yield planted("a case outside of all suites", lambda root: root.append(root.find(".//testcase")))
    yield planted("an element of our own", lambda root: etree.SubElement(root.find(".//testcase"), "verdict"))


def check_form(run, schema):
    file = str(run.folder / "junit.xml")
    assert schema.validate(etree.parse(file)), schema.error_log
    for what, document in faults_of_form(file):
        assert not schema.validate(document), f"the schema does not notice {what}"


def rows(summary):
    return {(row["method"], row["name"]): row for row in summary["requests"]}


def within(row, bounds, counts):
    """Whether the summary's p95 lies in the bucket where the counts have it."""
    rank, seen = math.ceil(row["response_time"]["count"] * 0.95), 0
    for index, count in enumerate(counts):
        seen += count
        if seen >= rank:
            low = bounds[index - 1] if index else 0.0
            high = bounds[index] if index < len(bounds) else math.inf
            p95 = row["response_time"]["p95_ms"] / 1e3
            return low * 0.998 <= p95 <= high * 1.002
    return False


def check_prometheus(run):
    summary = run.summary
    families = {family.name: family for family in text_string_to_metric_families(run.metrics)}
    for key, row in rows(summary).items():
        of = {"method": key[0], "name": key[1]}

        def samples(name, suffix):
            # What has not happened has no family.
            found = families[name].samples if name in families else []
            found = [it for it in found if it.name == name + suffix]
            return [it for it in found if of.items() <= it.labels.items()]

        assert [it.value for it in samples("katydid_requests", "_total")] == [row["requests"]]
        kinds = {it.labels["kind"]: it.value for it in samples("katydid_failures", "_total")}
        assert kinds == row["failures_by_kind"], (kinds, row)
        for name in ("response_time", "service_time"):
            family = f"katydid_{name}_seconds"
            assert [it.value for it in samples(family, "_count")] == [row[name]["count"]]
            assert close(samples(family, "_sum")[0].value, row[name]["sum_ms"] / 1e3)
        buckets = samples("katydid_response_time_seconds", "_bucket")
        bounds = [float(it.labels["le"]) for it in buckets]
        sums = [it.value for it in buckets]
        assert bounds == sorted(bounds) and sums == sorted(sums) and sums[-1] == row["requests"]
        counts = [now - before for before, now in zip([0, *sums], sums)]
        assert within(row, bounds[:-1], counts), row
    users = {it.labels["class"]: it.value for it in families["katydid_users"].samples}
    assert set(users) == set(summary["load"]["users"])
    begun = families["katydid_requests_begun"].samples[0].value
    assert begun == summary["load"]["sent_requests"]


def check_otlp(run):
    summary, said, taken = run.summary, run.said, run.taken
    assert len(taken) >= 2, "one after ten seconds and one at the end"
    assert "exports are lost" not in said, said
    path, headers, request = taken[-1]
    headers = {name.lower(): value for name, value in headers.items()}
    assert path == "/v1/metrics" and headers["content-type"] == "application/x-protobuf"
    assert headers["authorization"] == KEY and KEY not in said
    resource = request.resource_metrics[0]
    about = {it.key: it.value.string_value for it in resource.resource.attributes}
    assert about["service.name"] == "katydid" and about["katydid.suite"] == summary["run"]["suite"]
    metrics = {metric.name: metric for metric in resource.scope_metrics[0].metrics}

    def labels(point):
        return {it.key: it.value.string_value for it in point.attributes}

    for key, row in rows(summary).items():
        of = {"method": key[0], "name": key[1]}
        counts = [it for it in metrics["katydid.requests"].sum.data_points if labels(it) == of]
        assert [it.as_int for it in counts] == [row["requests"]]
        failures = metrics["katydid.failures"].sum.data_points if "katydid.failures" in metrics else []
        kinds = {labels(it)["kind"]: it.as_int for it in failures if of.items() <= labels(it).items()}
        assert kinds == row["failures_by_kind"], (kinds, row)
        for name in ("response_time", "service_time"):
            points = metrics[f"katydid.{name}"].histogram.data_points
            (point,) = [it for it in points if labels(it) == of]
            times = row[name]
            assert point.count == times["count"] == sum(point.bucket_counts)
            assert close(point.sum, times["sum_ms"] / 1e3)
            if name == "response_time":
                assert close(point.min, times["min_ms"] / 1e3)
                assert close(point.max, times["max_ms"] / 1e3)
                assert within(row, list(point.explicit_bounds), list(point.bucket_counts)), row
    requests = metrics["katydid.requests"].sum
    assert requests.is_monotonic and requests.aggregation_temporality == 2
    earlier = taken[0][2].resource_metrics[0].scope_metrics[0].metrics
    earlier = {metric.name: metric for metric in earlier}["katydid.requests"].sum.data_points
    assert 0 < sum(it.as_int for it in earlier) < summary["aggregated"]["requests"]


def check_markdown(run):
    markdown = (run.folder / "run.md").read_text()
    assert f"| {run.summary['aggregated']['requests']} |" in markdown, markdown
    assert len(markdown) < 60_000


def more_requests(summary):
    summary["requests"][0]["requests"] += 1


def check_all(run, schema, who):
    """Every output, each check with a fault that it must notice."""
    def without_verdict(summary):
        del summary["verdict"]["word"]

    def task_less(summary):
        summary["tasks"].pop()

    def other_total(summary):
        summary["aggregated"]["requests"] += 1_000_000

    for check, plant, what in [
        (check_summary, without_verdict, "the summary is what its schema says"),
        (check_junit, task_less, "JUnit is read by junitparser and has the summary's failures, targets and tasks"),
        (check_prometheus, more_requests, "Prometheus text is read by the official parser and has the summary's numbers"),
        (check_otlp, more_requests, "OTLP is read by the official messages and has the summary's numbers"),
        (check_markdown, other_total, "Markdown has the summary's number of requests"),
    ]:
        check(run)
        noticed(check, run, plant)
        ok(f"{who}: {what}")
    if schema:
        check_form(run, schema)
        ok(f"{who}: JUnit is what Jenkins' schema says")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--katydid", required=True, help="a load test that was built with OTLP")
    parser.add_argument("--target", required=True, help="the test target")
    parser.add_argument("--tts-load", required=True, help="the load test of the product")
    parser.add_argument("--schema", help="Jenkins' schema of JUnit files")
    arguments = parser.parse_args()
    schema = etree.XMLSchema(etree.parse(arguments.schema)) if arguments.schema else None
    target = subprocess.Popen([arguments.target, "--bind", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        url = target.stdout.readline().strip()
        words = ["-u", "4", "-r", "100", "-t", "12s", "-H", url]
        check_all(settled(1, arguments.katydid, words), schema, "a suite")
    finally:
        target.kill()
        target.wait()
    words = ["--embedded", "--yes", "--plan", "plan.toml", "--scenario", "short"]
    check_all(settled(99, arguments.tts_load, words, PLAN), schema, "tts-load")


with tempfile.TemporaryDirectory() as FOLDER:
    main()
