#!/usr/bin/env bash
# What runs say of themselves: the same run again and again on an idle machine, then beside a busy loop on each core.
#   aa.sh [RUNS [SECONDS [idle|hog]]]      20 runs of 20 s of each kind unless told; BUILT=1 builds nothing
# Runs are open (500 starts per second) and closed (50 users, 0.1 s between two requests) in turn, on a target that
# answers after 5 ms. Idle: no FAIL and at most one in twenty DISTURBED. Beside the loops: at least nineteen in twenty
# DISTURBED or INVALID. Fails otherwise.
set -euo pipefail
runs=${1:-20}; seconds=${2:-20}; kinds=${3:-idle hog}
cd "$(dirname "$0")/../.."
built=${CARGO_TARGET_DIR:-target}/fast
[ -n "${BUILT:-}" ] || cargo build --quiet --profile fast --package katydid-testkit --bin test-target
[ -n "${BUILT:-}" ] || cargo build --quiet --profile fast --package katydid-engine --example judged
work=$(mktemp -d)
hogs=()
trap 'kill "$server" "${hogs[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
"$built/test-target" --bind 127.0.0.1:0 >"$work/url" & server=$!
until [ -s "$work/url" ]; do sleep 0.05; done

series() { # name -> a line per run, its findings below
  : >"$work/$1"
  for run in $(seq "$runs"); do
    ((run % 2)) && model=open || model=closed
    "$built/examples/judged" "$(cat "$work/url")/delay/5" "$model" "$seconds" >"$work/out"
    printf '%-5s %3d %-6s ' "$1" "$run" "$model"; cat "$work/out"
    head -1 "$work/out" >>"$work/$1"
  done
}
count() { grep -cE "$2" "$work/$1" || true; }
busy() { # share of CPU time used in one second, in percent
  read -r _ u n s i w q f t _ </proc/stat; a=$((u + n + s + q + f + t)); b=$((i + w))
  sleep 1
  read -r _ u n s i w q f t _ </proc/stat; a=$((u + n + s + q + f + t - a)); b=$((i + w - b))
  echo $((100 * a / (a + b)))
}

failed=0
most=$((runs - (runs + 19) / 20))
if [[ $kinds == *idle* ]]; then
  echo "the machine is $(busy) % busy before the runs"
  series idle
  quiet=$(count idle '^VALID'); wrong=$(count idle ' Fail ')
  echo "idle: $quiet of $runs VALID, $wrong FAIL"
  if ((quiet < most || wrong > 0)); then echo "FAIL: at least $most VALID wanted, and no FAIL"; failed=1; fi
fi
if [[ $kinds == *hog* ]]; then
  for core in $(seq 0 $(($(nproc) - 1))); do
    taskset -c "$core" bash -c 'while :; do :; done' & hogs+=($!)
  done
  series hog
  told=$(count hog '^(DISTURBED|INVALID)')
  echo "beside busy loops: $told of $runs DISTURBED or INVALID"
  if ((told < most)); then echo "FAIL: at least $most wanted"; failed=1; fi
fi
exit $failed
