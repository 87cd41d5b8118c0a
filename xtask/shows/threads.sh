#!/usr/bin/env bash
# What a second executor thread adds per request: the same fixed load on one thread and on two, all
# pinned to one core, in turn.
#   threads.sh [ROUNDS]      needs nginx, taskset, valgrind
# Two loads: few users who ask often, more users who ask less often. Prints CPU µs per request
# (user+system) per round and the median difference, then the user instructions per request at full
# speed: there would be seen what threads share. What is left is the kernel's, which wakes two
# threads for half the answers each; it shrinks as more answers come per wake-up.
set -euo pipefail
rounds=${1:-6}
cd "$(dirname "$0")/../.."
cargo build --release --quiet --package katydid-engine --example cost
. xtask/shows/parts/nginx.sh
start_nginx 1
cost() { # users, threads, requests per user, per second and user -> CPU µs per request
  taskset -c 0 "$built/examples/cost" $url "$@" >"$work/out"
  grep -q ' failed 0 ' "$work/out" || { cat "$work/out" >&2; exit 1; }
  awk '{print $NF}' "$work/out"
}
median() { sort -n | awk '{v[NR]=$1} END{print (NR % 2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }
compare() { # users, per second and user, requests per user
  echo "$1 users, each at most $2 requests/s"
  echo "round  1 thread µs/req  2 threads µs/req   added"
  : >"$work/rounds"
  for round in $(seq "$rounds"); do
    if ((round % 2)); then one=$(cost "$1" 1 "$3" "$2"); two=$(cost "$1" 2 "$3" "$2")
    else two=$(cost "$1" 2 "$3" "$2"); one=$(cost "$1" 1 "$3" "$2"); fi
    awk -v r="$round" -v a="$one" -v b="$two" \
      'BEGIN{printf "%5d  %15.2f  %16.2f  %5.1f %%\n", r, a, b, (b/a-1)*100}' | tee -a "$work/rounds"
  done
  echo "median added per request: $(awk '{print $4}' "$work/rounds" | median) %"
}
compare 50 300 1200
compare 300 100 500

instructions() { # threads, requests per user -> user instructions
  valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$built/examples/cost" $url 50 "$1" "$2" 2>&1 | awk '/Collected/{print $NF}'
}
for threads in 1 2; do
  few=$(instructions $threads 100); many=$(instructions $threads 500)
  echo "user instructions per request with $threads thread(s): $(((many - few) / 20000))"
done
