#!/usr/bin/env bash
# What a request costs on one core: katydid against wrk, same nginx, same minute, in turn.
#   speed.sh [ROUNDS [SECONDS]]      needs nginx, wrk, taskset; valgrind for instructions
# Prints requests/s and CPU µs per request (user+system) of both per round, the medians, and user
# instructions per request (callgrind, two runs of different length subtracted).
set -euo pipefail
rounds=${1:-5}; seconds=${2:-5}
cd "$(dirname "$0")/../.."
cargo build --release --quiet --package katydid-cli --bin katydid
. xtask/shows/parts/nginx.sh
start_nginx 1

measured() { # command… -> "user+system seconds", its output in $work/out
  bash -c 'TIMEFORMAT="%U %S"; time "$@" >"$0" 2>/dev/null' "$work/out" "$@" 2>&1 | tail -1 | awk '{print $1 + $2}'
}
katydid_round() { # -> requests/s, CPU µs per request
  local cpu; cpu=$(measured taskset -c 0 "$built/katydid" $url -u 50 -t "${seconds}s" --threads 1 --csv "$work/k")
  tail -1 "$work/k_stats.csv" | awk -F, -v cpu="$cpu" '{printf "%.0f %.2f\n", $10, cpu * 1e6 / $3}'
}
wrk_round() {
  local cpu; cpu=$(measured taskset -c 0 wrk -t1 -c50 -d"${seconds}s" $url)
  awk -v cpu="$cpu" '/requests in/{n=$1} /Requests\/sec/{r=$2} END{printf "%.0f %.2f\n", r, cpu * 1e6 / n}' "$work/out"
}
median() { sort -n | awk '{v[NR]=$1} END{print (NR % 2) ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

echo "round  katydid req/s  µs/req  wrk req/s  µs/req  ratio"
for round in $(seq "$rounds"); do
  # The order changes from round to round, so that a slow phase of the machine hits both alike.
  if ((round % 2)); then ours=$(katydid_round); theirs=$(wrk_round); else theirs=$(wrk_round); ours=$(katydid_round); fi
  echo "$round $ours $theirs" | awk '{printf "%5d  %13d  %6.2f  %9d  %6.2f  %5.2f\n", $1, $2, $3, $4, $5, $2/$4}' | tee -a "$work/rounds"
done
echo "median: ratio of requests/s $(awk '{print $6}' "$work/rounds" | median)," \
  "CPU µs per request katydid $(awk '{print $3}' "$work/rounds" | median)," \
  "wrk $(awk '{print $5}' "$work/rounds" | median)"

if command -v valgrind >/dev/null; then
  instructions() { # requests -> user instructions
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$built/katydid" $url -u 50 -n "$1" --threads 1 2>&1 | awk '/Collected/{print $NF}'
  }
  few=$(instructions 5000); many=$(instructions 25000)
  echo "user instructions per request: $(((many - few) / 20000))"
fi
