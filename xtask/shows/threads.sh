#!/usr/bin/env bash
# What a second executor thread adds per request: the same fixed load on one thread and on two, all
# pinned to one core, in turn.
#   threads.sh [ROUNDS [RATE_PER_USER [REQUESTS_PER_USER]]]      needs nginx, taskset, valgrind
# Prints CPU µs per request (user+system) per round and the median difference, then the user
# instructions per request at full speed: what the threads share would show there. The rest of the
# difference is the kernel's, which wakes two threads for half the answers each.
set -euo pipefail
rounds=${1:-6}; rate=${2:-600}; times=${3:-3000}
cd "$(dirname "$0")/../.."
cargo build --release --quiet --package katydid-engine --example cost
. xtask/shows/nginx.sh
start_nginx 1
cost() { # threads -> CPU µs per request
  taskset -c 0 "$built/examples/cost" $url 50 "$1" "$times" "$rate" >"$work/out"
  grep -q ' failed 0 ' "$work/out" || { cat "$work/out" >&2; exit 1; }
  awk '{print $NF}' "$work/out"
}
median() { sort -n | awk '{v[NR]=$1} END{print (NR % 2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

echo "round  1 thread µs/req  2 threads µs/req  added"
for round in $(seq "$rounds"); do
  if ((round % 2)); then one=$(cost 1); two=$(cost 2); else two=$(cost 2); one=$(cost 1); fi
  awk -v r="$round" -v a="$one" -v b="$two" 'BEGIN{printf "%5d  %15.2f  %16.2f  %4.1f %%\n", r, a, b, (b/a-1)*100}' | tee -a "$work/rounds"
done
echo "median added per request: $(awk '{print $4}' "$work/rounds" | median) %"

instructions() { # threads, requests per user -> user instructions
  valgrind --tool=callgrind --callgrind-out-file=/dev/null "$built/examples/cost" $url 50 "$1" "$2" 2>&1 | awk '/Collected/{print $NF}'
}
for threads in 1 2; do
  few=$(instructions $threads 100); many=$(instructions $threads 500)
  echo "user instructions per request with $threads thread(s): $(((many - few) / 20000))"
done
