#!/usr/bin/env bash
# What reports, exporters, saved runs and logs cost together (R32): all on against all off, at a fixed rate.
#   outputs.sh [PAIRS [SECONDS [RATE]]]      10 pairs of 8 s; BUILT=1 builds nothing; needs taskset and python3
# On: the saved run, four CSV files with a row for each name each second, page, JUnit, Markdown, summary, JSON, the log of
# failures, Prometheus scraped once a second, OTLP to a collector that takes everything. Off: --no-save and nothing else.
# How it is measured and judged: parts/cost.sh. The end of a run is in it, which is when the reports are made; so it says
# more than what the load notices, and less the longer a run is.
# Fails when that fails, or when nothing was scraped.
set -euo pipefail
pairs=${1:-10}; seconds=${2:-8}; rate=${3:-10000}
cd "$(dirname "$0")/../.."
. xtask/shows/parts/cost.sh
start_cost --features otlp
taskset -c 1 python3 - >otlp <<'PY' & others+=($!)
import http.server
class Takes(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *_): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Takes)
print(server.server_port, flush=True)
server.serve_forever()
PY
until [ -s otlp ]; do sleep 0.05; done
otlp=http://127.0.0.1:$(cat otlp) port=$(free_port)
(while sleep 1; do taskset -c 1 curl -s -m 1 -o scraped "http://127.0.0.1:$port/metrics" || true; done) & others+=($!)

off() { load --no-save; }
on() {
  rm -rf load_test_runs
  load --csv x --csv-full-history --html x.html --junit x.xml --md x.md --summary-json x.json --json-file y \
    --log-failures x.jsonl --prometheus-port "$port" --otlp-endpoint "$otlp"
}
in_pairs
[ -s scraped ] || { echo "FAIL: nothing was scraped"; exit 1; }
judged "all on"
