"""What other programs read, read by other programs: one run, and the numbers of each output.

JUnit by junitparser, the summary by jsonschema, Prometheus text by the official parser, OTLP by a
receiver made of the official messages. All of them must have the numbers of the summary.
"""

import argparse
import gzip
import json
import math
import re
import subprocess
import tempfile
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jsonschema
from junitparser import Error, Failure, JUnitXml
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from prometheus_client.openmetrics.parser import text_string_to_metric_families

KEY = "Basic c2VjcmV0"


class Receiver(BaseHTTPRequestHandler):
    """A collector that takes everything."""

    taken = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        request = ExportMetricsServiceRequest()
        request.ParseFromString(body)
        self.taken.append((self.path, dict(self.headers), request))
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


def run(arguments, folder):
    """One run with all outputs; its last metrics and its stderr."""
    collector = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    target = subprocess.Popen([arguments.target, "--bind", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        url = target.stdout.readline().strip()
        words = ["--headless", "-u", "4", "-r", "100", "-t", "12s", "-H", url]
        words += ["--junit", "junit.xml", "--md", "run.md", "--summary-json", "summary.json"]
        words += ["--prometheus-port", "0", "--prometheus-linger", "30s"]
        words += ["--otlp-endpoint", f"http://127.0.0.1:{collector.server_port}"]
        environment = {"OTEL_EXPORTER_OTLP_HEADERS": "authorization=" + KEY.replace(" ", "%20"), "NO_COLOR": "1"}
        program = subprocess.Popen(
            [arguments.katydid, *words], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
        )
        said, last = "", None
        for line in program.stderr:
            said += line
            if line.startswith("VERDICT"):
                address = re.search(r"Prometheus metrics at (\S+)", said).group(1)
                last = urllib.request.urlopen(address, timeout=20).read().decode()
        assert program.wait() == 1, f"exit code {program.returncode}:\n{said}"
        assert last, f"no metrics:\n{said}"
        return last, said
    finally:
        target.kill()
        collector.shutdown()


def check_summary(arguments, summary):
    schema = json.loads(subprocess.check_output([arguments.katydid, "schema", "summary"]))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(summary)
    assert summary["verdict"]["word"] == "FAIL" and summary["aggregated"]["failures"] > 0
    ok("the summary is what its schema says")


def check_junit(folder, summary):
    report = JUnitXml.fromfile(str(folder / "junit.xml"))
    wrong, texts = 0, []
    for suite in report:
        cases = list(suite)
        results = [result for case in cases for result in case.result]
        assert suite.tests == len(cases), suite.name
        assert suite.failures == sum(isinstance(result, Failure) for result in results), suite.name
        assert suite.errors == sum(isinstance(result, Error) for result in results), suite.name
        wrong += suite.failures + suite.errors
        texts += [result.message for result in results]
    assert wrong > 0 and summary["verdict"]["exit_code"] == 1
    failed, requests = summary["aggregated"]["failures"], summary["aggregated"]["requests"]
    assert f"{failed} of {requests} requests failed" in texts, texts
    tasks = [case.name for suite in report if suite.name.endswith(" tasks") for case in suite]
    assert len(tasks) == len(summary["tasks"])
    ok("JUnit is read by junitparser and has the summary's failures and tasks")


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


def check_prometheus(text, summary):
    families = {family.name: family for family in text_string_to_metric_families(text)}
    for key, row in rows(summary).items():
        of = {"method": key[0], "name": key[1]}

        def samples(name, suffix):
            found = [it for it in families[name].samples if it.name == name + suffix]
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
    ok("Prometheus text is read by the official parser and has the summary's numbers")


def check_otlp(summary, said):
    assert len(Receiver.taken) >= 2, "one after ten seconds and one at the end"
    assert "exports are lost" not in said, said
    path, headers, request = Receiver.taken[-1]
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
        failures = metrics["katydid.failures"].sum.data_points
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
    earlier = Receiver.taken[0][2].resource_metrics[0].scope_metrics[0].metrics
    earlier = {metric.name: metric for metric in earlier}["katydid.requests"].sum.data_points
    assert 0 < sum(it.as_int for it in earlier) < summary["aggregated"]["requests"]
    ok("OTLP is read by the official messages and has the summary's numbers")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--katydid", required=True, help="a load test that was built with OTLP")
    parser.add_argument("--target", required=True, help="the test target")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        text, said = run(arguments, folder)
        summary = json.loads((folder / "summary.json").read_text())
        check_summary(arguments, summary)
        check_junit(folder, summary)
        check_prometheus(text, summary)
        check_otlp(summary, said)
        markdown = (folder / "run.md").read_text()
        assert f"| {summary['aggregated']['requests']} |" in markdown, markdown
        assert len(markdown) < 60_000
        ok("Markdown has the summary's number of requests")


main()
