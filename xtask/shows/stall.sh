#!/usr/bin/env bash
# What a target that stands still looks like (R2): ten seconds at 100 requests per second on a server
# that answers in 1 ms and stands still from second 5 to 10. Half the plan falls into that time and
# waits up to 5 s, so p49 is about 1 ms, p75 2.5 s, p90 4.0 s, p99 4.9 s.
#   stall.sh      needs cargo; wrk, if it is there, beside it on a server of its own
# A closed tool sends nothing while it waits for an answer, so it has hardly any slow ones.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet --package katydid-cli --package katydid-testkit --bins
built=${CARGO_TARGET_DIR:-target}/debug
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

serve
echo "== katydid URL --arrival-rate 100/s -t 10s"
"$built/katydid" "$url" --arrival-rate 100/s -t 10s --csv "$work/k" >"$work/out" 2>/dev/null || true
sed -n '/^Response time histogram/,/^$/p;/^Open model/,$p' "$work/out"
python3 - "$work/k_stats.csv" <<'PY'
import csv, sys
rows = [row for row in csv.DictReader(open(sys.argv[1])) if row["Name"] == "Aggregated"]
for name in ["50%", "75%", "90%", "99%", "100%"]:
    print(f"  p{name:5} {int(rows[0][name]):5} ms")
PY
stop

if command -v wrk >/dev/null; then
  serve
  echo "== wrk -c 1 -d 10s --latency (one connection, as fast as it goes)"
  wrk -t 1 -c 1 -d 10s --latency "$url" | grep -E '%|Max|requests in' || true
  stop
fi
