#!/usr/bin/env bash
# What the live page and its readers cost the load (R32, R33): page and readers against no page, at a fixed rate.
#   readers.sh [PAIRS [SECONDS [RATE]]]      12 pairs of 12 s, 6 minutes; BUILT=1 builds nothing; needs taskset and python3
# One generator thread; the whole program on one core, the target and the readers on the other. With: the page is open and
# read by three pages that draw nothing, 100 event streams, and 20 sockets that stop reading (parts/readers.py). Without:
# the same run and no page. The rate is half of what a thread can.
# CPU is that of the whole process, start and end included; that of the readers is not in it. Neighbours of this machine
# move a pair by more than what is looked for, nearly all of it in the load thread, which does the same in both. So what
# the other threads do is told by itself, for the page is served there and nowhere else: both must keep the limit.
# The band of the p99 lateness is that of the runs without.
# Fails when the median ratio of CPU per request is above 1.02, when the other threads do more than 2 % of it more with
# page and readers, when the median p99 lateness with them is above the band, or when the readers did not read.
set -euo pipefail
pairs=${1:-12}; seconds=${2:-12}; rate=${3:-10000}
cd "$(dirname "$0")/../.."
built=${CARGO_TARGET_DIR:-target}/fast
if [ -z "${BUILT:-}" ]; then
  cargo build --quiet --profile fast --package katydid-testkit --bin test-target
  cargo build --quiet --profile fast --package katydid --example peer
fi
work=$(mktemp -d)
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT
taskset -c 1 "$built/test-target" --bind 127.0.0.1:0 >"$work/url" & server=$!
until [ -s "$work/url" ]; do sleep 0.05; done
url=$(cat "$work/url")
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
peer=$(realpath "$built/examples/peer") parts=$(realpath xtask/shows/parts)
cd "$work"

load() { # more flags -> CPU µs per request: all, output threads; p99 lateness in ms
  local cpu late
  cpu=$(python3 "$parts/spent.py" "$peer" Alpha --tags fast --headless --no-save -H "$url" --arrival-rate "$rate/s" \
    -t "${seconds}s" --threads 1 --seed 7 "$@")
  grep -q 'VERDICT: PASS' out || { cat out >&2; exit 1; }
  late=$(sed -n 's/.*task starts after their due time: .*p99 \([0-9.]*\) ms.*/\1/p' out)
  echo "$cpu $late" | awk -v n=$((rate * seconds)) '{printf "%.3f %.3f %.3f\n", $1 / n, $2 / n, $3}'
}
off() { load; }
on() {
  local readers
  taskset -c 1 python3 "$parts/readers.py" "$port" $((seconds - 2)) >read & readers=$!
  load --web-ui --web-port "$port"
  wait $readers || { echo "FAIL: the readers were not served: $(cat read)" >&2; exit 1; }
}
off >/dev/null # The caches are warm for both.
echo "      CPU µs/req: all      | other threads  | p99 late ms"
echo "pair   with without  ratio |   with without |  with without"
for pair in $(seq "$pairs"); do
  if ((pair % 2)); then a=$(on); b=$(off); else b=$(off); a=$(on); fi
  echo "$pair $a $b" | tee -a rounds | awk '{printf "%4d  %6.2f %6.2f  %6.4f | %6.3f %6.3f  | %5.2f  %5.2f\n",
    $1, $2, $5, $2 / $5, $3, $6, $4, $7}'
done
cat read
python3 "$parts/pairs.py" rounds "page and readers" || { echo "FAIL"; exit 1; }
echo "PASS"
