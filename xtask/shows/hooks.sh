#!/usr/bin/env bash
# Cost of hooks: CPU time per request with no hook and with an empty one, in turn, at full speed on one core against
# the test target on another.
set -euo pipefail
rounds=${1:-10}; seconds=${2:-4}
cd "$(dirname "$0")/../.."
cargo build --profile fast --quiet --package katydid-testkit --bin test-target --package katydid-engine --example hook_cost
work=$(mktemp -d)
taskset -c 1 target/fast/test-target --bind 127.0.0.1:0 >"$work/address" & target=$!
trap 'kill $target; rm -rf "$work"' EXIT
until [ -s "$work/address" ]; do sleep 0.1; done
host=$(cat "$work/address")
# CPU µs per request of one run, user and system time of the whole process.
TIMEFORMAT='%U %S'
cost() {
  { time taskset -c 0 target/fast/examples/hook_cost "$host" "$seconds" "$1" >"$work/requests"; } 2>"$work/cpu"
  awk -v n="$(cat "$work/requests")" '{printf "%.3f %d", ($1 + $2) * 1e6 / n, n}' "$work/cpu"
}
echo "round  no hook µs (requests)  empty hook µs (requests)  ratio"
for round in $(seq "$rounds"); do
  # Each side goes first every other time.
  if (( round % 2 )); then read -r none n <<<"$(cost none)"; read -r empty m <<<"$(cost empty)"
  else read -r empty m <<<"$(cost empty)"; read -r none n <<<"$(cost none)"; fi
  awk -v r="$round" -v a="$none" -v n="$n" -v b="$empty" -v m="$m" \
    'BEGIN{printf "%5d  %9.3f (%9d)  %12.3f (%9d)  %6.3f\n", r, a, n, b, m, b/a}' | tee -a "$work/rounds"
done
awk '{print $NF}' "$work/rounds" | sort -n | awk '{v[NR]=$1} END{
  m = NR % 2 ? v[(NR+1)/2] : (v[NR/2] + v[NR/2+1]) / 2
  printf "ratio empty hook / no hook: median %.3f, from %.3f to %.3f over %d rounds\n", m, v[1], v[NR], NR}'
