#!/usr/bin/env bash
# What `katydid compare` says of real runs: pairs of the same build (answers after 20 ms), and pairs whose second run is
# of a slower one (22 ms), in turn, each run kept as the command line keeps it.
#   compare.sh [PAIRS [SECONDS [RATE]]]      20 pairs of 10 s at 1,000 starts per second unless told
# Then 1,000 pairs made of the seconds of the runs at 20 ms (crates/katydid-store/examples/compare_pairs.rs).
# Fails when more than one in twenty equal pairs is called different or fewer than nine in ten slower ones are found.
# RUNS_DIR keeps the runs there, and goes on with those that are there already (several short calls make one show);
# ONLY_RUNS=1 makes runs and judges nothing, for that is computing and needs no quiet machine.
set -euo pipefail
pairs=${1:-20}; seconds=${2:-10}; rate=${3:-1000}
cd "$(dirname "$0")/../.."
. xtask/shows/parts/target.sh
build katydid-cli --bin katydid
build katydid-store --example compare_pairs
start_target
keep=${RUNS_DIR:-$work/runs}; mkdir -p "$keep"
katydid=$(realpath "$built/katydid")

one() { # kind pair delay -> a kept run in $keep/kind-pair
  local place="$keep/$1-$2"
  [ -d "$place" ] && return
  (cd "$work" && rm -rf load_test_runs && "$katydid" "$url/delay/$3" --arrival-rate "$rate/s" \
    -t "${seconds}s" >"$work/out" 2>&1) || [ $? = 3 ] || { cat "$work/out"; return 1; }
  mv "$work"/load_test_runs/*/ "$place"
}
different() { # base new -> whether a slower side is shown
  "$katydid" compare "$1" "$2" --allow-invalid --json "$work/compared" >"$work/text" || { cat "$work/text"; exit 1; }
  python3 - "$work/compared" "$3" <<'PY'
import json, sys
told = json.load(open(sys.argv[1]))
if sys.argv[2] == "any":
    sys.exit(0 if told["different"] else 1)
changes = [it["change"] for it in told["all"]["differences"] if it["change"]]
sys.exit(0 if any(it["shown"] and it["estimate"] > 0 for it in changes) else 1)
PY
}

for pair in $(seq "$pairs"); do
  # The order changes, so that a slow phase of the machine hits all kinds alike.
  if ((pair % 2)); then one base "$pair" 20; one same "$pair" 20; one slow "$pair" 22
  else one slow "$pair" 22; one same "$pair" 20; one base "$pair" 20; fi
done
[ -z "${ONLY_RUNS:-}" ] || exit 0

alarms=0; found=0
for pair in $(seq "$pairs"); do
  if different "$keep/base-$pair" "$keep/same-$pair" any; then alarms=$((alarms + 1)); a=DIFFERENT; else a=alike; fi
  if different "$keep/base-$pair" "$keep/slow-$pair" slower; then found=$((found + 1)); s=found; else s=MISSED; fi
  echo "pair $pair: 20 ms against 20 ms $a, against 22 ms $s"
done
limits() { # count of -> exact 95 % limits (Clopper and Pearson)
  python3 - "$1" "$2" <<'PY'
import sys
from math import comb
k, n = int(sys.argv[1]), int(sys.argv[2])
below = lambda k, p: sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k + 1))
def root(f):
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if f(middle) else (low, middle)
    return low
low = 0.0 if k == 0 else root(lambda p: 1 - below(k - 1, p) < 0.025)
high = 1.0 if k == n else root(lambda p: below(k, p) > 0.025)
print(f"{k} of {n} ({100 * k / n:.0f} %, limits {100 * low:.0f} to {100 * high:.0f} %)")
PY
}
echo "equal builds called different: $(limits "$alarms" "$pairs")"
echo "slower builds found: $(limits "$found" "$pairs")"
"$built/examples/compare_pairs" "$keep"/base-* "$keep"/same-* || made=failed
if ((alarms * 20 > pairs || found * 10 < pairs * 9)) || [ -n "${made:-}" ]; then echo FAIL; exit 1; fi
