#!/usr/bin/env bash
# What it costs that a run checks itself: the same program with the checks and without them, at a fixed rate.
#   price.sh [ROUNDS [SECONDS]]      BUILT=1 builds nothing; needs taskset, and valgrind for the number that decides
# Without: compiled with KATYDID_UNCHECKED set, which leaves out the counts of conservation, the variety of addresses
# and bodies, lateness, pulses, the kernel's words on threads and machine, the history, warnings, verdict and
# diagnosis; what it measures says INVALID of itself. 50 users, one thread on one core, the target on the other.
#
# 1. User instructions (callgrind), which no neighbour moves, taken apart: what is done once a second, from 1,000
#    requests in 10 s and in 30 s; what a request costs, from 5,000 and 25,000 requests at full speed, less the seconds
#    between them; what is done once cancels in both. A run of R requests/s costs the one and an R-th of the other per
#    request: told for 10,000/s, the load of 2. (At full speed callgrind makes 2,000/s, so the work of a second
#    would weigh five times as much without being taken apart.) The checks do nothing in the kernel's half of a
#    request, so of the whole they are a smaller part than this.
# 2. CPU time per request at 10,000/s, in turns, the order changed with each round: medians, and the least of each. A
#    shared machine moves a round by more than what is looked for.
# Fails when the ratio of instructions is above 1.03; without valgrind when that of the least times is.
set -euo pipefail
rounds=${1:-16}; seconds=${2:-5}
cd "$(dirname "$0")/../.."
# Of its own, for callgrind cannot follow how rustix asks the kernel for the time.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/price RUSTFLAGS=--cfg=rustix_use_libc
built=$CARGO_TARGET_DIR/fast
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
build() { cargo build --quiet --profile fast --package katydid-engine --example cost && cp "$built/examples/cost" "$built/cost-$1"; }
if [ -z "${BUILT:-}" ]; then
  cargo build --quiet --profile fast --package katydid-testkit --bin test-target
  KATYDID_UNCHECKED=1 build without
  build with
fi
taskset -c 1 "$built/test-target" --bind 127.0.0.1:0 >"$work/url" & server=$!
until [ -s "$work/url" ]; do sleep 0.05; done
url=$(cat "$work/url")/ok

failed() { echo "FAIL: the checks cost more than 3 %"; exit 1; }
within() { awk -v r="$1" 'BEGIN{exit !(r <= 1.03)}'; }
decided=
if command -v valgrind >/dev/null; then
  counted() { # with|without, requests per user, requests per second and user or nothing -> seconds, instructions
    taskset -c 0 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$built/cost-$1" "$url" 50 1 "${@:2}" >"$work/out" 2>&1
    grep -q ' failed 0 ' "$work/out" || { cat "$work/out" >&2; exit 1; }
    awk '/^requests/{seconds = $6} /Collected/{print seconds, $NF}' "$work/out"
  }
  echo "user instructions      per request  per second   at 10,000/s"
  for kind in with without; do
    { counted $kind 20 2; counted $kind 20 0.6667; counted $kind 100; counted $kind 500; } | awk -v kind=$kind '
      {t[NR] = $1; n[NR] = $2}
      END {
        second = (n[2] - n[1]) / (t[2] - t[1])
        request = (n[4] - n[3] - second * (t[4] - t[3])) / 20000
        printf "%-20s  %12.1f  %10.0f  %12.1f\n", kind, request, second, request + second / 10000
      }' | tee -a "$work/instructions"
  done
  ratio=$(awk '{n[NR] = $NF} END {printf "%.4f", n[1] / n[2]}' "$work/instructions")
  echo "ratio at 10,000/s $ratio (limit 1.03)"
  decided=$ratio
fi

cost() { # with|without -> CPU µs per request
  taskset -c 0 "$built/cost-$1" "$url" 50 1 $((seconds * 200)) 200 >"$work/out"
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
column() { awk -v n="$1" '{print $n}' "$work/rounds"; }
least=$(awk '{if (!a || $2 < a) a = $2; if (!b || $3 < b) b = $3} END{printf "%.4f", a / b}' "$work/rounds")
echo "median: with $(column 2 | median) µs, without $(column 3 | median) µs, ratio of a round $(column 4 | median); ratio of the least $least"
within "${decided:-$least}" || failed
