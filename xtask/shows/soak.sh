#!/usr/bin/env bash
# The engine at full speed against the test server, one core each: resident memory every minute must stay flat.
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
echo "minute  resident KiB  CPU s of the engine"
for minute in $(seq "$minutes"); do
  for _ in $(seq 59); do sleep 1; kill -0 "$engine" 2>/dev/null || break; done
  [ -r "/proc/$engine/status" ] || break
  resident=$(awk '/VmRSS/{print $2}' "/proc/$engine/status")
  cpu=$(awk -v hz="$(getconf CLK_TCK)" '{printf "%.1f", ($14+$15)/hz}' "/proc/$engine/stat")
  printf '%6d  %12d  %s\n' "$minute" "$resident" "$cpu"
  sleep 1
done
wait "$engine" || true
tail -1 "$work/k_stats.csv"
cat "$work/out"
