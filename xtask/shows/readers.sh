#!/usr/bin/env bash
# What the live page and its readers, or the terminal view, cost the load (R32, R33): with them and without, at a fixed rate.
#   readers.sh [tui] [PAIRS [SECONDS [RATE]]]   12 pairs of 12 s, 6 minutes; BUILT=1 builds nothing; needs taskset and python3
# On: the page is open and read by three pages that draw nothing, 100 event streams, and 20 sockets that stop reading
# (parts/readers.py); with `tui`, the run is on a terminal of 160 × 50 that takes everything at once. Off: the same run and
# neither. The rate is half of what a thread can. How it is measured and judged: parts/cost.sh; the CPU of readers and
# terminal is not in it.
# Fails when that fails, when the readers did not read, or when the terminal showed no view.
set -euo pipefail
what=page; if [ "${1:-}" = tui ]; then what=tui; shift; fi
pairs=${1:-12}; seconds=${2:-12}; rate=${3:-10000}
cd "$(dirname "$0")/../.."
. xtask/shows/parts/cost.sh
start_cost
port=$(free_port)

off() { load --no-save; }
on() { "on_$what"; }
on_page() {
  local readers
  taskset -c 1 python3 "$parts/readers.py" "$port" $((seconds - 2)) >read & readers=$!
  load --no-save --web-ui --web-port "$port"
  wait $readers || { echo "FAIL: the readers were not served: $(cat read)" >&2; exit 1; }
}
on_tui() {
  screen=--terminal load --no-save --tui
  # The second screen, frames on it, and back. What of a frame is as it was is not written again.
  python3 - "$seconds" <<'PY' >read || { echo "FAIL: there was no view" >&2; exit 1; }
import sys
_, entered, rest = open("out", "rb").read().partition(b"\x1b[?1049h")
view, left, _ = rest.partition(b"\x1b[?1049l")
print(f"the terminal took {len(view) / 1024:.0f} KiB of the view")
sys.exit(not (entered and left and b"VERDICT:" in view and b"/s" in view and len(view) > 256 * int(sys.argv[1])))
PY
}
in_pairs
cat read
judged "$([ $what = tui ] && echo "the terminal view" || echo "page and readers")"
