# What something costs a load at a fixed rate, to be sourced from the root of the repository by shows that say `on` and `off`,
# each of which ends with `load`. Needs $pairs, $seconds and $rate; taskset and python3.
# One generator thread; the whole program on one core, the target and whoever reads it on the other.
# CPU is that of the whole process, start and end included. Neighbours of this machine move a pair by more than what is
# looked for, nearly all of it in the load thread, which does the same in both. So what the other threads do is told by
# itself, for whatever is on is done there and nowhere else: both must keep the limit.
# The band of the p99 lateness is that of the runs with it off.
. xtask/shows/parts/target.sh

# Starts the target and goes to $work; `start_cost FEATURES…` are words for building the load test.
start_cost() {
  build katydid --example peer "$@"
  start_target 1
  peer=$(realpath "$built/examples/peer")
  cd "$work"
}

# One run with more flags: CPU µs per request of all and of the other threads, p99 lateness in ms. What it prints is in the
# file `out`. With screen=--terminal it has a terminal.
load() {
  local cpu late
  cpu=$(python3 "$parts/spent.py" ${screen:-} "$peer" Alpha --tags fast --headless -H "$url" --arrival-rate "$rate/s" \
    -t "${seconds}s" --threads 1 --seed 7 "$@")
  grep -q 'VERDICT: PASS' out || { cat out >&2; exit 1; }
  # With --json-file the summary says it, and no table.
  late=$(sed -n 's/.*task starts after their due time: .*p99 \([0-9.]*\) ms.*/\1/p' out)
  [ -n "$late" ] || late=$(python3 -c 'import json; print(json.load(open("x.json"))["load"]["lateness"]["p99_ms"])')
  echo "$cpu $late" | awk -v n=$((rate * seconds)) '{printf "%.3f %.3f %.3f\n", $1 / n, $2 / n, $3}'
}

# All pairs, in turns; they are in the file `rounds` then.
in_pairs() {
  off >/dev/null # The caches are warm for both.
  echo "      CPU µs/req: all      | other threads  | p99 late ms"
  echo "pair     on    off   ratio |     on    off  |    on    off"
  local pair a b
  for pair in $(seq "$pairs"); do
    if ((pair % 2)); then a=$(on); b=$(off); else b=$(off); a=$(on); fi
    echo "$pair $a $b" | tee -a rounds | awk '{printf "%4d  %6.2f %6.2f  %6.4f | %6.3f %6.3f  | %5.2f  %5.2f\n",
      $1, $2, $5, $2 / $5, $3, $6, $4, $7}'
  done
}

# Judges them (pairs.py): fails when the median ratio of CPU per request is above 1.02, when the other threads do more than
# 2 % of it more, or when the median p99 lateness is above the band.
judged() {
  python3 "$parts/pairs.py" rounds "$1" || { echo "FAIL"; exit 1; }
  echo "PASS"
}
