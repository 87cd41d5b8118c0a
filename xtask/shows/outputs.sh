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
peer=$(realpath "$built/examples/peer")
cd "$work"

cat >load.py <<'PY'
# Runs a program; tells the CPU time (µs) of all of it, and of the threads that make outputs and what goes with them.
# Short-lived ones that measure this machine before the run are in the first alone.
import glob, os, sys, time
pid = os.fork()
if pid == 0:
    os.sched_setaffinity(0, {0})
    out = os.open("out", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    os.dup2(out, 1); os.dup2(out, 2)
    os.execv(sys.argv[1], sys.argv[1:])
os.sched_setaffinity(0, {1})
spent, files, looks = {}, {}, 0
while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
    for task in glob.glob(f"/proc/{pid}/task/*") if looks % 20 == 0 else []:
        try:
            if task not in files and open(task + "/comm").read().startswith(("katydid-", "reqwest-")):
                files[task] = os.open(task + "/schedstat", os.O_RDONLY)
        except OSError:
            pass # It has ended.
    for task, file in files.items():
        try:
            spent[task] = int(os.pread(file, 100, 0).split()[0]) / 1e3
        except OSError:
            pass
    looks += 1
    time.sleep(0.005)
used = os.wait4(pid, 0)[2]
print((used.ru_utime + used.ru_stime) * 1e6, sum(spent.values()))
PY
load() { # more flags -> CPU µs per request: all, output threads; p99 lateness in ms
  local cpu late
  cpu=$(python3 load.py "$peer" Alpha --tags fast --headless -H "$url" --arrival-rate "$rate/s" -t "${seconds}s" \
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
python3 - <<'PY' || { echo "FAIL"; exit 1; }
import statistics, sys
rounds = [[float(word) for word in line.split()[1:]] for line in open("rounds")]
ratios = sorted(on / off for on, _, _, off, _, _ in rounds)
median = statistics.median(ratios)
# Order statistics: the widest pair of ranks that leaves 2.5 % outside on each side (the sign test).
n, outside, rank = len(ratios), 0.5 ** len(ratios), 0
ways = 1
while outside <= 0.025 and rank < n // 2:
    rank += 1
    ways = ways * (n - rank + 1) // rank
    outside += ways * 0.5 ** n
limits = f"95 % limits {ratios[rank - 1]:.4f} to {ratios[n - rank]:.4f}" if rank else "too few pairs for limits"
all_off = statistics.median(row[3] for row in rounds)
own = statistics.median(row[1] - row[4] for row in rounds)
late = statistics.median(row[2] for row in rounds)
band = sorted(row[5] for row in rounds)
print(f"ratio of all CPU per request: median {median:.4f}, {limits} (limit 1.02)")
print(f"what the output threads do more: {own:.3f} µs per request, {own / all_off * 100:.2f} % of all (limit 2 %)")
print(f"p99 lateness: median with all on {late:.2f} ms; band without {band[0]:.2f} to {band[-1]:.2f} ms")
sys.exit(0 if median <= 1.02 and own <= 0.02 * all_off and late <= band[-1] else 1)
PY
