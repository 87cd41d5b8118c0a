#!/usr/bin/env bash
# The engine at full speed against the test server, one core each: resident memory after 10 s (about 10^6 requests), and
# every minute to the end (15 minutes: about 10^8). Fails when the last is more than 10 % above the first (R22).
set -euo pipefail
minutes=${1:-15}; users=${2:-50}
cd "$(dirname "$0")/../.."
cargo build --release --quiet --package katydid-cli --bin katydid --package katydid-testkit --bin test-target
bin=${CARGO_TARGET_DIR:-target}/release
work=$(mktemp -d)
taskset -c 1 "$bin/test-target" --bind 127.0.0.1:0 >"$work/address" &
server=$!
trap 'kill "$server"; rm -rf "$work"' EXIT
until [ -s "$work/address" ]; do sleep 0.1; done
taskset -c 0 "$bin/katydid" "$(cat "$work/address")/ok" -u "$users" -t "${minutes}m5s" --threads 1 --csv "$work/k" >"$work/out" 2>&1 &
engine=$!
resident() { awk '/VmRSS/{print $2}' "/proc/$engine/status"; }
look() { # what it is called
  printf '%8s  %12d  %s\n' "$1" "$(resident)" "$(awk -v hz="$(getconf CLK_TCK)" '{printf "%.1f", ($14+$15)/hz}' "/proc/$engine/stat")"
}
echo "   after  resident KiB  CPU s of the engine"
sleep 10; first=$(resident); look "10 s"
sleep 50; last=$(resident); look "1 min"
for minute in $(seq 2 "$minutes"); do
  for _ in $(seq 59); do sleep 1; kill -0 "$engine" 2>/dev/null || break; done
  [ -r "/proc/$engine/status" ] || break
  last=$(resident); look "$minute min"
  sleep 1
done
wait "$engine" || true
tail -1 "$work/k_stats.csv"
cat "$work/out"
awk -v f="$first" -v l="$last" 'BEGIN {
  grown = (l / f - 1) * 100
  printf "%s: resident memory %+.1f %% from the tenth second to the last minute (limit 10 %%)\n", grown > 10 ? "FAIL" : "ok", grown
  exit grown > 10
}'
