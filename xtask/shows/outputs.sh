#!/usr/bin/env bash
# What reports, exporters, saved runs and logs cost together (R32): all on against all off, at a fixed rate.
#   outputs.sh [PAIRS [SECONDS [RATE]]]      BUILT=1 builds nothing; needs taskset and python3
# One generator thread; the whole program on one core, the target and a scraper on the other. On: the saved run, four CSV
# files with a row for each name each second, page, JUnit, Markdown, summary, JSON, the log of failures, Prometheus
# scraped once a second, OTLP to a collector that takes everything. Off: --no-save and nothing else.
# CPU is that of the whole process, start and end included, which is when the reports are made; so it says more than
# what the load notices, and less the longer a run is. Neighbours of this machine move a pair by more than what is
# looked for, nearly all of it in the load thread, which does the same in both. So what the other threads do is told by
# itself, for outputs are made there and nowhere else: both must keep the limit.
# The band of the p99 lateness is that of the runs without.
# Fails when the median ratio of CPU per request is above 1.02, when the output threads do more than 2 % of it more with
# all on, or when the median p99 lateness with all on is above the band.
set -euo pipefail
pairs=${1:-10}; seconds=${2:-8}; rate=${3:-10000}
cd "$(dirname "$0")/../.."
built=${CARGO_TARGET_DIR:-target}/fast
if [ -z "${BUILT:-}" ]; then
  cargo build --quiet --profile fast --package katydid-testkit --bin test-target
  cargo build --quiet --profile fast --package katydid --example peer --features otlp
fi
work=$(mktemp -d)
trap 'kill $server $collector $scraper 2>/dev/null || true; rm -rf "$work"' EXIT
taskset -c 1 "$built/test-target" --bind 127.0.0.1:0 >"$work/url" & server=$!
taskset -c 1 python3 - >"$work/otlp" <<'PY' & collector=$!
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
until [ -s "$work/url" ] && [ -s "$work/otlp" ]; do sleep 0.05; done
url=$(cat "$work/url"); otlp=http://127.0.0.1:$(cat "$work/otlp")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(while sleep 1; do taskset -c 1 curl -s -m 1 -o "$work/scraped" "http://127.0.0.1:$port/metrics" || true; done) & scraper=$!
peer=$(realpath "$built/examples/peer") parts=$(realpath xtask/shows/parts)
cd "$work"

load() { # more flags -> CPU µs per request: all, output threads; p99 lateness in ms
  local cpu late
  cpu=$(python3 "$parts/spent.py" "$peer" Alpha --tags fast --headless -H "$url" --arrival-rate "$rate/s" -t "${seconds}s" \
    --threads 1 --seed 7 "$@")
  grep -q 'VERDICT: PASS' out || { cat out >&2; exit 1; }
  # With --json-file the summary says it, and no table.
  late=$(sed -n 's/.*task starts after their due time: .*p99 \([0-9.]*\) ms.*/\1/p' out)
  [ -n "$late" ] || late=$(python3 -c 'import json; print(json.load(open("x.json"))["load"]["lateness"]["p99_ms"])')
  echo "$cpu $late" | awk -v n=$((rate * seconds)) '{printf "%.3f %.3f %.3f\n", $1 / n, $2 / n, $3}'
}
off() { load --no-save; }
on() {
  rm -rf load_test_runs
  load --csv x --csv-full-history --html x.html --junit x.xml --md x.md --summary-json x.json --json-file y \
    --log-failures x.jsonl --prometheus-port "$port" --otlp-endpoint "$otlp"
}
off >/dev/null # The caches are warm for both.
echo "      CPU µs/req: all      | output threads | p99 late ms"
echo "pair     on    off   ratio |     on    off  |    on    off"
for pair in $(seq "$pairs"); do
  if ((pair % 2)); then a=$(on); b=$(off); else b=$(off); a=$(on); fi
  echo "$pair $a $b" | tee -a rounds | awk '{printf "%4d  %6.2f %6.2f  %6.4f | %6.3f %6.3f  | %5.2f  %5.2f\n",
    $1, $2, $5, $2 / $5, $3, $6, $4, $7}'
done
[ -s scraped ] || { echo "FAIL: nothing was scraped"; exit 1; }
python3 "$parts/pairs.py" rounds "all on" || { echo "FAIL"; exit 1; }
