#!/usr/bin/env bash
# What reports, exporters, saved runs and logs cost together (R32): all on against all off, at a fixed rate.
#   outputs.sh [PAIRS [SECONDS [RATE]]]      BUILT=1 builds nothing; needs taskset and python3
# One generator thread; the whole program on one core, the target and a scraper on the other. On: the saved run, four CSV
# files with a row for each name each second, page, JUnit, Markdown, summary, JSON, the log of failures, Prometheus
# scraped once a second, OTLP to a collector that takes everything. Off: --no-save and nothing else.
# CPU is that of the whole process, start and end included, which is when the reports are made; so it says more than
# what the load notices, and less the longer a run is. The band of the p99 lateness is that of the runs without.
# Fails when the median ratio of CPU per request is above 1.02, or the median p99 lateness with all on is outside the band.
set -euo pipefail
pairs=${1:-10}; seconds=${2:-10}; rate=${3:-10000}
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
(while sleep 1; do curl -s -m 1 -o "$work/scraped" "http://127.0.0.1:$port/metrics" || true; done) & scraper=$!
peer=$(realpath "$built/examples/peer")
cd "$work"

load() { # more flags -> CPU µs per request, p99 lateness in ms
  local cpu
  cpu=$(bash -c 'TIMEFORMAT="%U %S"; time "$@" >out 2>&1' load taskset -c 0 "$peer" Alpha --tags fast --headless -H "$url" \
    --arrival-rate "$rate/s" -t "${seconds}s" --threads 1 --seed 7 "$@" 2>&1 | tail -1 | awk '{print $1 + $2}')
  grep -q 'VERDICT: PASS' out || { cat out >&2; exit 1; }
  awk -v cpu="$cpu" -v n=$((rate * seconds)) '/task starts after their due time: p50/{split($0, part, "p99 "); split(part[2], late, " ")}
    END{printf "%.3f %s\n", cpu * 1e6 / n, late[1]}' out
}
off() { load --no-save; }
on() {
  rm -rf load_test_runs
  load --csv x --csv-full-history --html x.html --junit x.xml --md x.md --summary-json x.json --json-file y \
    --log-failures x.jsonl --prometheus-port "$port" --otlp-endpoint "$otlp"
}
off >/dev/null # The caches are warm for both.
echo "pair   µs/req on   off   ratio    p99 late ms on   off"
for pair in $(seq "$pairs"); do
  if ((pair % 2)); then a=$(on); b=$(off); else b=$(off); a=$(on); fi
  echo "$pair $a $b" | awk '{printf "%4d  %10.3f  %6.3f  %6.4f  %14s  %6s\n", $1, $2, $4, $2 / $4, $3, $5}' | tee -a rounds
done
[ -s scraped ] || { echo "FAIL: nothing was scraped"; exit 1; }
median() { sort -n | awk '{v[NR]=$1} END{print (NR % 2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }
column() { awk -v n="$1" '{print $n}' rounds; }
ratio=$(column 4 | median); late=$(column 5 | median)
low=$(column 6 | sort -n | head -1); high=$(column 6 | sort -n | tail -1)
echo "median ratio of CPU per request $ratio (limit 1.02); p99 lateness with all on $late ms, without $low to $high ms"
awk -v r="$ratio" -v l="$late" -v h="$high" 'BEGIN{exit !(r <= 1.02 && l <= h)}' || { echo "FAIL"; exit 1; }
