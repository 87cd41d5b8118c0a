#!/usr/bin/env bash
# What it costs that a run checks itself: CPU µs per request with the checks and without them, at a fixed rate.
#   price.sh [ROUNDS [SECONDS]]      needs taskset; valgrind for instructions
# Without: the same program compiled with KATYDID_UNCHECKED set, which leaves out the counts of conservation, the
# variety of addresses and bodies, lateness, pulses, the kernel's words on threads and machine, the history, warnings,
# verdict and diagnosis; what it measures says INVALID of itself. 50 users with 200 requests/s each on one core, the
# target on the other, in turn, the order changed with each round. Fails when the median ratio is above 1.03.
set -euo pipefail
rounds=${1:-12}; seconds=${2:-10}
cd "$(dirname "$0")/../.."
# Of its own, for callgrind cannot follow how rustix asks the kernel for the time.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/price RUSTFLAGS=--cfg=rustix_use_libc
built=$CARGO_TARGET_DIR/fast
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
build() { cargo build --quiet --profile fast --package katydid-engine --example cost && cp "$built/examples/cost" "$work/$1"; }
cargo build --quiet --profile fast --package katydid-testkit --bin test-target
KATYDID_UNCHECKED=1 build without
build with
taskset -c 1 "$built/test-target" --bind 127.0.0.1:0 >"$work/url" & server=$!
until [ -s "$work/url" ]; do sleep 0.05; done
url=$(cat "$work/url")/ok

cost() { # with|without -> CPU µs per request
  taskset -c 0 "$work/$1" "$url" 50 1 $((seconds * 200)) 200 >"$work/out"
  grep -q ' failed 0 ' "$work/out" || { cat "$work/out" >&2; exit 1; }
  awk '{print $NF}' "$work/out"
}
cost with >/dev/null # The caches are warm for both.
echo "round  with µs/req  without µs/req   ratio"
for round in $(seq "$rounds"); do
  if ((round % 2)); then a=$(cost with); b=$(cost without); else b=$(cost without); a=$(cost with); fi
  awk -v r="$round" -v a="$a" -v b="$b" 'BEGIN{printf "%5d  %11.3f  %14.3f  %6.4f\n", r, a, b, a / b}' | tee -a "$work/rounds"
done
median() { sort -n | awk '{v[NR]=$1} END{print (NR % 2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }
ratio=$(awk '{print $4}' "$work/rounds" | median)
echo "median: with $(awk '{print $2}' "$work/rounds" | median) µs, without $(awk '{print $3}' "$work/rounds" | median) µs, ratio of a round $ratio (limit 1.03)"

if command -v valgrind >/dev/null; then
  instructions() { # with|without, requests per user -> user instructions
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$work/$1" "$url" 50 1 "$2" 2>&1 | awk '/Collected/{print $NF}'
  }
  each() { echo $((($(instructions "$1" 500) - $(instructions "$1" 100)) / 20000)); }
  with=$(each with); without=$(each without)
  echo "user instructions per request at full speed: with $with, without $without," \
    "ratio $(awk -v a="$with" -v b="$without" 'BEGIN{printf "%.4f", a / b}')"
fi
awk -v r="$ratio" 'BEGIN{exit !(r <= 1.03)}' || { echo "FAIL: the checks cost more than 3 %"; exit 1; }
